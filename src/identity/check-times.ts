import { type Instant, instant } from '../base/clock.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Denial } from '../core/denial.ts';
import { type JsonObject, member } from './json-object.ts';
import { tokenRefused } from './refusal.ts';

export interface TokenTimes {
  readonly issuedAt: Instant;
  readonly expiresAt: Instant;
}

/** How far the clocks of an issuer and of Sluice may differ, seconds. */
export const clockSkew = 60;
/** A token may live this long, seconds: Entra issues such tokens to workloads that it can revoke; nothing longer is short-lived. */
export const maximumLifetime = 24 * 60 * 60;

/**
 * `exp`, `nbf` and `iat` of a verified token (RFC 7519, 4.1). Without `iat` nobody could say how long it lives: one that lives too
 * long would be refused today and accepted on its last day, when a denial of it is long forgotten.
 */
export function checkTimes(claims: JsonObject, now: Instant): Result<TokenTimes, Denial> {
  const expires = member(claims, 'exp');
  const starts = member(claims, 'nbf');
  const issued = member(claims, 'iat');
  if (expires === undefined)
    return err(tokenRefused('the token states no expiry (exp)', 'only tokens that expire are accepted'));
  if (issued === undefined)
    return err(tokenRefused('the token does not state when it was issued (iat)', 'have the issuer state it'));
  if (!isTime(expires) || !(starts === undefined || isTime(starts)) || !isTime(issued)) {
    return err(tokenRefused('the token is malformed: exp, nbf and iat are seconds as numbers'));
  }
  const seconds = now / 1_000_000;
  const expired = refuseExpired(fromSeconds(expires), now);
  if (expired !== null) return err(expired);
  if (starts !== undefined && starts > seconds + clockSkew) {
    return err(
      tokenRefused(`the token is not valid before ${Math.ceil(starts - seconds)} seconds from now`, clockHint),
    );
  }
  if (issued > seconds + clockSkew) {
    return err(tokenRefused(`the token was issued ${Math.ceil(issued - seconds)} seconds in the future`, clockHint));
  }
  if (expires - issued > maximumLifetime + clockSkew) {
    return err(
      tokenRefused(
        `the token lives longer than ${maximumLifetime / 3600} hours`,
        'have the issuer make tokens that expire sooner',
      ),
    );
  }
  return ok({ issuedAt: fromSeconds(issued), expiresAt: fromSeconds(expires) });
}

/** Null while a token that expires then is good. */
export function refuseExpired(expiresAt: Instant, now: Instant): Denial | null {
  const ago = (now - expiresAt) / 1_000_000;
  if (ago < clockSkew) return null;
  return tokenRefused(`the token expired ${Math.floor(ago)} seconds ago`, 'request a fresh token and connect again');
}

/** A claim of seconds as an instant. */
export function fromSeconds(seconds: number): Instant {
  return instant(Math.round(seconds * 1_000_000));
}

export function isTime(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

const clockHint = 'compare the clocks of the issuer and of this gateway';
