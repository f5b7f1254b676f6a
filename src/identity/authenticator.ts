import { createHash } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { Lru } from '../base/lru.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Denial } from '../core/denial.ts';
import { defaultLimits } from '../core/limits.ts';
import { type Presented, type Principal, principalId } from '../core/principal.ts';
import type { AuthenticatedToken } from './authenticated.ts';
import { checkTimes, fromSeconds, isTime, refuseExpired, type TokenTimes } from './check-times.ts';
import { entryDigest } from './entry-digest.ts';
import { groupsOf } from './groups.ts';
import type { IssuerSettings } from './issuer-settings.ts';
import { type JsonObject, member } from './json-object.ts';
import { keyFingerprints } from './key-fingerprint.ts';
import type { KeySource } from './key-source.ts';
import { matchEntry } from './match-entry.ts';
import { type ParsedToken, parseToken } from './parse-token.ts';
import { partyOf } from './party.ts';
import { profiles } from './profiles/profiles.ts';
import { tokenRefused } from './refusal.ts';
import { trustDomainUri } from './spiffe-id.ts';
import { tokenIdOf } from './token-id.ts';
import type { TokenSource } from './token-source.ts';
import { verifySignature } from './verify-signature.ts';

/**
 * From a JWT to a principal: shape, signature, times, the one matching issuer entry, its profile. What was verified once is
 * remembered by digest until it expires or the keys of its issuer change, since a pool opens many sessions with one token.
 */
export class Authenticator {
  readonly #entries: ReadonlyMap<string, readonly IssuerSettings[]>;
  readonly #byId: ReadonlyMap<string, { readonly entry: IssuerSettings; readonly digest: string }>;
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
    this.#byId = new Map(issuers.map((entry) => [entry.id, { entry, digest: entryDigest(entry) }]));
    this.#keys = keys;
    this.#clock = clock;
    this.#tokenBytes = tokenBytes;
  }

  async authenticate(token: string): Promise<Result<AuthenticatedToken, Denial>> {
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

  /**
   * Null while the entry of the issuer is as it was and the issuer publishes the key that signed the token, as far as is known:
   * an issuer that cannot be asked takes nothing back. Keys are read anew when they are due.
   */
  async takenBack(source: TokenSource): Promise<Denial | null> {
    const known = this.#byId.get(source.issuer);
    if (known === undefined) {
      return tokenRefused(`issuer ${JSON.stringify(source.issuer)} is no longer accepted here`);
    }
    if (known.digest !== source.entry) {
      return tokenRefused(
        `issuer entry ${JSON.stringify(source.issuer)} was changed since it accepted the token`,
        'connect again with the token; with a ticket, exchange again at /oauth/token first',
      );
    }
    const keys = await this.#keys.keysFor(known.entry, source.keyId);
    if (!keys.ok) return null;
    const published = await keyFingerprints(keys.value, source.algorithm, source.keyId);
    if (published.has(source.key)) return null;
    return tokenRefused(
      `issuer ${JSON.stringify(source.issuer)} no longer publishes the key that signed the token`,
      'connect again with a fresh token',
    );
  }

  /** Null where it must be verified again. */
  async #recall(known: Verified): Promise<Result<AuthenticatedToken, Denial> | null> {
    const keys = await this.#keys.keysFor(known.entry, known.keyId);
    if (!keys.ok) return keys;
    if (keys.value.version !== known.keyVersion) return null;
    const expired = refuseExpired(known.authenticated.presented.expiresAt, this.#clock.now());
    return expired === null ? ok(known.authenticated) : err(expired);
  }

  async #verify(token: string, digest: string): Promise<Result<AuthenticatedToken, Denial>> {
    const parsed = parseToken(token);
    if (!parsed.ok) return parsed;
    const siblings = this.#candidates(parsed.value);
    if (siblings.length === 0) {
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
    const presented = presentedOf(token, parsed.value.claims, entry.value, times.value);
    const source = await this.#sourceOf(parsed.value, entry.value, presented, principal.value);
    if (!source.ok) return source;
    const party = partyOf(parsed.value.claims, entry.value);
    const authenticated = { principal: principal.value, presented, sources: [source.value], connection: null, party };
    const keyVersion = signed.value.get(entry.value) ?? '';
    this.#verified.set(digest, { authenticated, entry: entry.value, keyId: parsed.value.keyId, keyVersion });
    return ok(authenticated);
  }

  /**
   * The entries that the token may be of, before anything in it is believed: those of its `iss`, and those of the trust domain
   * that its `sub` names (a JWT-SVID need not have an `iss`). The keys of each decide, and in the end exactly one must match.
   */
  #candidates({ issuer, trustDomain }: ParsedToken): readonly IssuerSettings[] {
    const named = issuer === null ? [] : (this.#entries.get(issuer) ?? []);
    const domain = trustDomain === null ? [] : (this.#entries.get(trustDomainUri(trustDomain)) ?? []);
    return [
      ...named.filter(({ profile }) => profile !== 'spiffe'),
      ...domain.filter(({ profile }) => profile === 'spiffe'),
    ];
  }

  async #sourceOf(
    { algorithm, keyId }: ParsedToken,
    entry: IssuerSettings,
    { tokenId }: Presented,
    { id: principal, kind }: Principal,
  ): Promise<Result<TokenSource, Denial>> {
    const keys = await this.#keys.keysFor(entry, keyId);
    if (!keys.ok) return keys;
    const [key] = await keyFingerprints(keys.value, algorithm, keyId);
    if (key === undefined) return err(tokenRefused('the issuer replaced its keys meanwhile', 'connect again'));
    const { id: issuer } = entry;
    return ok({ tokenId, principal, kind, issuer, entry: entryDigest(entry), beside: null, algorithm, keyId, key });
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
  readonly authenticated: AuthenticatedToken;
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
  const id = principalId(entry.id, key);
  const tooLong = [id, rest.onBehalfOf ?? ''].some((one) => one.length > principalCharacters);
  if (tooLong) {
    return err(
      tokenRefused(
        `the id of the principal, <issuer entry>/<key>, would be longer than ${principalCharacters} characters`,
        'have the issuer use a shorter name, or the operator a shorter id for the entry',
      ),
    );
  }
  return ok({ id, ...rest, issuer: entry.id, groups: groups.value });
}

function presentedOf(token: string, claims: JsonObject, entry: IssuerSettings, times: TokenTimes): Presented {
  const authenticated = member(claims, 'auth_time');
  return {
    kind: 'jwt',
    tokenId: tokenIdOf(token, claims),
    issuedAt: times.issuedAt,
    expiresAt: times.expiresAt,
    authenticatedAt: entry.profile === 'people' && isTime(authenticated) ? fromSeconds(authenticated) : null,
  };
}

/** As long as the surfaces take it: whoever is let in can be disabled. */
const principalCharacters = 512;
