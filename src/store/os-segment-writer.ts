import { SegmentFile } from './segment-file.ts';
import type { SegmentEnd, SegmentWriter } from './segment-writer.ts';

/** Durability `os`: acknowledged when the kernel has the bytes; a killed process loses none, a power failure may. */
export class OsSegmentWriter implements SegmentWriter {
  readonly #file: SegmentFile;

  constructor(directory: string, end: SegmentEnd, limit: number) {
    this.#file = new SegmentFile(directory, end, limit);
  }

  write(firstIndex: number, bytes: Buffer, done: (fault: string | null) => void): void {
    done(this.#file.attempt(() => this.#append(firstIndex, bytes)));
  }

  room(done: (fault: string | null) => void): void {
    done(this.#file.attempt(() => this.#file.room()));
  }

  close(): Promise<void> {
    this.#file.close();
    return Promise.resolve();
  }

  #append(firstIndex: number, bytes: Buffer): void {
    if (this.#file.overflows(bytes)) this.#file.begin(firstIndex);
    this.#file.put(bytes);
    this.#file.keep(bytes);
  }
}
