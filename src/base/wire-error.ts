/** Whose bytes were broken. The engine blames nobody it cannot name. */
export type Culprit = 'client' | 'server';

/** Bytes that break the protocol: the only error a codec may throw. Caught once, at the machine's edge, and ends the session. */
export class WireError extends Error {
  override readonly name = 'WireError';

  /** @param message a lowercase sentence that is safe to show: it never contains bytes of a value */
  constructor(message: string) {
    super(message);
  }
}
