import { type FileHandle, open, readdir } from 'node:fs/promises';
import { err, ok, type Result } from '../base/result.ts';
import { type JournalBytes, readJournalBytes } from '../ledger/journal-bytes.ts';
import { lineLimit, parseSegmentName, segmentName } from '../ledger/journal-line.ts';
import { openIfThere } from './open-if-there.ts';

/** Reads the journal from any entry on, while it grows. Rejects where a file cannot be read. */
export class JournalFollower {
  readonly #directory: string;
  #file: FileHandle | null = null;
  #segment = '';
  #position = 0;
  #rest: Buffer = Buffer.alloc(0);
  #next = 0;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Goes to entry `index`, which is there or will be the next one. The refusal is a phrase. */
  async seek(index: number): Promise<string | null> {
    await this.close();
    const starts = (await readdir(this.#directory)).map(parseSegmentName).filter((start) => start !== null);
    const start = Math.max(...starts.filter((first) => first <= index));
    if (!Number.isFinite(start)) return `the segment of entry ${index} is missing`;
    this.#segment = segmentName(start);
    this.#file = await open(`${this.#directory}/${this.#segment}`, 'r');
    this.#next = start;
    while (this.#next < index) {
      if ((await this.#line()) === null) return this.#ended();
      this.#next++;
    }
    this.#forget();
    return null;
  }

  /** The next `count` of the `until` entries that are durable: fewer are a fault. */
  async read(count: number, until: number): Promise<Result<readonly JournalBytes[], string>> {
    const entries: JournalBytes[] = [];
    while (entries.length < count && this.#next < until) {
      const line = await this.#line();
      if (line === null) return err(this.#ended());
      const entry = readJournalBytes(line, this.#next);
      if (entry === null) return err(`entry ${this.#next} of the journal does not match its hash`);
      entries.push(entry);
      this.#next++;
    }
    if (this.#next >= until) this.#forget();
    return ok(entries);
  }

  async close(): Promise<void> {
    const file = this.#file;
    this.#file = null;
    this.#position = 0;
    this.#rest = Buffer.alloc(0);
    await file?.close();
  }

  /** The next line without its newline, or null where the journal ends. */
  async #line(): Promise<Buffer | null> {
    for (;;) {
      const end = this.#rest.indexOf(newline);
      if (end >= 0) {
        const line = this.#rest.subarray(0, end);
        this.#rest = this.#rest.subarray(end + 1);
        return line;
      }
      if (this.#rest.length > lineLimit || !(await this.#more())) return null;
    }
  }

  /** What was read ahead may still be taken back by the writer: it is read again. */
  #forget(): void {
    this.#position -= this.#rest.length;
    this.#rest = Buffer.alloc(0);
  }

  /** False: the journal ends here. */
  async #more(): Promise<boolean> {
    const piece = Buffer.allocUnsafe(pieceBytes);
    const bytesRead = (await this.#file?.read(piece, 0, pieceBytes, this.#position))?.bytesRead ?? 0;
    if (bytesRead === 0) return this.#turn();
    this.#position += bytesRead;
    this.#rest = Buffer.concat([this.#rest, piece.subarray(0, bytesRead)]);
    return true;
  }

  /** Goes on with the segment that begins with the next entry. */
  async #turn(): Promise<boolean> {
    const following = segmentName(this.#next);
    if (following === this.#segment || this.#rest.length > 0) return false;
    const file = await openIfThere(`${this.#directory}/${following}`);
    if (file === null) return false;
    await this.#file?.close();
    this.#file = file;
    this.#segment = following;
    this.#position = 0;
    return true;
  }

  #ended(): string {
    return `the journal ends before entry ${this.#next}`;
  }
}

const newline = 0x0a;
const pieceBytes = 256 * 1024;
