import { fdatasync } from 'node:fs';
import { SegmentFile } from './segment-file.ts';
import type { SegmentEnd, SegmentWriter } from './segment-writer.ts';
import { syncDirectory } from './sync-directory.ts';

/**
 * Durability `fsync`: acknowledged when the disk has the bytes. They are copied to the kernel within the call; only the
 * waiting is done in the thread pool, one trip for everything that arrived while the last one was under way.
 */
export class FsyncSegmentWriter implements SegmentWriter {
  readonly #directory: string;
  readonly #file: SegmentFile;
  // The directory holds the name of the segment durably: a file that is not found after a power failure is no log.
  #named = false;

  constructor(directory: string, end: SegmentEnd, limit: number) {
    this.#directory = directory;
    this.#file = new SegmentFile(directory, end, limit);
  }

  write(firstIndex: number, bytes: Buffer, done: (fault: string | null) => void): void {
    const fault = this.#file.attempt(() => {
      if (this.#file.overflows(bytes)) {
        this.#named = false;
        this.#file.begin(firstIndex);
      }
      this.#file.put(bytes);
    });
    if (fault !== null) done(fault);
    else if (this.#named) this.#sync(bytes, done);
    else this.#name(bytes, done);
  }

  room(done: (fault: string | null) => void): void {
    done(this.#file.attempt(() => this.#file.room()));
  }

  close(): Promise<void> {
    this.#file.close();
    return Promise.resolve();
  }

  #sync(bytes: Buffer, done: (fault: string | null) => void): void {
    fdatasync(this.#file.descriptor, (error) => {
      if (error === null) this.#file.keep(bytes);
      done(error === null ? null : this.#file.undo(error));
    });
  }

  #name(bytes: Buffer, done: (fault: string | null) => void): void {
    syncDirectory(this.#directory).then(
      () => {
        this.#named = true;
        this.#sync(bytes, done);
      },
      (error: unknown) => done(this.#file.undo(error)),
    );
  }
}
