import { leafHashOf } from './merkle-bytes.ts';

/** An entry as bytes, and its leaf. */
export interface JournalBytes {
  readonly leaf: Buffer;
  readonly entry: Buffer;
}

/**
 * Reads the line of entry `index` (journal-line.ts), without its newline, or null where it is not that entry. The hash is
 * recomputed, over the bytes that lie there. For whoever reads every line of a busy log: nothing is made text.
 */
export function readJournalBytes(line: Buffer, index: number): JournalBytes | null {
  const lead = `${index} `;
  const begin = lead.length + hashChars + 1;
  if (line.length <= begin || line.toString('latin1', 0, lead.length) !== lead || line[begin - 1] !== space)
    return null;
  const entry = line.subarray(begin);
  const leaf = leafHashOf(entry);
  return leaf.toString('base64') === line.toString('latin1', lead.length, begin - 1) ? { leaf, entry } : null;
}

const hashChars = 44;
const space = 0x20;
