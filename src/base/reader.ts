import { WireError } from './wire-error.ts';

/**
 * A bounds-checked cursor over `bytes[start, end)`; big-endian. Reading past `end` throws {@link WireError}.
 * Invariant: `start <= position <= end <= bytes.length`.
 */
export class Reader {
  readonly #bytes: Buffer;
  readonly #end: number;
  #position: number;

  constructor(bytes: Buffer, start = 0, end = bytes.length) {
    if (start < 0 || start > end || end > bytes.length) throw new WireError('span outside of its buffer');
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
  }

  get position(): number {
    return this.#position;
  }

  get remaining(): number {
    return this.#end - this.#position;
  }

  uint8(): number {
    return this.#bytes.readUInt8(this.#take(1));
  }

  uint16(): number {
    return this.#bytes.readUInt16BE(this.#take(2));
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#take(4));
  }

  uint32(): number {
    return this.#bytes.readUInt32BE(this.#take(4));
  }

  /** The next `length` bytes, not copied: valid as long as the buffer is. */
  span(length: number): Buffer {
    const start = this.#take(length);
    return this.#bytes.subarray(start, start + length);
  }

  skip(length: number): void {
    this.#take(length);
  }

  /** Bytes up to the next NUL, not copied; the NUL is consumed. */
  terminated(): Buffer {
    const nul = this.#bytes.indexOf(0, this.#position);
    if (nul < 0 || nul >= this.#end) throw new WireError('string without its terminator');
    const bytes = this.#bytes.subarray(this.#position, nul);
    this.#position = nul + 1;
    return bytes;
  }

  /** A NUL-terminated UTF-8 string; invalid UTF-8 throws. */
  string(): string {
    const bytes = this.terminated();
    try {
      return utf8.decode(bytes);
    } catch {
      throw new WireError('string is not valid UTF-8');
    }
  }

  /** Throws unless everything was read. */
  finish(): void {
    if (this.#position !== this.#end) throw new WireError('message longer than its content');
  }

  #take(length: number): number {
    const start = this.#position;
    if (length < 0 || length > this.#end - start) throw new WireError('message shorter than its content');
    this.#position = start + length;
    return start;
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
