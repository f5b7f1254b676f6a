import type { Server, Socket } from 'node:net';
import type { ClientAddress } from '../core/judge.ts';

/** Takes `host` and `port`. Rejects when they cannot be had. */
export function bind(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog }, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Where it really listens. */
export function boundAddress(server: Server): string {
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('a listener without an address');
  return bound.family === 'IPv6' ? `[${bound.address}]:${bound.port}` : `${bound.address}:${bound.port}`;
}

/** `host:port`; an IPv6 host in brackets. */
export function parseAddress(address: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(address);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535) throw new Error(`"${address}" is not an address of the form host:port`);
  return { host, port };
}

/** Null: the client is already gone. */
export function clientAddress(socket: Socket, tls: boolean): ClientAddress | null {
  const { remoteAddress: address, remotePort: port } = socket;
  if (address === undefined || port === undefined) return null;
  return { address: address.startsWith('::ffff:') ? address.slice(7) : address, port, tls };
}

/** A burst of clients waits in the kernel instead of being refused by it. */
const backlog = 1024;
