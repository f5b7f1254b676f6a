import { randomBytes } from 'node:crypto';
import type { Instant } from './clock.ts';

/**
 * A UUIDv7 (RFC 9562, 5.7) behind a prefix of four ASCII characters: 48 bits of Unix milliseconds, then random bits. Ids
 * sort by time to the millisecond; the order of events is the ledger's index, never an id.
 */
export function prefixedUuidv7(prefix: string, at: Instant): string {
  if (used + randomAt.length > pool.length) {
    pool = Buffer.from(randomBytes(poolBytes).toString('hex'), 'latin1');
    used = 0;
  }
  const millis = Math.floor(at / 1000);
  if (millis !== textMillis) {
    textMillis = millis;
    const time = millis.toString(16).padStart(12, '0');
    text.write(`${time.slice(0, 8)}-${time.slice(8)}`, 4, 'latin1');
  }
  for (let to = 0; to < 4; to++) text[to] = prefix.charCodeAt(to);
  for (let to = 0; to < randomAt.length; to++) text[randomAt[to] ?? 0] = pool[used++] ?? 0;
  // The variant keeps the two low bits of its digit. In ASCII those of 0-9 are right and those of a-f one too low.
  const digit = text[variantAt] ?? 0;
  text[variantAt] = variants[(digit + (digit >> 6)) & 3] ?? 0;
  return text.toString('latin1');
}

// Ids are made several times a statement: in one buffer, so that the text is one piece, and from random digits drawn in bulk.
const text = Buffer.from('xxx_xxxxxxxx-xxxx-7xxx-xxxx-xxxxxxxxxxxx', 'latin1');
let textMillis = Number.NaN;
const variantAt = 23;
const variants = Buffer.from('89ab', 'latin1');
const randomAt = Uint8Array.of(19, 20, 21, variantAt, 24, 25, 26, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39);
const poolBytes = 4096;
let pool = Buffer.alloc(0);
let used = 0;
