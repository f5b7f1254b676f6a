import { hkdfSync } from 'node:crypto';
import type { Clock } from '../base/clock.ts';

/** What transforms take from the gateway beside their settings. */
export interface TokenKeys {
  /** The key of a class; the same as long as the gateway's secret is. */
  keyFor(className: string): Buffer;
  currentYear(): number;
}

/**
 * Keys of `tokenize`, by HKDF-SHA-256 from one secret of at least 32 bytes: the tokens of two tenants, or of two classes,
 * cannot be compared.
 */
export function deriveTokenKeys(secret: Buffer, tenant: string, clock: Clock): TokenKeys {
  if (secret.length < 32) throw new Error('the token secret is shorter than 32 bytes');
  const kept = Buffer.from(secret);
  // Classes are configured, so there are few.
  const derived = new Map<string, Buffer>();
  return {
    keyFor: (className) => {
      const known = derived.get(className);
      if (known !== undefined) return known;
      const info = JSON.stringify(['sluice token', 1, tenant, className]);
      const key = Buffer.from(hkdfSync('sha256', kept, Buffer.alloc(0), info, 32));
      derived.set(className, key);
      return key;
    },
    currentYear: () => new Date(clock.now() / 1000 + aheadOfUtcMs).getUTCFullYear(),
  };
}

/** The earliest time zone (UTC+14): nobody anywhere turns ninety before the year says so. */
const aheadOfUtcMs = 14 * 60 * 60 * 1000;
