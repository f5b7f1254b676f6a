/** A growing buffer for messages that Sluice makes itself; big-endian. */
export class Writer {
  #bytes: Buffer;
  #length = 0;

  constructor(capacity = 256) {
    this.#bytes = Buffer.allocUnsafe(capacity);
  }

  get length(): number {
    return this.#length;
  }

  uint8(value: number): this {
    this.#reserve(1);
    this.#length = this.#bytes.writeUInt8(value, this.#length);
    return this;
  }

  int16(value: number): this {
    this.#reserve(2);
    this.#length = this.#bytes.writeUInt16BE(value & 0xffff, this.#length);
    return this;
  }

  int32(value: number): this {
    this.#reserve(4);
    this.#length = this.#bytes.writeInt32BE(value | 0, this.#length);
    return this;
  }

  bytes(value: Buffer): this {
    this.#reserve(value.length);
    this.#length += value.copy(this.#bytes, this.#length);
    return this;
  }

  /** UTF-8 and a terminating NUL. The value must not contain one. */
  string(value: string): this {
    this.#reserve(Buffer.byteLength(value) + 1);
    this.#length += this.#bytes.write(value, this.#length, 'utf8');
    this.#length = this.#bytes.writeUInt8(0, this.#length);
    return this;
  }

  /** Overwrites four bytes already written: for a length that is known only at the end. */
  patchInt32(at: number, value: number): this {
    this.#bytes.writeInt32BE(value, at);
    return this;
  }

  /** What was written. The writer must not be used afterwards. */
  finish(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(more: number): void {
    const needed = this.#length + more;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
