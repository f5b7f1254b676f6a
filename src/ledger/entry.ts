import { CanonicalFault } from './canonical.ts';
import type { Envelope, LedgerEvent } from './event.ts';
import type { LineBuffer } from './line-buffer.ts';
import type { TreeHash } from './merkle-hash.ts';
import { type Stamp, spellCompleted, spellDecided } from './spell-statement.ts';

/** An entry as it is in the ledger: the envelope and the event, one object. */
export type Entry = Envelope & LedgerEvent;

/** Bytes of one entry (section 5.5): readers may count on it. */
export const entryLimit = 32 * 1024;
/** Bytes of statement text in one entry; the digest beside it is of the whole text. */
export const statementTextLimit = 4 * 1024;

/**
 * Adds an entry to the lines: its canonical JSON is what is hashed, kept and verified. Statement text is cut to its limit.
 * Throws {@link EntryFault} where the event cannot be an entry: then nothing was added, and nothing may run.
 */
export function addEntry(event: LedgerEvent, stamp: Stamp, index: number, lines: LineBuffer): TreeHash {
  lines.begin(index);
  try {
    spell(withinTextLimit(event), stamp, lines);
    if (lines.entryBytes <= entryLimit) return lines.end();
  } catch (fault) {
    lines.drop();
    if (fault instanceof CanonicalFault) throw new EntryFault(`an entry of type ${event.type}: ${fault.message}`);
    throw fault;
  }
  lines.drop();
  throw new EntryFault(`an entry of type ${event.type} is larger than ${entryLimit} bytes`);
}

/** An event that cannot be an entry. The message names the type and the limit, never content. */
export class EntryFault extends Error {
  override readonly name = 'EntryFault';
}

/** The first bytes of `text`, at most `limit` in UTF-8, never half a character. */
export function utf8Prefix(text: string, limit: number): string {
  if (text.length * 3 <= limit || Buffer.byteLength(text) <= limit) return text;
  const bytes = Buffer.from(text);
  let end = limit;
  while (((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}

function withinTextLimit(event: LedgerEvent): LedgerEvent {
  if (event.type !== 'statement.decided' || event.text === null) return event;
  const text = utf8Prefix(event.text, statementTextLimit);
  return text === event.text ? event : { ...event, text };
}

function spell(event: LedgerEvent, stamp: Stamp, lines: LineBuffer): void {
  if (event.type === 'statement.decided') spellDecided(event, stamp, lines);
  else if (event.type === 'statement.completed') spellCompleted(event, stamp, lines);
  else lines.value({ ...event, ...stamp, v: 1 });
}
