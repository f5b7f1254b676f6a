import type { Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import type { Secured } from '../core/machine.ts';
import type { ClientAuthority } from './client-authority.ts';

/** A certificate chain and its key, PEM. */
export interface ServerCertificate {
  readonly key: string;
  readonly cert: string;
}

/** Made once per listener: parsing a key for every client would be felt. */
export function serverContext(certificate: ServerCertificate): SecureContext {
  return createSecureContext({ key: certificate.key, cert: certificate.cert, minVersion: 'TLSv1.2' });
}

/**
 * Speaks TLS, as server, over a socket that is already connected. A handshake that fails closes the socket without an
 * `error` event: its `close` is the news. A client that names application protocols (RFC 7301) must name `protocol`.
 * `ready` is told what is wrong with the client's certificate, where it needs one.
 */
export function acceptTls(
  plain: Socket,
  context: SecureContext,
  protocol: string,
  clients: ClientAuthority | null,
  ready: (secured: Secured, refusal: string | null) => void,
): Socket {
  const socket = new TLSSocket(plain, {
    isServer: true,
    secureContext: context,
    requestCert: clients !== null,
    // Judged below: Node leaves that to its own kind of server.
    rejectUnauthorized: false,
    ALPNProtocols: [protocol],
  });
  socket.once('secure', () =>
    ready(
      { certificate: socket.getX509Certificate()?.raw ?? null, alpn: socket.alpnProtocol || null },
      clients === null ? null : clients.refusal(socket.getPeerX509Certificate(), new Date()),
    ),
  );
  return socket;
}
