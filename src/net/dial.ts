import { createHash, X509Certificate } from 'node:crypto';
import { connect as connectTcp, type Socket } from 'node:net';
import {
  checkServerIdentity,
  connect as connectTls,
  createSecureContext,
  getCACertificates,
  type SecureContext,
} from 'node:tls';
import { certificateFits } from '../base/certificate-fits.ts';
import { Lru } from '../base/lru.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { TargetAddress } from '../core/connection.ts';
import { dialFault } from '../core/dial-fault.ts';
import { type TargetTls, targetTls } from '../core/target-tls.ts';

/** How an attempt ended: a socket, or a lowercase phrase that says why there is none. Called once. */
export type Dialled = (outcome: Socket | string) => void;

/** Connects to a target; the socket is plain. Answers the socket to give up on, should the session end meanwhile. */
export function dial(target: TargetAddress, timeoutMs: number, done: Dialled): Socket {
  const socket: Socket = connectTcp({
    host: target.host,
    port: target.port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: keepAliveMs,
    // TLS reads from the handle below. Elsewhere one buffer serves all reads: Node would allocate 64 KiB for each.
    ...(targetTls(target) === null ? { onread: { buffer: Buffer.allocUnsafeSlow(readBytes), callback: deliver } } : {}),
  });
  function deliver(length: number, bytes: Uint8Array): boolean {
    socket.emit('data', Buffer.from(bytes.subarray(0, length)));
    return true;
  }
  settleOn(socket, 'connect', timeoutMs, done);
  return socket;
}

/** Speaks TLS over a socket that is already connected. Null: it could not even start, and `done` was told why. */
export function secureTarget(plain: Socket, tls: TargetTls, timeoutMs: number, done: Dialled): Socket | null {
  const secureContext = contextOf(tls);
  if (!secureContext.ok) {
    done(secureContext.error);
    return null;
  }
  const { identity } = tls;
  const socket = connectTls({
    socket: plain,
    secureContext: secureContext.value,
    rejectUnauthorized: tls.rejectUnauthorized,
    // The name that was configured is checked, whatever the socket thinks that it is connected to.
    checkServerIdentity: (_, certificate) =>
      identity === null ? undefined : checkServerIdentity(identity, certificate),
    ...(tls.servername === undefined ? {} : { servername: tls.servername }),
  });
  settleOn(socket, 'secureConnect', timeoutMs, done);
  return socket;
}

const readBytes = 64 * 1024;

/** A peer that is gone without a word is noticed after about this long. */
export const keepAliveMs = 60_000;

function settleOn(socket: Socket, event: 'connect' | 'secureConnect', timeoutMs: number, done: Dialled): void {
  const timer = setTimeout(() => settle('timed out'), timeoutMs);
  const succeed = () => settle(socket);
  const fail = (error: Error) => settle(dialFault(error));
  const vanish = () => settle('connection closed');
  function settle(outcome: Socket | string): void {
    clearTimeout(timer);
    socket.off(event, succeed).off('error', fail).off('close', vanish);
    if (typeof outcome === 'string') socket.on('error', swallow).destroy();
    done(outcome);
  }
  socket.once(event, succeed).once('error', fail).once('close', vanish);
}

function swallow(): void {
  // The outcome was told: nobody is left to hear this.
}

// A context with the system's authorities takes milliseconds to make; connections share one. Certificates are renewed: the
// contexts of old ones are let go of.
const contexts = new Lru<string, SecureContext>(64);

/** The error is a phrase without anything of what it is about. */
function contextOf({ authorities, certificate }: TargetTls): Result<SecureContext, string> {
  const name = createHash('sha256')
    .update(JSON.stringify([authorities, certificate]))
    .digest('hex');
  const known = contexts.get(name);
  if (known !== undefined) return ok(known);
  try {
    // A context skips over what it cannot read, and would trust nobody without saying why.
    if (authorities !== null) new X509Certificate(authorities);
  } catch {
    return err('the configured authority is not a certificate');
  }
  const ca = authorities ?? [...getCACertificates('bundled'), ...getCACertificates('system')];
  if (certificate !== null && !certificateFits(certificate.certificate, certificate.key)) return err(misfit);
  const shown = certificate === null ? {} : { cert: certificate.certificate, key: certificate.key };
  try {
    const made = createSecureContext({ ca, ...shown, minVersion: 'TLSv1.2' });
    contexts.set(name, made);
    return ok(made);
  } catch {
    return err(certificate === null ? 'the configured authority cannot be used' : misfit);
  }
}

const misfit = 'the client certificate of the credential and its key do not fit together';
