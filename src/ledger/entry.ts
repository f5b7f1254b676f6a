import { CanonicalFault, canonicalJson } from './canonical.ts';
import type { Envelope, LedgerEvent } from './event.ts';
import { spellCompleted, spellDecided } from './spell-statement.ts';

/** An entry as it is in the ledger: the envelope and the event, one object. */
export type Entry = Envelope & LedgerEvent;

/** Bytes of one entry (section 5.5): readers may count on it. */
export const entryLimit = 32 * 1024;
/** Bytes of statement text in one entry; the digest beside it is of the whole text. */
export const statementTextLimit = 4 * 1024;

/**
 * The canonical JSON of an entry: what is hashed, kept and verified. Statement text is cut to its limit. Throws
 * {@link EntryFault} where the event cannot be an entry, and then nothing may run.
 */
export function sealEntry(event: LedgerEvent, envelope: Omit<Envelope, 'v' | 'type'>): string {
  const text = spell(withinTextLimit(event), envelope);
  // Counting also makes one string of the many parts, which whoever hashes and writes it would otherwise do each anew.
  if (Buffer.byteLength(text) > entryLimit) {
    throw new EntryFault(`an entry of type ${event.type} is larger than ${entryLimit} bytes`);
  }
  return text;
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

function spell(event: LedgerEvent, envelope: Omit<Envelope, 'v' | 'type'>): string {
  try {
    if (event.type === 'statement.decided') return spellDecided(event, envelope);
    if (event.type === 'statement.completed') return spellCompleted(event, envelope);
    return canonicalJson({ ...event, ...envelope, v: 1 });
  } catch (fault) {
    if (fault instanceof CanonicalFault) throw new EntryFault(`an entry of type ${event.type}: ${fault.message}`);
    throw fault;
  }
}
