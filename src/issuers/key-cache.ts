import type { Clock } from '../base/clock.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { PublishedKeys } from './published-keys.ts';

/** Where the keys of one issuer stand, for operators. */
export type KeyState =
  /** Never asked for. */
  | { readonly kind: 'unused' }
  | { readonly kind: 'fresh'; readonly keys: number; readonly ageMs: number }
  /** The last attempt to read them anew failed; the old ones still serve. */
  | { readonly kind: 'stale'; readonly keys: number; readonly ageMs: number; readonly fault: string }
  /** There are none, or they are too old to be believed. */
  | { readonly kind: 'unavailable'; readonly fault: string };

/** Keys are read anew after this long: a removed key stops working by then. */
export const refreshMs = 10 * 60 * 1000;
/** With the issuer down, keys serve this much longer: no outage of an issuer becomes one of the gateway at once. */
export const serveStaleMs = 24 * 60 * 60 * 1000;
/** An unknown key id, or a failure, may cause one request in this time: tokens are free to make up. */
export const retryMs = 30 * 1000;
/** The same while there is nothing to serve with. */
export const retryEmptyMs = 2 * 1000;

/** The keys of one issuer: cached, read anew when due, by one request at a time. */
export class KeyCache {
  readonly #load: () => Promise<Result<PublishedKeys, string>>;
  readonly #clock: Clock;
  #held: { readonly keys: PublishedKeys; readonly at: number } | null = null;
  #failed: { readonly fault: string; readonly at: number } | null = null;
  #askedForKeyId = Number.NEGATIVE_INFINITY;
  #pending: Promise<void> | null = null;
  #reconsider = false;

  /** @param load fails with a phrase, never throws */
  constructor(load: () => Promise<Result<PublishedKeys, string>>, clock: Clock) {
    this.#load = load;
    this.#clock = clock;
  }

  async keysWith(keyId: string | null): Promise<Result<PublishedKeys, string>> {
    if (this.#lacks(keyId) && (this.#pending !== null || this.#mayAsk())) await this.#refresh();
    const state = this.state();
    return this.#held !== null && (state.kind === 'fresh' || state.kind === 'stale')
      ? ok(this.#held.keys)
      : err(this.#failed?.fault ?? 'it was not asked yet');
  }

  /** What is held serves until it was read anew, which the next question sees to and waits for. */
  reconsider(): void {
    this.#reconsider = true;
  }

  state(): KeyState {
    const failed = this.#failed;
    if (this.#held === null) return failed === null ? { kind: 'unused' } : { kind: 'unavailable', fault: failed.fault };
    const ageMs = this.#clock.monotonic() - this.#held.at;
    const keys = this.#held.keys.count;
    if (failed === null) return { kind: 'fresh', keys, ageMs };
    if (ageMs <= serveStaleMs) return { kind: 'stale', keys, ageMs, fault: failed.fault };
    return { kind: 'unavailable', fault: failed.fault };
  }

  /** Keys that serve as they are do not wait for a request that others need. */
  #lacks(keyId: string | null): boolean {
    if (this.#reconsider || this.#held === null || this.#failed !== null) return true;
    if (this.#clock.monotonic() - this.#held.at >= refreshMs) return true;
    return keyId !== null && !this.#held.keys.keyIds.has(keyId);
  }

  #mayAsk(): boolean {
    if (this.#reconsider) return true;
    const now = this.#clock.monotonic();
    if (this.#failed !== null) return now - this.#failed.at >= (this.#held === null ? retryEmptyMs : retryMs);
    if (this.#held === null || now - this.#held.at >= refreshMs) return true;
    if (now - this.#askedForKeyId < retryMs) return false;
    this.#askedForKeyId = now;
    return true;
  }

  #refresh(): Promise<void> {
    this.#pending ??= this.#read().finally(() => {
      this.#pending = null;
    });
    return this.#pending;
  }

  async #read(): Promise<void> {
    this.#reconsider = false;
    const loaded = await this.#load();
    const at = this.#clock.monotonic();
    if (!loaded.ok) {
      this.#failed = { fault: loaded.error, at };
      return;
    }
    this.#failed = null;
    // Keys that did not change keep what was imported of them.
    const keys = this.#held?.keys.version === loaded.value.version ? this.#held.keys : loaded.value;
    this.#held = { keys, at };
  }
}
