import { type FileHandle, open } from 'node:fs/promises';
import { segmentName } from '../ledger/journal-line.ts';
import { errorPhrase } from './error-code.ts';
import { roomBytes, type SegmentEnd, type SegmentWriter, segmentFlags } from './segment-writer.ts';
import { syncDirectory } from './sync-directory.ts';

/**
 * Durability `fsync`: acknowledged when the disk has the bytes. Everything happens in the thread pool; entries that arrive
 * meanwhile go out in the next write.
 */
export class FsyncSegmentWriter implements SegmentWriter {
  readonly #directory: string;
  readonly #limit: number;
  #file: FileHandle;
  #size: number;
  // Bytes that were never acknowledged may lie behind `#size`.
  #untidy = true;

  private constructor(directory: string, file: FileHandle, size: number, limit: number) {
    this.#directory = directory;
    this.#file = file;
    this.#size = size;
    this.#limit = limit;
  }

  static async open(directory: string, end: SegmentEnd, limit: number): Promise<FsyncSegmentWriter> {
    const file = await openSegment(directory, end.name);
    return new FsyncSegmentWriter(directory, file, end.bytes, limit);
  }

  write(firstIndex: number, bytes: Buffer, done: (fault: string | null) => void): void {
    this.#guarded(() => this.#append(firstIndex, bytes)).then(done);
  }

  room(done: (fault: string | null) => void): void {
    const act = async () => {
      this.#untidy = true;
      await writeFully(this.#file, Buffer.alloc(roomBytes), this.#size);
      await this.#tidy();
    };
    this.#guarded(act).then(done);
  }

  async close(): Promise<void> {
    try {
      await this.#file.sync();
    } finally {
      await this.#file.close();
    }
  }

  async #append(firstIndex: number, bytes: Buffer): Promise<void> {
    if (this.#size > 0 && this.#size + bytes.length > this.#limit) await this.#begin(firstIndex);
    await this.#tidy();
    this.#untidy = true;
    await writeFully(this.#file, bytes, this.#size);
    await this.#file.datasync();
    this.#size += bytes.length;
    this.#untidy = false;
  }

  async #begin(firstIndex: number): Promise<void> {
    await this.#tidy();
    const next = await openSegment(this.#directory, segmentName(firstIndex));
    await this.#file.close();
    this.#file = next;
    this.#size = 0;
    this.#untidy = true;
  }

  async #tidy(): Promise<void> {
    if (!this.#untidy) return;
    await this.#file.truncate(this.#size);
    this.#untidy = false;
  }

  async #guarded(act: () => Promise<void>): Promise<string | null> {
    try {
      await act();
      return null;
    } catch (error) {
      try {
        await this.#tidy();
      } catch {
        // Still untidy: nothing is written before the cut succeeds.
        this.#untidy = true;
      }
      return errorPhrase(error);
    }
  }
}

/** A file that the directory does not know after a power failure is no log: both are made durable. */
async function openSegment(directory: string, name: string): Promise<FileHandle> {
  const file = await open(`${directory}/${name}`, segmentFlags, 0o600);
  await syncDirectory(directory);
  return file;
}

async function writeFully(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
