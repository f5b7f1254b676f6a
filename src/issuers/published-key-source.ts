import { Agent } from 'undici';
import type { Clock } from '../base/clock.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Denial } from '../core/denial.ts';
import type { IssuerSettings } from '../identity/issuer-settings.ts';
import { isJsonObject, member } from '../identity/json-object.ts';
import type { KeySet, KeySource } from '../identity/key-source.ts';
import { type FetchLimits, fetchJson } from './fetch-json.ts';
import { discoveryUrl, keyLocation, parseIssuerUrl } from './issuer-url.ts';
import { KeyCache, type KeyState } from './key-cache.ts';
import { type PublishedKeys, readPublishedKeys } from './published-keys.ts';

/** The keys of one issuer URL, for metrics and `check`. */
export interface IssuerKeyStatus {
  readonly issuer: string;
  readonly state: KeyState;
}

/** Keys as issuers publish them: by OpenID Connect Discovery, or where the configuration says. */
export class PublishedKeySource implements KeySource {
  readonly #clock: Clock;
  readonly #limits: FetchLimits;
  /** By the authorities that they trust; '': those of the system. */
  readonly #agents = new Map<string, Agent>();
  readonly #caches = new Map<string, { readonly issuer: string; readonly cache: KeyCache }>();

  constructor(clock: Clock, limits: FetchLimits = { timeoutMs: 5000, maximumBytes: 1024 * 1024 }) {
    this.#clock = clock;
    this.#limits = limits;
  }

  async keysFor(issuer: IssuerSettings, keyId: string | null): Promise<Result<KeySet, Denial>> {
    const keys = await this.#cacheOf(issuer).keysWith(keyId);
    if (keys.ok) return keys;
    return err({
      code: 'issuer_unavailable',
      message: `the keys of issuer ${JSON.stringify(issuer.id)} cannot be fetched: ${keys.error}`,
      hint: 'try again in a moment; the operator sees to it that this gateway reaches the issuer',
    });
  }

  /** Has all keys read anew at the next occasion: an operator who reloads may know that one was withdrawn. */
  reconsider(): void {
    for (const { cache } of this.#caches.values()) cache.reconsider();
  }

  status(): readonly IssuerKeyStatus[] {
    return [...this.#caches.values()].map(({ issuer, cache }) => ({ issuer, state: cache.state() }));
  }

  /** Closes connections to issuers; nothing is fetched afterwards. */
  async close(): Promise<void> {
    await Promise.all([...this.#agents.values()].map((agent) => agent.destroy()));
  }

  /** Entries that share an issuer URL share its keys. There are as many as the configuration names. */
  #cacheOf(settings: IssuerSettings): KeyCache {
    const { issuer, jwksUri, ca } = settings;
    const name = JSON.stringify([issuer, jwksUri, ca]);
    const known = this.#caches.get(name);
    if (known !== undefined) return known.cache;
    const cache = new KeyCache(() => this.#load(issuer, jwksUri, this.#agentOf(ca)), this.#clock);
    this.#caches.set(name, { issuer, cache });
    return cache;
  }

  #agentOf(ca: string | null): Agent {
    const known = this.#agents.get(ca ?? '');
    if (known !== undefined) return known;
    const agent = ca === null ? new Agent() : new Agent({ connect: { ca } });
    this.#agents.set(ca ?? '', agent);
    return agent;
  }

  async #load(issuer: string, jwksUri: string | null, agent: Agent): Promise<Result<PublishedKeys, string>> {
    const location =
      jwksUri === null ? await this.#discover(issuer, agent) : named('its key location', parseIssuerUrl(jwksUri));
    if (!location.ok) return location;
    const document = await fetchJson(location.value, this.#limits, agent);
    return document.ok ? readPublishedKeys(document.value, issuer) : document;
  }

  async #discover(issuer: string, agent: Agent): Promise<Result<URL, string>> {
    const url = named('the issuer', discoveryUrl(issuer));
    if (!url.ok) return url;
    const document = await fetchJson(url.value, this.#limits, agent);
    if (!document.ok) return document;
    if (!isJsonObject(document.value)) return err('its discovery document is not an object');
    // Discovery, 4.3: else any issuer on the same host could lend its keys to another.
    if (member(document.value, 'issuer') !== issuer) return err('its discovery document is of another issuer');
    const stated = member(document.value, 'jwks_uri');
    if (typeof stated !== 'string') return err('its discovery document names no keys (jwks_uri)');
    return named('its key location', keyLocation(stated, url.value));
  }
}

function named(what: string, url: Result<URL, string>): Result<URL, string> {
  return url.ok ? ok(url.value) : err(`${what} ${url.error}`);
}
