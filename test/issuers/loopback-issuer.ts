import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { deferred } from '../../src/base/deferred.ts';

export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A real issuer on loopback whose every document the test may change while it runs. */
export class LoopbackIssuer implements AsyncDisposable {
  readonly #server = createServer((request, response) => this.#answer(request, response));
  readonly #port: number;
  readonly answers = new Map<string, Answer>();
  /** Paths asked for, in order. */
  readonly asked: string[] = [];

  private constructor(port: number) {
    this.#port = port;
  }

  /** With no port, any free one; with one, an issuer that comes back where it was. */
  static async start(port = 0): Promise<LoopbackIssuer> {
    const probe = port === 0 ? await freePort() : port;
    const issuer = new LoopbackIssuer(probe);
    const listening = deferred<void>();
    issuer.#server.once('error', listening.reject).listen(probe, '127.0.0.1', listening.resolve);
    await listening.promise;
    return issuer;
  }

  get port(): number {
    return this.#port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Publishes a discovery document and keys, as an issuer does. */
  publish(keys: readonly unknown[]): void {
    this.answers.set('/.well-known/openid-configuration', json({ issuer: this.url, jwks_uri: `${this.url}/keys` }));
    this.answers.set('/keys', json({ keys }));
  }

  async stop(): Promise<void> {
    const closed = deferred<void>();
    this.#server.close(() => closed.resolve());
    this.#server.closeAllConnections();
    await closed.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.stop();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = request.url ?? '';
    this.asked.push(path);
    const answer = this.answers.get(path);
    if (answer === undefined) response.writeHead(404).end();
    else answer(request, response);
  }
}

export function json(document: unknown): Answer {
  return (_request, response) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(document));
}

async function freePort(): Promise<number> {
  const server = createServer();
  const listening = deferred<void>();
  server.once('error', listening.reject).listen(0, '127.0.0.1', listening.resolve);
  await listening.promise;
  const { port } = server.address() as AddressInfo;
  const closed = deferred<void>();
  server.close(() => closed.resolve());
  await closed.promise;
  return port;
}
