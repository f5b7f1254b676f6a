import { type AddressInfo, connect, createServer } from 'node:net';

/** Stands between a driver and a server and keeps every byte that the server sent. */
export interface Tap {
  readonly port: number;
  /** What came from the server since the last `take`. */
  take(): Buffer;
  close(): Promise<void>;
}

export async function startTap(target: number): Promise<Tap> {
  let seen: Buffer[] = [];
  const sockets = new Set<{ destroy(): void }>();
  const server = createServer((client) => {
    client.setNoDelay(true);
    const upstream = connect({ port: target, host: '127.0.0.1', noDelay: true });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      socket.on('error', () => socket.destroy());
    }
    upstream.on('data', (chunk) => {
      seen.push(chunk);
      client.write(chunk);
    });
    client.on('data', (chunk) => upstream.write(chunk));
    upstream.on('end', () => client.end());
    client.on('end', () => upstream.end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    take() {
      const bytes = Buffer.concat(seen);
      seen = [];
      return bytes;
    },
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}
