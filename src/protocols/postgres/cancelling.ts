import { timingSafeEqual } from 'node:crypto';
import type { CancelKey, Errand } from '../../core/machine.ts';
import { fromServer, message } from './messages.ts';
import { sslRequest } from './startup.ts';

/**
 * What the client of an open session may cancel with, and how that is passed on. The client's key is Sluice's own: the
 * target's never leaves, so that nobody can go around Sluice with it.
 */
export class Cancelling {
  readonly #secret: Buffer;
  readonly #processId: number;
  /** The target's own request, ready to be sent. */
  readonly errand: Errand;

  /** @param minor the minor version that is spoken with the client: a key of 3.0 has four bytes, one of 3.2 thirty-two */
  constructor(key: CancelKey, minor: 0 | 2, targetRequest: Buffer) {
    this.#processId = key.processId;
    this.#secret = minor === 0 ? key.secret.subarray(0, 4) : key.secret;
    this.errand = { request: targetRequest, tlsRequest: sslRequest(), tlsAccepted: 0x53 };
  }

  /** BackendKeyData for the client. */
  get keyData(): Buffer {
    return message(fromServer.backendKeyData, (writer) => writer.int32(this.#processId).bytes(this.#secret));
  }

  permits(secret: Buffer): boolean {
    return secret.length === this.#secret.length && timingSafeEqual(secret, this.#secret);
  }
}
