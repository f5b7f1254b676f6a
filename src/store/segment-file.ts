import { closeSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { segmentName } from '../ledger/journal-line.ts';
import { errorPhrase } from './error-code.ts';
import { roomBytes, type SegmentEnd, segmentFlags } from './segment-writer.ts';

/**
 * The newest segment, written within the call: a copy into the page cache is cheaper than a trip through the thread pool.
 * Invariant: the first `size` bytes are acknowledged, and nothing is written while others lie behind them.
 */
export class SegmentFile {
  readonly #directory: string;
  readonly #limit: number;
  #descriptor: number;
  #size: number;
  // Bytes that were never acknowledged may lie behind `#size`.
  #untidy = true;

  constructor(directory: string, end: SegmentEnd, limit: number) {
    this.#directory = directory;
    this.#limit = limit;
    this.#descriptor = openSegment(`${directory}/${end.name}`);
    this.#size = end.bytes;
  }

  get descriptor(): number {
    return this.#descriptor;
  }

  /** These bytes belong into the next segment. */
  overflows(bytes: Buffer): boolean {
    return this.#size > 0 && this.#size + bytes.length > this.#limit;
  }

  /** Writes behind what is acknowledged. The bytes do not count before {@link keep}. */
  put(bytes: Buffer): void {
    this.#cut();
    this.#untidy = true;
    let written = 0;
    while (written < bytes.length)
      written += writeSync(this.#descriptor, bytes, written, bytes.length - written, this.#size + written);
  }

  /** What was put is durable at the writer's level. */
  keep(bytes: Buffer): void {
    this.#size += bytes.length;
    this.#untidy = false;
  }

  /** Goes on with an empty segment. */
  begin(firstIndex: number): void {
    this.#cut();
    const next = openSegment(`${this.#directory}/${segmentName(firstIndex)}`);
    closeSync(this.#descriptor);
    this.#descriptor = next;
    this.#size = 0;
    this.#untidy = true;
  }

  /** Whether there is room: a stretch of zeros, taken back. */
  room(): void {
    this.put(Buffer.alloc(roomBytes));
    this.#cut();
  }

  /** Null, or the system's phrase for why `act` failed. */
  attempt(act: () => void): string | null {
    try {
      act();
      return null;
    } catch (error) {
      return this.undo(error);
    }
  }

  /** Cuts off what a failure left behind, and says its phrase. */
  undo(error: unknown): string {
    try {
      this.#cut();
    } catch {
      // Still untidy: nothing is written before the cut succeeds.
      this.#untidy = true;
    }
    return errorPhrase(error);
  }

  close(): void {
    try {
      fsyncSync(this.#descriptor);
    } finally {
      closeSync(this.#descriptor);
    }
  }

  #cut(): void {
    if (!this.#untidy) return;
    ftruncateSync(this.#descriptor, this.#size);
    this.#untidy = false;
  }
}

function openSegment(path: string): number {
  return openSync(path, segmentFlags, 0o600);
}
