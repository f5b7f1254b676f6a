import { hash } from 'node:crypto';
import { canonicalJson } from './canonical.ts';
import type { TreeHash } from './merkle-hash.ts';

/**
 * Lines of the journal as they are made, one behind another in one stretch of bytes: `<index> <leaf hash> <entry>` and a
 * newline (journal-line.ts). An entry is spelt once, into the bytes that are hashed and written.
 */
export class LineBuffer {
  #bytes = Buffer.allocUnsafeSlow(initialBytes);
  #length = 0;
  // Of the line that is being made: where it begins, and where its entry does.
  #line = 0;
  #entry = 0;

  /** The finished lines. A view: valid until the next call that changes something. */
  get bytes(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  get length(): number {
    return this.#length;
  }

  /** Bytes of the entry that is being made, so far. */
  get entryBytes(): number {
    return this.#length - this.#entry;
  }

  clear(): void {
    if (this.#bytes.length > keptBytes) this.#bytes = Buffer.allocUnsafeSlow(initialBytes);
    this.#length = 0;
  }

  begin(index: number): void {
    this.#line = this.#length;
    this.#room(64);
    const digits = String(index);
    for (let at = 0; at < digits.length; at++) this.#bytes[this.#length++] = digits.charCodeAt(at);
    this.#bytes[this.#length++] = space;
    this.#length += hashChars + 1;
    this.#entry = this.#length;
  }

  /** JSON of a string. Ids and names, which most are, hold nothing to escape and are copied as they are looked at. */
  string(text: string): void {
    if (text.length > shortString) {
      this.value(text);
      return;
    }
    this.#room(text.length + 2);
    const bytes = this.#bytes;
    let end = this.#length;
    bytes[end++] = quote;
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at);
      if (unit < space || unit > tilde || unit === quote || unit === backslash) {
        this.value(text);
        return;
      }
      bytes[end++] = unit;
    }
    bytes[end++] = quote;
    this.#length = end;
  }

  /** Canonical JSON of any value. */
  value(value: unknown): void {
    const text = canonicalJson(value);
    this.#room(text.length * 3);
    this.#length += this.#bytes.write(text, this.#length);
  }

  /** Bytes that are part of an entry as they are. */
  raw(part: Buffer): void {
    this.#room(part.length);
    this.#bytes.set(part, this.#length);
    this.#length += part.length;
  }

  /** Finishes the line. RFC 6962, 2.1: what is hashed is 0x00 and the entry. */
  end(): TreeHash {
    this.#room(1);
    const lead = this.#entry - 1;
    this.#bytes[lead] = 0;
    const leaf = hash('sha256', this.#bytes.subarray(lead, this.#length), 'base64') as TreeHash;
    this.#bytes[lead] = space;
    this.#bytes.write(leaf, lead - hashChars, 'latin1');
    this.#bytes[this.#length++] = newline;
    return leaf;
  }

  /** Forgets the line that was begun. */
  drop(): void {
    this.#length = this.#line;
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#length + bytes));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

const initialBytes = 64 * 1024;
/** A buffer that had to grow beyond this, under a slow disk, is not kept. */
const keptBytes = 1024 * 1024;
const hashChars = 44;
const shortString = 80;
const space = 0x20;
const tilde = 0x7e;
const quote = 0x22;
const backslash = 0x5c;
const newline = 0x0a;
