import { createHash, KeyObject } from 'node:crypto';
import { errors, type CryptoKey as PublicKey } from 'jose';
import type { KeySet } from './key-source.ts';

/**
 * SHA-256 of each key of the set that could have made a signature with this header, hex, whatever its key id says. Empty: it
 * holds none any more.
 */
export async function keyFingerprints(
  keys: KeySet,
  algorithm: string,
  keyId: string | null,
): Promise<ReadonlySet<string>> {
  const header = { alg: algorithm, ...(keyId === null ? {} : { kid: keyId }) };
  try {
    const key = await keys.find(header, { payload: '', signature: '' });
    return new Set(key instanceof CryptoKey ? [fingerprint(key)] : []);
  } catch (error) {
    const found = new Set<string>();
    // A header without a key id fits several keys.
    if (error instanceof errors.JWKSMultipleMatchingKeys) for await (const key of error) found.add(fingerprint(key));
    return found;
  }
}

function fingerprint(key: PublicKey): string {
  const bytes = KeyObject.from(key).export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(bytes).digest('hex');
}
