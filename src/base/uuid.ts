import { randomFillSync } from 'node:crypto';
import type { Instant } from './clock.ts';

/**
 * UUIDv7 (RFC 9562, 5.7): 48 bits of Unix milliseconds, then random bits. Ids sort by time to the millisecond; the order
 * of events is the ledger's index, never an id.
 */
export function uuidv7(at: Instant): string {
  if (used + 10 > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const millis = Math.floor(at / 1000);
  if (millis !== prefixMillis) {
    prefixMillis = millis;
    prefix = `${hex(Math.floor(millis / 0x10000), 8)}-${hex(millis % 0x10000, 4)}`;
  }
  const a = ((pool[used] ?? 0) << 8) | (pool[used + 1] ?? 0);
  const b = ((pool[used + 2] ?? 0) << 8) | (pool[used + 3] ?? 0);
  const tail = pool.toString('hex', used + 4, used + 10);
  used += 10;
  return `${prefix}-${hex((a & 0x0fff) | 0x7000, 4)}-${hex((b & 0x3fff) | 0x8000, 4)}-${tail}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}

// Random bytes are drawn in bulk: a system call per id would cost more than the id.
const pool = Buffer.alloc(4096);
let used = pool.length;
let prefixMillis = Number.NaN;
let prefix = '';
