import type { Brand } from './brand.ts';

/** Microseconds since 1970-01-01T00:00:00Z on the wall clock. Exact in a double until the year 2255. */
export type Instant = Brand<number, 'Instant'>;

/** Time as an input, so that tests own it. Nothing else reads a clock. */
export interface Clock {
  /** Wall time; may jump. */
  now(): Instant;
  /** Milliseconds on a clock that never goes back; only differences mean something. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => {
    const monotonic = performance.now();
    const wall = Date.now();
    // The wall clock gives milliseconds, the monotonic one the digits below; a wall clock that was stepped is followed.
    if (Math.abs(wall - (monotonic + wallOffset)) > 2) wallOffset = wall - monotonic;
    return instant(Math.round((monotonic + wallOffset) * 1000));
  },
  monotonic: () => performance.now(),
};

let wallOffset = performance.timeOrigin;

export function instant(microseconds: number): Instant {
  return microseconds as Instant;
}

export function addMilliseconds(at: Instant, milliseconds: number): Instant {
  return instant(at + Math.round(milliseconds * 1000));
}

/** RFC 3339 in UTC with six decimals: `2026-11-21T22:47:27.000123Z`. */
export function rfc3339(at: Instant): string {
  const millis = Math.floor(at / 1000);
  if (millis !== lastMillis) {
    lastMillis = millis;
    lastPrefix = new Date(millis).toISOString().slice(0, -1);
  }
  const micros = at - millis * 1000;
  return `${lastPrefix}${micros < 10 ? '00' : micros < 100 ? '0' : ''}${micros}Z`;
}

// One entry is written after another within the same millisecond: its text is kept.
let lastMillis = Number.NaN;
let lastPrefix = '';
