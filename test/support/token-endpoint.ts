import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface TokenAnswer {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The answer never comes. */
  readonly silent?: boolean;
}

export interface TokenRequest {
  readonly method: string;
  readonly path: string;
  readonly type: string;
  readonly form: Readonly<Record<string, string>>;
}

/** A token endpoint on loopback, which answers as it is told and writes down what it is asked. */
export interface TokenEndpoint {
  readonly authority: string;
  readonly requests: readonly TokenRequest[];
  answer: (request: TokenRequest) => TokenAnswer;
  close(): Promise<void>;
}

export async function startTokenEndpoint(): Promise<TokenEndpoint> {
  const requests: TokenRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const asked = {
        method: request.method ?? '',
        path: request.url ?? '',
        type: request.headers['content-type'] ?? '',
        form: Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString())),
      };
      requests.push(asked);
      const { status = 200, body = {}, headers = {}, silent = false } = endpoint.answer(asked);
      if (silent) return;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint: TokenEndpoint = {
    authority: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    answer: () => ({ status: 500 }),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return endpoint;
}
