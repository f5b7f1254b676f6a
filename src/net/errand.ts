import type { Socket } from 'node:net';
import type { TargetAddress } from '../core/connection.ts';
import type { Errand } from '../core/machine.ts';
import { targetTls } from '../core/target-tls.ts';
import { dial, secureTarget } from './dial.ts';

/**
 * Sends a request to a target on a link of its own, in the way that its sessions take: over TLS where they do. Nobody waits for
 * the answer, and nothing follows from a failure: the statement that should have been cancelled runs on. `done` is told once
 * the link is closed, or could not be had.
 */
export function runErrand(target: TargetAddress, errand: Errand, timeoutMs: number, done: () => void): void {
  dial(target, timeoutMs, (plain) => {
    if (typeof plain === 'string') {
      done();
      return;
    }
    plain.once('close', done);
    const tls = targetTls(target);
    if (tls === null) {
      deliver(plain, errand.request, timeoutMs);
      return;
    }
    const timer = setTimeout(() => plain.destroy(), timeoutMs);
    plain.on('error', ignore).once('close', () => clearTimeout(timer));
    plain.once('data', (answer: Buffer) => {
      clearTimeout(timer);
      // Bytes behind the yes were not protected by the handshake: whoever is in the middle may have put them there.
      if (answer.length !== 1 || answer[0] !== errand.tlsAccepted) {
        plain.destroy();
        return;
      }
      secureTarget(plain, tls, timeoutMs, (secure) => {
        if (typeof secure !== 'string') deliver(secure, errand.request, timeoutMs);
      });
    });
    plain.write(errand.tlsRequest);
  });
}

/** The target closes when it has read the request. */
function deliver(socket: Socket, request: Buffer, timeoutMs: number): void {
  const timer = setTimeout(() => socket.destroy(), timeoutMs);
  socket.on('error', ignore).once('close', () => clearTimeout(timer));
  socket.resume().end(request);
}

function ignore(): void {
  // Its `close` follows.
}
