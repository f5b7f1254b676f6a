import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { Lru } from '../../base/lru.ts';
import type { LoginAttempt } from './login-provider.ts';

/** Somebody on the way to the issuer and back. */
export interface PendingLogin extends LoginAttempt {
  /** Where they wanted to go: a path of {@link ownPath}. */
  readonly to: string;
}

/**
 * Logins that were begun and not finished. Each belongs to the browser that began it, whose cookie holds the key: a callback
 * that somebody else planted finds nothing. A browser may have several, one a tab.
 */
export class LoginAttempts {
  readonly #clock: Clock;
  readonly #pending = new Lru<string, Kept>(attemptsAtOnce);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `browser`: what the cookie of an earlier attempt holds, or null. Answers what it should hold now. */
  begin(
    browser: string | null,
    wanted: Pick<PendingLogin, 'to' | 'fresh' | 'redirectUri'>,
  ): { readonly browser: string; readonly login: PendingLogin } {
    const key = browser !== null && /^[A-Za-z0-9_-]{43}$/.test(browser) ? browser : random();
    const login = { ...wanted, state: random(), nonce: random(), verifier: random() };
    this.#pending.set(login.state, { login, browser: digest(key), since: this.#clock.monotonic() });
    return { browser: key, login };
  }

  /** Once. Null: it is not of this browser, was finished, or is too old. */
  finish(state: string, browser: string | null): PendingLogin | null {
    const kept = this.#pending.get(state);
    if (kept === undefined || browser === null || !timingSafeEqual(kept.browser, digest(browser))) return null;
    this.#pending.delete(state);
    return this.#clock.monotonic() - kept.since < attemptMs ? kept.login : null;
  }
}

interface Kept {
  readonly login: PendingLogin;
  readonly browser: Buffer;
  readonly since: number;
}

/** The pages that somebody may be sent to: nothing that was given leads elsewhere. */
export function ownPath(given: unknown): string {
  return typeof given === 'string' && /^\/approvals\/apr_[0-9a-f-]{36}$/.test(given) ? given : '/approvals';
}

function random(): string {
  return randomBytes(32).toString('base64url');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Long enough to look for a second factor. */
export const attemptMs = 10 * 60 * 1000;
const attemptsAtOnce = 10_000;
