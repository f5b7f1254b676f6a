import type { Header } from '../../core/http-header.ts';

/**
 * Looks for the credential of Sluice in what a target answers: services that repeat requests exist, and the client never holds it.
 * Found as it was sent, and as JSON writes it; not where the target encodes or compresses it.
 */
export class CredentialWatch {
  readonly #needles: readonly Buffer[];
  readonly #most: number;
  /** The end of what came. Its length says nothing of what is in it: else a client could guess the credential byte by byte. */
  #held = Buffer.alloc(0);

  constructor(value: string | null) {
    this.#needles = value === null ? [] : formsOf(value).map((form) => Buffer.from(form, 'latin1'));
    this.#most = Math.max(1, ...this.#needles.map(({ length }) => length)) - 1;
  }

  inHeaders(headers: readonly Header[]): boolean {
    return headers.some(([, value]) => this.#in(Buffer.from(value, 'latin1')));
  }

  inWhole(body: Buffer): boolean {
    return this.#in(body);
  }

  /** What may go on of a body that comes in parts; null: the credential is in it. */
  next(chunk: Buffer): Buffer | null {
    if (this.#needles.length === 0) return chunk;
    const bytes = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    if (this.#in(bytes)) return null;
    const end = Math.max(0, bytes.length - this.#most);
    this.#held = Buffer.from(bytes.subarray(end));
    return bytes.subarray(0, end);
  }

  /** What was held back, where no more comes. */
  rest(): Buffer {
    return this.#held;
  }

  #in(bytes: Buffer): boolean {
    return this.#needles.some((needle) => bytes.includes(needle));
  }
}

/** The secret itself, since a service may leave out `Bearer` before it. A short one would be found where it is not. */
function formsOf(value: string): readonly string[] {
  const secret = value.slice(value.lastIndexOf(' ') + 1);
  const sought = secret.length < fewest ? value : secret;
  if (sought.length < fewest) return [];
  const escaped = JSON.stringify(sought).slice(1, -1);
  return [...new Set([sought, escaped, escaped.replaceAll('/', '\\/')])];
}

/** Bytes. A word of a body must not be taken for it. */
const fewest = 12;
