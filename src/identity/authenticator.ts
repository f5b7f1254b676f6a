import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { Lru } from '../base/lru.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Denial } from '../core/denial.ts';
import { defaultLimits } from '../core/limits.ts';
import { type Presented, type Principal, principalId } from '../core/principal.ts';
import { checkTimes, fromSeconds, isTime, refuseExpired, type TokenTimes } from './check-times.ts';
import { groupsOf } from './groups.ts';
import type { IssuerSettings } from './issuer-settings.ts';
import { type JsonObject, member } from './json-object.ts';
import type { KeySource } from './key-source.ts';
import { matchEntry } from './match-entry.ts';
import { textClaim } from './origin.ts';
import { type ParsedToken, parseToken } from './parse-token.ts';
import { profiles } from './profiles/profiles.ts';
import { tokenRefused } from './refusal.ts';
import { verifySignature } from './verify-signature.ts';

/** Who presented a token, and the token without its secret. */
export interface Authenticated {
  readonly principal: Principal;
  readonly presented: Presented;
}

/**
 * From a JWT to a principal: shape, signature, times, the one matching issuer entry, its profile. What was verified once is
 * remembered by digest until it expires or the keys of its issuer change, since a pool opens many sessions with one token.
 */
export class Authenticator {
  readonly #entries: ReadonlyMap<string, readonly IssuerSettings[]>;
  readonly #keys: KeySource;
  readonly #clock: Clock;
  readonly #tokenBytes: number;
  readonly #verified = new Lru<string, Verified>(10_000);

  constructor(
    issuers: readonly IssuerSettings[],
    keys: KeySource,
    clock: Clock,
    tokenBytes: number = defaultLimits.tokenBytes,
  ) {
    this.#entries = Map.groupBy(issuers, (entry) => entry.issuer);
    this.#keys = keys;
    this.#clock = clock;
    this.#tokenBytes = tokenBytes;
  }

  async authenticate(token: string): Promise<Result<Authenticated, Denial>> {
    if (token === '') {
      return err({
        code: 'token_required',
        message: 'no token was presented',
        hint: 'present a JWT of an accepted issuer as the password',
      });
    }
    if (Buffer.byteLength(token) > this.#tokenBytes) {
      return err(
        tokenRefused(`the token is larger than ${this.#tokenBytes} bytes (tokenBytes)`, 'request it with fewer claims'),
      );
    }
    const digest = createHash('sha256').update(token).digest('hex');
    const known = this.#verified.get(digest);
    if (known !== undefined) {
      const answer = await this.#recall(known);
      if (answer !== null) return answer;
      this.#verified.delete(digest);
    }
    return this.#verify(token, digest);
  }

  /** Null where it must be verified again. */
  async #recall(known: Verified): Promise<Result<Authenticated, Denial> | null> {
    const keys = await this.#keys.keysFor(known.entry, known.keyId);
    if (!keys.ok) return keys;
    if (keys.value.version !== known.keyVersion) return null;
    const expired = refuseExpired(known.authenticated.presented.expiresAt, this.#clock.now());
    return expired === null ? ok(known.authenticated) : err(expired);
  }

  async #verify(token: string, digest: string): Promise<Result<Authenticated, Denial>> {
    const parsed = parseToken(token);
    if (!parsed.ok) return parsed;
    const siblings = this.#entries.get(parsed.value.issuer);
    if (siblings === undefined) {
      return err(
        tokenRefused(
          'the token is of an issuer that is not accepted here',
          'the operator lists accepted issuers under identity.issuers',
        ),
      );
    }
    const signed = await this.#signedEntries(token, parsed.value, siblings);
    if (!signed.ok) return signed;
    const times = checkTimes(parsed.value.claims, this.#clock.now());
    if (!times.ok) return times;
    const entry = matchEntry([...signed.value.keys()], parsed.value.claims);
    if (!entry.ok) return entry;
    const principal = principalOf(parsed.value.claims, entry.value, siblings);
    if (!principal.ok) return principal;
    const presented = presentedOf(parsed.value.claims, entry.value, times.value, digest);
    const authenticated = { principal: principal.value, presented };
    const keyVersion = signed.value.get(entry.value) ?? '';
    this.#verified.set(digest, { authenticated, entry: entry.value, keyId: parsed.value.keyId, keyVersion });
    return ok(authenticated);
  }

  /** The entries whose keys signed the token, with the version of those keys. Entries may share a URL and not their keys. */
  async #signedEntries(
    token: string,
    parsed: ParsedToken,
    siblings: readonly IssuerSettings[],
  ): Promise<Result<ReadonlyMap<IssuerSettings, string>, Denial>> {
    const signed = new Map<IssuerSettings, string>();
    const outcomes = new Map<string, Denial | null>();
    let refusal: Denial = tokenRefused('the signature of the token cannot be verified');
    for (const entry of siblings) {
      const keys = await this.#keys.keysFor(entry, parsed.keyId);
      if (!keys.ok) return keys;
      const { version } = keys.value;
      const tried = outcomes.get(version);
      const outcome = tried === undefined ? await verifySignature(token, keys.value) : tried;
      outcomes.set(version, outcome);
      if (outcome === null) signed.set(entry, version);
      else refusal = outcome;
    }
    return signed.size > 0 ? ok(signed) : err(refusal);
  }
}

interface Verified {
  readonly authenticated: Authenticated;
  readonly entry: IssuerSettings;
  readonly keyId: string | null;
  readonly keyVersion: string;
}

function principalOf(
  claims: JsonObject,
  entry: IssuerSettings,
  siblings: readonly IssuerSettings[],
): Result<Principal, Denial> {
  const identity = profiles[entry.profile](claims, entry, siblings);
  if (!identity.ok) return identity;
  const groups = groupsOf(entry, claims);
  if (!groups.ok) return groups;
  const { key, ...rest } = identity.value;
  return ok({ id: principalId(entry.id, key), ...rest, issuer: entry.id, groups: groups.value });
}

function presentedOf(claims: JsonObject, entry: IssuerSettings, times: TokenTimes, digest: string): Presented {
  const authenticated = member(claims, 'auth_time');
  return {
    kind: 'jwt',
    tokenId: textClaim(claims, 'jti') ?? textClaim(claims, 'uti') ?? `sha256:${digest}`,
    issuedAt: times.issuedAt,
    expiresAt: times.expiresAt,
    authenticatedAt: entry.profile === 'people' && isTime(authenticated) ? fromSeconds(authenticated) : null,
  };
}
