import type { Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';

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
 * `error` event: its `close` is the news.
 */
export function acceptTls(plain: Socket, context: SecureContext, ready: () => void): Socket {
  const socket = new TLSSocket(plain, { isServer: true, secureContext: context, requestCert: false });
  socket.once('secure', ready);
  return socket;
}
