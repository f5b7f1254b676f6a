import { createHash, randomBytes } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { Lru } from '../../base/lru.ts';

/** Somebody's browser, logged in. */
export interface BrowserSession {
  /** The ID token that it began with; every request is checked as if it were presented then. */
  readonly token: string;
  /** What a form or a script must repeat to change something. */
  readonly csrf: string;
}

/**
 * Sessions of browsers, in memory: after a restart people log in again. The cookie holds a random id and nothing else, and only
 * its digest is kept here, so that neither tells the other.
 */
export class BrowserSessions {
  readonly #clock: Clock;
  readonly #sessions = new Lru<string, Kept>(sessionsAtOnce);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Answers the id for the cookie. */
  open(token: string): string {
    const id = randomBytes(32).toString('base64url');
    const now = this.#clock.monotonic();
    this.#sessions.set(digest(id), { token, csrf: randomBytes(32).toString('base64url'), since: now, used: now });
    return id;
  }

  /** Null: there is none, or it was left alone for too long, or lasted long enough. */
  find(id: string): BrowserSession | null {
    const key = digest(id);
    const session = this.#sessions.get(key);
    if (session === undefined) return null;
    const now = this.#clock.monotonic();
    if (now - session.used >= idleMs || now - session.since >= absoluteMs) {
      this.#sessions.delete(key);
      return null;
    }
    this.#sessions.set(key, { ...session, used: now });
    return session;
  }

  close(id: string): void {
    this.#sessions.delete(digest(id));
  }
}

interface Kept extends BrowserSession {
  readonly since: number;
  readonly used: number;
}

function digest(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}

/** Somebody who left the desk; as NIST SP 800-63B, 4.2.3 has it. */
export const idleMs = 30 * 60 * 1000;
/** A working day. The ID token may end it sooner. */
export const absoluteMs = 8 * 60 * 60 * 1000;
const sessionsAtOnce = 10_000;
