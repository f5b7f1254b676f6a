import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Somebody else's end of a webhook, on loopback. */
export interface WebhookReceiver {
  readonly url: string;
  /** `whsec_...`. */
  readonly secret: string;
  /** What came with a good signature, in order; anything else is an error for whoever looks. */
  bodies(): readonly string[];
  /** Resolves with the first that is told of this kind and id, also where it is here already. */
  told(kind: string, id: string): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const key = Buffer.from('synthetic key of at least 24 bytes');
  const received: string[] = [];
  let refused = 0;
  const listeners = new Set<() => void>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': signature } = request.headers;
      const expected = createHmac('sha256', key).update(`${id}.${at}.`).update(body).digest('base64');
      if (signature === `v1,${expected}`) received.push(body.toString());
      else refused += 1;
      response.writeHead(204).end();
      for (const listener of listeners) listener();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bodies = () => {
    if (refused > 0) throw new Error(`${refused} deliveries had no good signature`);
    return received;
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    secret: `whsec_${key.toString('base64')}`,
    bodies,
    told: (kind, id) =>
      new Promise((resolve) => {
        const look = () => {
          const found = bodies()
            .map((body) => JSON.parse(body) as { type: string; data: Record<string, unknown> })
            .find(({ type, data }) => type === `approval.${kind}` && data['id'] === id);
          if (found === undefined) return;
          listeners.delete(look);
          resolve(found.data);
        };
        listeners.add(look);
        look();
      }),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
