import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, TLSSocket } from 'node:tls';
import type { MadeCertificate } from './certificates.ts';

/** Stands between a client and a PostgreSQL server: ends TLS with a certificate of its own, and passes everything on. */
export interface ManInTheMiddle {
  readonly port: number;
  close(): Promise<void>;
}

export async function startManInTheMiddle(serverPort: number, own: MadeCertificate): Promise<ManInTheMiddle> {
  const secureContext = createSecureContext({ key: own.key, cert: own.cert });
  const sockets = new Set<Socket>();
  const kept = <S extends Socket>(socket: S): S => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    return socket;
  };
  const serve = async (client: Socket) => {
    const [request] = (await once(client, 'data')) as [Buffer];
    const server = kept(connect(serverPort, '127.0.0.1'));
    server.write(request);
    const [answer] = (await once(server, 'data')) as [Buffer];
    client.write(answer);
    const towardsServer = kept(connectTls({ socket: server, rejectUnauthorized: false }));
    const towardsClient = kept(new TLSSocket(client, { isServer: true, secureContext }));
    towardsClient.pipe(towardsServer);
    towardsServer.pipe(towardsClient);
  };
  const listener = createServer((client) => void serve(kept(client)));
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: (listener.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        listener.close(() => resolve());
      }),
  };
}
