import type { Socket } from 'node:net';
import type { Side } from '../core/machine.ts';

/** What a leg tells its relay. Never called from within a call to the leg. */
export interface LegEvents {
  arrived(side: Side, chunk: Buffer): void;
  /** What was queued is written: there is room again. */
  drained(): void;
  /** The peer said that nothing more comes, and may still read. Told once, where its socket can be half open. */
  finished(side: Side): void;
  /** The peer is gone. Told once. */
  gone(side: Side): void;
}

/** One side of a relay: its socket, the bytes on their way out, and those that came in before they were wanted. */
export class Leg {
  readonly #side: Side;
  readonly #events: LegEvents;
  #socket: Socket;
  #state: 'open' | 'gone' | 'leaving' = 'open';
  // What goes out: finished spans, and the one that may still grow.
  #spans: Buffer[] = [];
  #chunk: Buffer | null = null;
  #start = 0;
  #end = 0;
  readonly #held: Buffer[] = [];
  #kept = 0;
  #paused = false;

  constructor(side: Side, socket: Socket, events: LegEvents) {
    this.#side = side;
    this.#events = events;
    this.#socket = socket;
    this.#attach();
  }

  get socket(): Socket {
    return this.#socket;
  }

  /** The peer is gone. */
  get gone(): boolean {
    return this.#state !== 'open';
  }

  /** More is queued than the socket takes at once. */
  get full(): boolean {
    return this.#socket.writableNeedDrain && !this.gone;
  }

  /** How many bytes came in that nobody wanted yet. */
  get kept(): number {
    return this.#kept;
  }

  /** Bytes came in that nobody wanted yet. */
  get holds(): boolean {
    return this.#held.length > 0;
  }

  /** Queues `chunk[start, end)`. Spans that follow one another in the same chunk become one. */
  push(chunk: Buffer, start: number, end: number): void {
    if (start >= end) return;
    if (this.#chunk === chunk && this.#end === start) {
      this.#end = end;
      return;
    }
    if (this.#chunk !== null) this.#spans.push(this.#span(this.#chunk));
    this.#chunk = chunk;
    this.#start = start;
    this.#end = end;
  }

  /** Hands what is queued to the socket: one write wherever that is cheaper. */
  flush(): void {
    if (this.#chunk === null) return;
    const last = this.#span(this.#chunk);
    this.#chunk = null;
    if (this.#spans.length === 0) {
      if (!this.gone) this.#socket.write(last);
      return;
    }
    const spans = this.#spans;
    spans.push(last);
    this.#spans = [];
    if (!this.gone) this.#writeAll(spans);
  }

  /**
   * Keeps bytes that were not wanted when they came. Reading stops only now: a client that waits for its answer sends
   * nothing, and is never paused.
   *
   * @param ahead how many bytes may be kept before reading stops
   */
  hold(chunk: Buffer, ahead = 0): void {
    this.#held.push(chunk);
    this.#kept += chunk.length;
    if (this.#paused || (ahead > 0 && this.#kept <= ahead)) return;
    this.#paused = true;
    this.#socket.pause();
  }

  /** Reads on though nothing is wanted, up to `ahead` bytes: whoever is not read from can leave unnoticed. */
  watch(ahead: number): void {
    if (!this.#paused || this.gone || this.#kept > ahead) return;
    this.#paused = false;
    this.#socket.resume();
  }

  /** The oldest of the bytes kept back. */
  takeHeld(): Buffer | undefined {
    const chunk = this.#held.shift();
    this.#kept -= chunk?.length ?? 0;
    return chunk;
  }

  /** Reads on, where nothing is kept back. */
  resume(): void {
    if (!this.#paused || this.holds || this.gone) return;
    this.#paused = false;
    this.#socket.resume();
  }

  /** Hands out the socket to wrap it in TLS. What was written before has left when `ready` is called. */
  surrender(ready: (socket: Socket) => void): void {
    const socket = this.#socket;
    if (socket.writableLength === 0) {
      this.#detach();
      ready(socket);
      return;
    }
    socket.write(nothing, () => {
      if (this.#state !== 'open') return;
      this.#detach();
      ready(socket);
    });
  }

  /** Goes on with the wrapped socket. */
  adopt(socket: Socket): void {
    this.#socket = socket;
    this.#attach();
  }

  /** Writes what is queued, closes, and lets go after a short grace. Nothing is told any more. */
  leave(graceMs: number): void {
    this.flush();
    this.#detach();
    this.#state = 'leaving';
    this.#held.length = 0;
    const socket = this.#socket;
    if (socket.destroyed) return;
    const timer = setTimeout(() => socket.destroy(), graceMs);
    socket.once('close', () => clearTimeout(timer));
    socket.end();
    // Unread bytes would turn the goodbye into a reset, and the peer might lose what was said last.
    socket.resume();
  }

  destroy(): void {
    this.#detach();
    this.#state = 'leaving';
    this.#held.length = 0;
    this.#socket.destroy();
  }

  #span(chunk: Buffer): Buffer {
    return this.#start === 0 && this.#end === chunk.length ? chunk : chunk.subarray(this.#start, this.#end);
  }

  #writeAll(spans: readonly Buffer[]): void {
    let length = 0;
    for (const span of spans) length += span.length;
    if (length <= copyAtMost) {
      this.#socket.write(Buffer.concat(spans, length));
      return;
    }
    this.#socket.cork();
    for (const span of spans) this.#socket.write(span);
    this.#socket.uncork();
  }

  readonly #onData = (chunk: Buffer): void => this.#events.arrived(this.#side, chunk);
  readonly #onDrain = (): void => this.#events.drained();
  readonly #onEnd = (): void => {
    if (this.#socket.allowHalfOpen) this.#events.finished(this.#side);
    else this.#onGone();
  };
  readonly #onGone = (): void => {
    if (this.#state !== 'open') return;
    this.#state = 'gone';
    this.#events.gone(this.#side);
  };

  #attach(): void {
    this.#socket
      .on('data', this.#onData)
      .on('drain', this.#onDrain)
      .on('end', this.#onEnd)
      .on('close', this.#onGone)
      .on('error', this.#onGone);
  }

  // The error listener stays: a socket without one takes the process down.
  #detach(): void {
    this.#socket
      .off('data', this.#onData)
      .off('drain', this.#onDrain)
      .off('end', this.#onEnd)
      .off('close', this.#onGone);
  }
}

const nothing = Buffer.alloc(0);

/** Below this, copying spans into one buffer is cheaper than handing the kernel a list. */
const copyAtMost = 16 * 1024;
