import { Chunks } from '../../base/chunks.ts';
import { WireError } from '../../base/wire-error.ts';
import type { Outlet } from './wire.ts';

/**
 * What one step found. `header`: the type and size of a message are known and the caller must choose `pass`, `collect` or
 * `skip`. `message`: the collected one is whole. `skipped`: the skipped one is over. `starved`: the chunk is used up.
 */
export type Step = 'starved' | 'header' | 'message' | 'skipped';

/**
 * Cuts one side's stream into messages: a type byte, an unsigned length that counts itself, a body (PostgreSQL manual 54.2.1).
 * Pulled, so that the caller can stop at any message and go on later; the unread rest is only a reference to the chunk.
 * Nothing is forwarded unless the caller says `pass` or `forward`.
 */
export class Framer {
  /** Of the message in hand. */
  type = 0;
  /** The length field: body and itself, without the type byte. */
  size = 0;
  /** A collected message is `bytes[start, end)`, its type byte included. */
  bytes: Buffer = nothing;
  start = 0;
  end = 0;

  #chunk: Buffer | null = null;
  #at = 0;
  #mode: 'between' | 'header' | 'pass' | 'collect' | 'skip' | 'whole' | 'over' = 'between';
  /** Body bytes of the message in hand that have not arrived. */
  #rest = 0;
  #outlet: Outlet | null = null;
  readonly #parts = new Chunks();
  /** The collected message is not in a chunk but in a buffer of its own. */
  #joined = false;
  readonly #head = Buffer.alloc(headerBytes);
  /** Bytes of a header that was cut by the end of a chunk. */
  #headLength = 0;

  /** Hands over the next chunk. The one before must be used up. */
  feed(chunk: Buffer, start = 0): void {
    if (this.#chunk !== null) throw new Error('a chunk arrived before the last one was read');
    if (start >= chunk.length) return;
    this.#chunk = chunk;
    this.#at = start;
  }

  /** Bytes wait to be read. */
  get loaded(): boolean {
    return this.#chunk !== null;
  }

  /** The stream ended here would end inside a message. */
  get inside(): boolean {
    return this.#headLength > 0 || (this.#mode !== 'between' && this.#mode !== 'whole' && this.#mode !== 'over');
  }

  step(): Step {
    for (;;) {
      switch (this.#mode) {
        case 'whole':
        case 'over':
          this.#finish();
          break;
        case 'between':
          if (!this.#readHeader()) return 'starved';
          this.#mode = 'header';
          return 'header';
        case 'header':
          return 'header';
        default: {
          if (this.#chunk === null) return 'starved';
          const done = this.#mode === 'collect' ? 'message' : 'skipped';
          const passing = this.#mode === 'pass';
          if (!this.#continue()) return 'starved';
          if (!passing) return done;
        }
      }
    }
  }

  /** Cut the message in hand through, as far as it has arrived and then as it arrives. */
  pass(outlet: Outlet): void {
    this.#outlet = outlet;
    if (this.#headLength > 0) outlet.write(Buffer.from(this.#head));
    else outlet.span(this.#chunkInHand(), this.#at, this.#at + headerBytes);
    this.#enter('pass');
    this.#continue();
  }

  /** Gather the message in hand. True: it is whole already. Nobody but the caller bounds its size. */
  collect(): boolean {
    const chunk = this.#chunk;
    if (this.#headLength === 0 && chunk !== null && this.#at + 1 + this.size <= chunk.length) {
      this.bytes = chunk;
      this.start = this.#at;
      this.end = this.#at + 1 + this.size;
      this.#joined = false;
      this.#mode = 'whole';
      this.#move(this.end);
      return true;
    }
    if (this.#headLength > 0) this.#parts.append(this.#head, 0, headerBytes);
    else this.#parts.append(this.#chunkInHand(), this.#at, this.#at + headerBytes);
    this.#enter('collect');
    return this.#continue();
  }

  /** Swallow the message in hand without keeping a byte. True: it is over already. */
  skip(): boolean {
    this.#enter('skip');
    return this.#continue();
  }

  /** Send the collected message on as it came: as a span of its chunk where it was in one. */
  forward(outlet: Outlet): void {
    if (this.#joined) outlet.write(this.bytes);
    else outlet.span(this.bytes, this.start, this.end);
  }

  /**
   * The chunk, if the header in hand starts in it; {@link position} is then where. For callers that read many messages of a
   * kind at once; they hand the place where they stopped to {@link advance}.
   */
  get window(): Buffer | null {
    return this.#headLength === 0 ? this.#chunk : null;
  }

  get position(): number {
    return this.#at;
  }

  /** Reading goes on at `position`, the start of a message. */
  advance(position: number): void {
    this.#mode = 'between';
    this.#move(position);
  }

  /** Cut through every whole message of the type in hand that follows in this chunk, `most` of them. Answers how many. */
  passRun(outlet: Outlet, most = Number.POSITIVE_INFINITY): number {
    const chunk = this.window;
    if (chunk === null) return 0;
    const type = this.type;
    const from = this.#at;
    const limit = chunk.length - headerBytes;
    let at = from;
    let count = 0;
    while (count < most && at <= limit && chunk[at] === type) {
      const size = sizeAt(chunk, at + 1);
      const next = at + 1 + size;
      if (size < 4 || next > chunk.length) break;
      at = next;
      count += 1;
    }
    if (count === 0) return 0;
    outlet.span(chunk, from, at);
    this.advance(at);
    return count;
  }

  #readHeader(): boolean {
    const chunk = this.#chunk;
    if (chunk === null) return false;
    if (this.#headLength === 0 && chunk.length - this.#at >= headerBytes) {
      this.type = chunk[this.#at] ?? 0;
      this.size = sizeAt(chunk, this.#at + 1);
    } else {
      const take = Math.min(headerBytes - this.#headLength, chunk.length - this.#at);
      chunk.copy(this.#head, this.#headLength, this.#at, this.#at + take);
      this.#headLength += take;
      this.#move(this.#at + take);
      if (this.#headLength < headerBytes) return false;
      this.type = this.#head[0] ?? 0;
      this.size = sizeAt(this.#head, 1);
    }
    if (this.size < 4) throw new WireError('a message states a length below four');
    if (this.size > largestMessage) throw new WireError('a message states a length above one gibibyte');
    return true;
  }

  #enter(mode: 'pass' | 'collect' | 'skip'): void {
    this.#mode = mode;
    this.#rest = this.size - 4;
    if (this.#headLength === 0) this.#move(this.#at + headerBytes);
    this.#headLength = 0;
  }

  /** Takes what has arrived of the body. True: it is whole. */
  #continue(): boolean {
    const chunk = this.#chunk;
    if (chunk !== null && this.#rest > 0) {
      const take = Math.min(this.#rest, chunk.length - this.#at);
      if (this.#mode === 'collect') this.#parts.append(chunk, this.#at, this.#at + take);
      else if (this.#mode === 'pass') this.#outlet?.span(chunk, this.#at, this.#at + take);
      this.#rest -= take;
      this.#move(this.#at + take);
    }
    if (this.#mode === 'pass' && this.#outlet !== null) this.#outlet.partial = this.#rest > 0;
    if (this.#rest > 0) return false;
    if (this.#mode === 'collect') {
      this.bytes = this.#parts.take();
      this.#joined = true;
      this.start = 0;
      this.end = this.bytes.length;
      this.#mode = 'whole';
    } else if (this.#mode === 'pass') {
      this.#mode = 'between';
    } else {
      this.#mode = 'over';
    }
    return true;
  }

  #finish(): void {
    this.bytes = nothing;
    this.start = 0;
    this.end = 0;
    this.#mode = 'between';
  }

  #move(position: number): void {
    this.#at = position;
    if (this.#chunk !== null && position >= this.#chunk.length) this.#chunk = null;
  }

  #chunkInHand(): Buffer {
    if (this.#chunk === null) throw new Error('no chunk in hand');
    return this.#chunk;
  }
}

const headerBytes = 5;
/** PostgreSQL's own bound on a message (MaxAllocSize). */
const largestMessage = 0x3fff_ffff;
const nothing = Buffer.alloc(0);

function sizeAt(bytes: Buffer, at: number): number {
  return (
    (((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)) >>> 0
  );
}
