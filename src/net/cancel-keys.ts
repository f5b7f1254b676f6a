import { createHash, randomBytes, randomInt } from 'node:crypto';
import type { CancelKey } from '../core/machine.ts';

/** A session that can be asked to cancel what it does. Checks the secret itself. */
export interface Cancellable {
  cancel(secret: Buffer): void;
}

/**
 * The live sessions of one gateway by the process id that their clients were given. The id's upper bits are the instance's,
 * so that whoever stands in front of several instances can tell whose a cancel request is.
 */
export class CancelKeys {
  readonly #instance: number;
  readonly #sessions = new Map<number, Cancellable>();

  /** @param instance the name of the gateway */
  constructor(instance: string) {
    this.#instance = createHash('sha256').update(instance).digest().readUInt16BE(0) >>> (16 - instanceBits);
  }

  /** A key for a session that begins. */
  issue(session: Cancellable): CancelKey {
    let processId = 0;
    do processId = this.#instance * 2 ** sessionBits + randomInt(1, 2 ** sessionBits);
    while (this.#sessions.has(processId));
    this.#sessions.set(processId, session);
    return { processId, secret: randomBytes(secretBytes) };
  }

  withdraw(key: CancelKey): void {
    this.#sessions.delete(key.processId);
  }

  /** Unknown ids change nothing: whoever asks learns nothing. */
  cancel(key: CancelKey): void {
    this.#sessions.get(key.processId)?.cancel(key.secret);
  }
}

// Together 31 bits: drivers print and read the process id as a signed number.
const instanceBits = 11;
const sessionBits = 20;
const secretBytes = 32;
