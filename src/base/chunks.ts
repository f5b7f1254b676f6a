/**
 * The parts of a message that is still arriving, joined once when it is whole. Joining at every chunk would be quadratic.
 * Parts are copied: a received chunk belongs to its socket, and a part would keep all of it alive.
 */
export class Chunks {
  readonly #parts: Buffer[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  append(chunk: Buffer, start: number, end: number): void {
    if (end <= start) return;
    this.#parts.push(Buffer.from(chunk.subarray(start, end)));
    this.#length += end - start;
  }

  /** Everything appended, as one buffer, and empties the list. */
  take(): Buffer {
    const [only] = this.#parts;
    const whole = this.#parts.length === 1 && only !== undefined ? only : Buffer.concat(this.#parts, this.#length);
    this.clear();
    return whole;
  }

  clear(): void {
    this.#parts.length = 0;
    this.#length = 0;
  }
}
