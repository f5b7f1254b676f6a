import { createHash } from 'node:crypto';
import { createLocalJWKSet, type JWK } from 'jose';
import { err, ok, type Result } from '../base/result.ts';
import { signatureAlgorithms } from '../identity/algorithms.ts';
import { isJsonObject, type JsonObject, member } from '../identity/json-object.ts';
import type { KeySet } from '../identity/key-source.ts';

/** The keys of one issuer at one moment. */
export interface PublishedKeys extends KeySet {
  readonly keyIds: ReadonlySet<string>;
  readonly count: number;
}

/**
 * The usable keys of a JWK Set (RFC 7517, 5): public, asymmetric, for signatures, of an accepted algorithm. Others are left
 * out, as the RFC asks; a set without any usable key is a fault. The error is a phrase.
 */
export function readPublishedKeys(document: unknown): Result<PublishedKeys, string> {
  const listed = isJsonObject(document) ? member(document, 'keys') : undefined;
  if (!Array.isArray(listed)) return err('its key document is not a JWK Set');
  if (listed.length > maximumKeys) return err(`it publishes more than ${maximumKeys} keys`);
  const usable = listed.filter(isUsable);
  if (usable.length === 0) return err('it publishes no key that can verify a signature');
  try {
    const find = createLocalJWKSet({ keys: usable });
    const version = createHash('sha256').update(JSON.stringify(usable)).digest('hex');
    const keyIds = new Set(usable.flatMap((key) => (key.kid === undefined ? [] : [key.kid])));
    return ok({ version, find, keyIds, count: usable.length });
  } catch {
    return err('its key document is not a JWK Set');
  }
}

const maximumKeys = 100;
const keyTypes: readonly unknown[] = ['RSA', 'EC', 'OKP'];

function isUsable(key: unknown): key is JWK {
  if (!isJsonObject(key) || !keyTypes.includes(member(key, 'kty'))) return false;
  // A key whose private half is published proves nothing.
  if (member(key, 'd') !== undefined) return false;
  return isAbsentOr(key, 'use', ['sig']) && isAbsentOr(key, 'alg', signatureAlgorithms) && hasTextOrNoKeyId(key);
}

function isAbsentOr(key: JsonObject, name: string, accepted: readonly unknown[]): boolean {
  const value = member(key, name);
  return value === undefined || accepted.includes(value);
}

function hasTextOrNoKeyId(key: JsonObject): boolean {
  const keyId = member(key, 'kid');
  return keyId === undefined || typeof keyId === 'string';
}
