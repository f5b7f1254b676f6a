import { entryFault } from './entry-check.ts';
import { lineLimit, parseJournalLine, parseSegmentName, segmentName } from './journal-line.ts';
import type { JournalSource } from './journal-source.ts';
import type { TreeHash } from './merkle-hash.ts';
import { MerkleTree } from './merkle-tree.ts';
import type { VerificationFault } from './verification.ts';

export interface ScanOptions {
  /** Sizes at which the root is wanted. */
  readonly rootsAt: readonly number[];
  /** The log that entries must belong to; null: any. */
  readonly instance: string | null;
  /** Entries below this index are only hashed: whoever compares the root knows them already. */
  readonly envelopesFrom: number;
  /** Somebody else who looks at every entry on the way; null: nobody. */
  readonly reader: EntryReader | null;
}

export interface EntryReader {
  /** A whole entry, in order. */
  add(leaf: TreeHash, entry: string): void;
  /** Called now and then between entries. Reading goes on when it resolves. */
  compare(): Promise<void>;
}

/** What lies in the segments, up to the first fault. */
export interface JournalScan {
  /** The tree over all whole entries before the fault. */
  readonly tree: MerkleTree;
  readonly roots: ReadonlyMap<number, TreeHash>;
  readonly fault: VerificationFault | null;
  /** The newest segment and its bytes of whole lines; null where there is no segment. */
  readonly newest: { readonly name: string; readonly bytes: number } | null;
  /** Bytes behind the last newline of the newest segment: a line that was never finished. */
  readonly partialBytes: number;
}

/** Reads every segment in order, in bounded memory, and recomputes every hash. */
export async function scanJournal(source: JournalSource, options: ScanOptions): Promise<JournalScan> {
  const segments = (await source.files())
    .filter((file) => file.regular && parseSegmentName(file.name) !== null)
    .map((file) => file.name)
    .sort();
  const scan = new Scan(options);
  for (const [at, name] of segments.entries()) {
    if (!scan.begin(name)) break;
    for await (const chunk of source.read(name)) {
      const whole = scan.take(chunk);
      await options.reader?.compare();
      if (!whole) break;
    }
    if (!scan.end(at === segments.length - 1)) break;
  }
  return scan.result();
}

class Scan {
  readonly #options: ScanOptions;
  readonly #tree = new MerkleTree();
  readonly #roots = new Map<number, TreeHash>();
  #fault: VerificationFault | null = null;
  #segment = '';
  #bytes = 0;
  // The unfinished line at the end of what was read. Beyond a line's limit its bytes are counted and no longer kept.
  #rest: Buffer = Buffer.alloc(0);
  #restBytes = 0;

  constructor(options: ScanOptions) {
    this.#options = options;
    this.#noteRoot();
  }

  begin(segment: string): boolean {
    const expected = segmentName(this.#tree.size);
    if (segment !== expected) return this.#fail('segment', `segment ${expected} is missing: ${segment} comes next`);
    this.#segment = segment;
    this.#bytes = 0;
    return true;
  }

  take(chunk: Buffer): boolean {
    let start = 0;
    for (let end = chunk.indexOf(newline); end >= 0; end = chunk.indexOf(newline, start)) {
      if (!this.#line(this.#joined(chunk.subarray(start, end)))) return false;
      start = end + 1;
    }
    this.#keep(chunk.subarray(start));
    return true;
  }

  end(newest: boolean): boolean {
    if (newest || this.#restBytes === 0) return true;
    return this.#fail('frame', `entry ${this.#tree.size} ends in the middle, and another segment follows`);
  }

  result(): JournalScan {
    return {
      tree: this.#tree,
      roots: this.#roots,
      fault: this.#fault,
      newest: this.#segment === '' ? null : { name: this.#segment, bytes: this.#bytes },
      partialBytes: this.#restBytes,
    };
  }

  #line(line: Buffer): boolean {
    const index = this.#tree.size;
    const parsed = parseJournalLine(line, index);
    if ('kind' in parsed) return this.#fail(parsed.kind, `entry ${index} ${parsed.message}`);
    if (index >= this.#options.envelopesFrom) {
      const fault = entryFault(parsed.entry, this.#options.instance);
      if (fault !== null) return this.#fail('envelope', `entry ${index} ${fault}`);
    }
    this.#tree.append(parsed.leaf);
    this.#options.reader?.add(parsed.leaf, parsed.entry);
    this.#bytes += line.length + 1;
    this.#noteRoot();
    return true;
  }

  #noteRoot(): void {
    if (this.#options.rootsAt.includes(this.#tree.size)) this.#roots.set(this.#tree.size, this.#tree.root());
  }

  #joined(end: Buffer): Buffer {
    if (this.#restBytes === 0) return end;
    const line = Buffer.concat([this.#rest, end]);
    this.#rest = Buffer.alloc(0);
    this.#restBytes = 0;
    return line;
  }

  #keep(rest: Buffer): void {
    if (rest.length === 0) return;
    this.#restBytes += rest.length;
    if (this.#rest.length <= lineLimit) this.#rest = Buffer.concat([this.#rest, rest]);
  }

  #fail(kind: VerificationFault['kind'], message: string): false {
    this.#fault = { kind, index: String(this.#tree.size), file: this.#segment === '' ? null : this.#segment, message };
    return false;
  }
}

const newline = 0x0a;
