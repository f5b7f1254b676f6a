import { compactVerify, errors } from 'jose';
import type { Denial } from '../core/denial.ts';
import { signatureAlgorithms } from './algorithms.ts';
import type { KeySet } from './key-source.ts';
import { tokenRefused } from './refusal.ts';

/** Null when one of the keys signed the token; why not otherwise. */
export async function verifySignature(token: string, keys: KeySet): Promise<Denial | null> {
  try {
    await compactVerify(token, keys.find, { algorithms: [...signatureAlgorithms] });
    return null;
  } catch (error) {
    // Whatever went wrong, nothing was proven.
    if (error instanceof errors.JWKSNoMatchingKey) {
      return tokenRefused('the token is signed with a key that its issuer does not publish', freshHint);
    }
    if (error instanceof errors.JWKSMultipleMatchingKeys) {
      return tokenRefused('the token does not say which of the keys of its issuer signed it (kid)');
    }
    if (error instanceof errors.JWSSignatureVerificationFailed) {
      return tokenRefused('the signature of the token is not valid', freshHint);
    }
    return tokenRefused('the signature of the token cannot be verified', freshHint);
  }
}

const freshHint = 'request a fresh token, and present it as it was issued';
