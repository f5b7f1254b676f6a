import type { CompactVerifyGetKey } from 'jose';
import type { Result } from '../base/result.ts';
import type { Denial } from '../core/denial.ts';
import type { IssuerSettings } from './issuer-settings.ts';

/** Where the keys of issuers come from. Only what an issuer publishes itself is a key; nothing in a token is. */
export interface KeySource {
  /** The keys of the issuer as they stand, read anew where they are too old or do not have `keyId`. */
  keysFor(issuer: IssuerSettings, keyId: string | null): Promise<Result<KeySet, Denial>>;
}

export interface KeySet {
  /** Changes when any key does: what was verified under another version must be verified again. */
  readonly version: string;
  /** Finds the key of a header, as jose asks for it. */
  readonly find: CompactVerifyGetKey;
}
