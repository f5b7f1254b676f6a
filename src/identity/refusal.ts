import type { Denial } from '../core/denial.ts';

/** A token that is not acceptable. The sentence may name an issuer entry and a claim, never what a claim holds. */
export function tokenRefused(message: string, hint?: string): Denial {
  return { code: 'token_refused', message, ...(hint === undefined ? {} : { hint }) };
}
