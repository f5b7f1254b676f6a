import { createHash } from 'node:crypto';
import { createLocalJWKSet, type JWK } from 'jose';
import { err, ok, type Result } from '../base/result.ts';
import { signatureAlgorithms } from '../identity/algorithms.ts';
import { type EntraTenant, entraTenant } from '../identity/entra-tenant.ts';
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
export function readPublishedKeys(document: unknown, issuer: string): Result<PublishedKeys, string> {
  const listed = isJsonObject(document) ? member(document, 'keys') : undefined;
  if (!Array.isArray(listed)) return err('its key document is not a JWK Set');
  if (listed.length > maximumKeys) return err(`it publishes more than ${maximumKeys} keys`);
  const own = isTrustDomain(issuer) ? keysOfBundle(listed) : listed.filter((key) => isLentTo(key, entraTenant(issuer)));
  const usable = own.filter(isUsable);
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

/**
 * The keys of a trust domain for JWT-SVIDs (SPIFFE bundle, 4.2.2): those whose use says so, and nothing else in a bundle. A
 * document in which no key has a use of SPIFFE is an ordinary JWK Set, such as a discovery provider of the domain publishes.
 * Only RSA and EC: a JWT-SVID is signed with nothing else (JWT-SVID, 2.1).
 */
function keysOfBundle(listed: readonly unknown[]): readonly unknown[] {
  const keys = listed.filter(isJsonObject).filter((key) => member(key, 'kty') !== 'OKP');
  const isBundle = listed.some((key) => isJsonObject(key) && bundleUses.includes(member(key, 'use')));
  if (!isBundle) return keys;
  return keys.filter((key) => member(key, 'use') === 'jwt-svid').map((key) => ({ ...key, use: 'sig' }));
}

function isTrustDomain(issuer: string): boolean {
  return issuer.startsWith('spiffe://');
}

/**
 * Entra publishes keys of several directories together, and says of each whom it may sign for: `{tenantid}` stands for any. Keys
 * that say nothing, or that are of another kind of issuer, are the issuer's.
 */
function isLentTo(key: unknown, tenant: EntraTenant | null): boolean {
  if (tenant === null || !isJsonObject(key)) return true;
  const signer = member(key, 'issuer');
  if (signer === undefined) return true;
  return typeof signer === 'string' && (signer.includes('{tenantid}') || signer.split('/').includes(tenant.id));
}

const bundleUses: readonly unknown[] = ['jwt-svid', 'x509-svid'];
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
