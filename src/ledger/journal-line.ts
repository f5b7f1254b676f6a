import { entryLimit } from './entry.ts';
import { leafHash, parseTreeHash, type TreeHash } from './merkle-hash.ts';

/**
 * How an entry lies in the journal: `<index> <leaf hash> <canonical JSON>` and a newline. Canonical JSON holds no raw
 * newline, so a line is an entry, `grep` reads the log, and a line without its newline is one that was never finished.
 */
export function journalLine(index: number, leaf: TreeHash, entry: string): string {
  return `${index} ${leaf} ${entry}\n`;
}

/** Bytes of the longest line: index, hash, two spaces, the entry, without the newline. */
export const lineLimit = 16 + 1 + 44 + 1 + entryLimit;

export interface JournalLine {
  readonly leaf: TreeHash;
  readonly entry: string;
}

export interface LineFault {
  readonly kind: 'frame' | 'index' | 'hash';
  /** A phrase that follows "entry N". */
  readonly message: string;
}

/** Reads the line of entry `index`, without its newline. The hash is recomputed: what comes back is what was hashed. */
export function parseJournalLine(line: Buffer, index: number): JournalLine | LineFault {
  if (line.length > lineLimit) return { kind: 'frame', message: 'is longer than an entry may be' };
  const text = line.toString('utf8');
  const parts = /^(0|[1-9][0-9]{0,15}) ([A-Za-z0-9+/]{43}=) (\{.*\})$/s.exec(text);
  const stated = parts?.[1];
  const leaf = parseTreeHash(parts?.[2] ?? '');
  const entry = parts?.[3];
  if (stated === undefined || leaf === null || entry === undefined) {
    return { kind: 'frame', message: 'is not a line of index, hash and JSON' };
  }
  if (stated !== String(index)) return { kind: 'index', message: `is numbered ${stated}` };
  // Broken UTF-8 reads as replacement characters, which would hide it from the hash of the text.
  if (leafHash(entry) !== leaf || Buffer.byteLength(text) !== line.length || !line.equals(Buffer.from(text))) {
    return { kind: 'hash', message: 'does not match its hash' };
  }
  return { leaf, entry };
}

/** `journal-00000000000000000000.jsonl`: a segment is named by the index of its first entry. */
export function segmentName(firstIndex: number): string {
  return `journal-${String(firstIndex).padStart(20, '0')}.jsonl`;
}

/** The index in the name of a segment, or null where the name is none. */
export function parseSegmentName(name: string): number | null {
  const digits = /^journal-([0-9]{20})\.jsonl$/.exec(name)?.[1];
  if (digits === undefined) return null;
  const index = Number(digits);
  return Number.isSafeInteger(index) ? index : null;
}
