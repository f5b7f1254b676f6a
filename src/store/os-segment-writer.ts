import { closeSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { segmentName } from '../ledger/journal-line.ts';
import { errorPhrase } from './error-code.ts';
import { roomBytes, type SegmentEnd, type SegmentWriter, segmentFlags } from './segment-writer.ts';

/**
 * Durability `os`: acknowledged when the kernel has the bytes; a killed process loses none, a power failure may. Writes
 * within the call: a copy into the page cache is cheaper than a trip through the thread pool.
 */
export class OsSegmentWriter implements SegmentWriter {
  readonly #directory: string;
  readonly #limit: number;
  #file: number;
  #size: number;
  // Bytes that were never acknowledged may lie behind `#size`.
  #untidy = true;

  constructor(directory: string, end: SegmentEnd, limit: number) {
    this.#directory = directory;
    this.#limit = limit;
    this.#file = openSegment(`${directory}/${end.name}`);
    this.#size = end.bytes;
  }

  write(firstIndex: number, bytes: Buffer, done: (fault: string | null) => void): void {
    done(this.#guarded(() => this.#append(firstIndex, bytes)));
  }

  room(done: (fault: string | null) => void): void {
    const fault = this.#guarded(() => {
      this.#untidy = true;
      writeFully(this.#file, Buffer.alloc(roomBytes), this.#size);
      this.#tidy();
    });
    done(fault);
  }

  close(): Promise<void> {
    try {
      fsyncSync(this.#file);
    } finally {
      closeSync(this.#file);
    }
    return Promise.resolve();
  }

  #append(firstIndex: number, bytes: Buffer): void {
    if (this.#size > 0 && this.#size + bytes.length > this.#limit) this.#begin(firstIndex);
    this.#tidy();
    this.#untidy = true;
    writeFully(this.#file, bytes, this.#size);
    this.#size += bytes.length;
    this.#untidy = false;
  }

  #begin(firstIndex: number): void {
    this.#tidy();
    const next = openSegment(`${this.#directory}/${segmentName(firstIndex)}`);
    closeSync(this.#file);
    this.#file = next;
    this.#size = 0;
    this.#untidy = true;
  }

  #tidy(): void {
    if (!this.#untidy) return;
    ftruncateSync(this.#file, this.#size);
    this.#untidy = false;
  }

  #guarded(act: () => void): string | null {
    try {
      act();
      return null;
    } catch (error) {
      try {
        this.#tidy();
      } catch {
        // Still untidy: nothing is written before the cut succeeds.
        this.#untidy = true;
      }
      return errorPhrase(error);
    }
  }
}

function openSegment(path: string): number {
  return openSync(path, segmentFlags, 0o600);
}

function writeFully(file: number, bytes: Buffer, position: number): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(file, bytes, written, bytes.length - written, position + written);
}
