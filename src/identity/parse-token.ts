import { err, ok, type Result } from '../base/result.ts';
import type { Denial } from '../core/denial.ts';
import { signatureAlgorithms } from './algorithms.ts';
import { type JsonObject, member, parseJsonObject } from './json-object.ts';
import { tokenRefused } from './refusal.ts';
import { parseSpiffeId } from './spiffe-id.ts';

/** A token taken apart. Nothing in it is believed before its signature is verified. */
export interface ParsedToken {
  readonly algorithm: string;
  /** `kid`: which key of the issuer signed it; null where the header names none. */
  readonly keyId: string | null;
  /** `iss`; null for a JWT-SVID that has none, or whose `typ` is JOSE. Then it can only be of its trust domain. */
  readonly issuer: string | null;
  /** The trust domain of a `sub` that is a SPIFFE ID: its keys are tried too, whatever `iss` says. */
  readonly trustDomain: string | null;
  readonly claims: JsonObject;
}

/**
 * A signed JWT in compact form (RFC 7515, 7.1) with a header that Sluice understands (RFC 8725). `jku`, `x5u`, `jwk` and `x5c`
 * are not looked at: keys come from the configured issuer only.
 */
export function parseToken(token: string): Result<ParsedToken, Denial> {
  const parts = token.split('.');
  const [head, payload, signature] = parts;
  if (head === undefined || payload === undefined || signature === undefined || parts.length !== 3) {
    return malformed(`it has ${parts.length} of the three parts of a signed JWT`);
  }
  const header = parsePart(head);
  if (!header.ok) return malformed(`its header ${header.error}`);
  const algorithm = member(header.value, 'alg');
  if (typeof algorithm !== 'string') return malformed('its header names no algorithm');
  if (algorithm.toLowerCase() === 'none') return err(tokenRefused('the token is unsigned (alg none)', signedHint));
  if (!signatureAlgorithms.includes(algorithm)) {
    return err(tokenRefused('the token is signed with an algorithm that is not accepted', signedHint));
  }
  if (member(header.value, 'crit') !== undefined)
    return err(tokenRefused('the token demands an extension (crit) that is not understood'));
  const keyId = member(header.value, 'kid') ?? null;
  if (keyId !== null && typeof keyId !== 'string') return malformed('the key id (kid) in its header is not a string');
  if (signature === '' || decodeStrictly(signature) === null) return malformed('its signature is not base64url');

  const claims = parsePart(payload);
  if (!claims.ok) return malformed(`its payload ${claims.error}`);
  const trustDomain = parseSpiffeId(member(claims.value, 'sub'))?.trustDomain ?? null;
  const type = member(header.value, 'typ');
  // JWT-SVID, 2.3: its type may be JOSE as well.
  const isSvidType = trustDomain !== null && type === 'JOSE';
  if (!isJwtType(type) && !isSvidType)
    return err(tokenRefused('the token is of a type (typ) other than JWT and at+jwt'));
  const issuer = member(claims.value, 'iss');
  if (typeof issuer !== 'string' && (issuer !== undefined || trustDomain === null))
    return malformed('it names no issuer (iss)');
  return ok({ algorithm, keyId, issuer: isSvidType ? null : (issuer ?? null), trustDomain, claims: claims.value });
}

function malformed(because: string): Result<never, Denial> {
  return err(
    tokenRefused(`the token is malformed: ${because}`, 'present a JWT of an accepted issuer, whole and without quotes'),
  );
}

function parsePart(part: string): Result<JsonObject, string> {
  const bytes = decodeStrictly(part);
  return bytes === null ? err('is not base64url') : parseJsonObject(bytes);
}

/** Base64url in its one canonical spelling, so that no other decoder can read anything else in it. */
function decodeStrictly(part: string): Buffer | null {
  const bytes = Buffer.from(part, 'base64url');
  return bytes.toString('base64url') === part ? bytes : null;
}

function isJwtType(type: unknown): boolean {
  return type === undefined || (typeof type === 'string' && /^(?:application\/)?(?:at\+)?jwt$/i.test(type));
}

const signedHint = `ask the issuer for a token signed with one of ${signatureAlgorithms.join(', ')}`;
