import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { instant } from '../../src/base/clock.ts';
import { checkTimes, fromSeconds, refuseExpired } from '../../src/identity/check-times.ts';

const now = instant(1_000_000 * 1_000_000);

describe('checkTimes', () => {
  const day = 24 * 60 * 60;
  const accepted: readonly Record<string, unknown>[] = [
    { exp: 1_000_300, iat: 1_000_000, nbf: 1_000_000 },
    { exp: 999_941, iat: 999_000 },
    { exp: 1_000_300, iat: 1_000_060, nbf: 1_000_060 },
    { exp: 1_000_300.5, iat: 999_999.25 },
    { exp: 1_000_000 + day, iat: 1_000_000 },
    { exp: 1_000_000 + day + 60, iat: 1_000_000 },
  ];
  for (const claims of accepted) {
    test(`takes ${JSON.stringify(claims)}`, () => {
      const times = checkTimes(claims, now);
      assert.deepEqual(times, {
        ok: true,
        value: {
          expiresAt: Number(claims.exp) * 1_000_000,
          issuedAt: Number(claims.iat) * 1_000_000,
        },
      });
    });
  }

  const refused: readonly [claims: Record<string, unknown>, message: string | RegExp][] = [
    [{}, 'the token states no expiry (exp)'],
    [{ iat: 1_000_000 }, 'the token states no expiry (exp)'],
    [{ exp: 1_000_300 }, 'the token does not state when it was issued (iat)'],
    [{ exp: 1_000_300, iat: null }, /exp, nbf and iat are seconds as numbers/],
    [{ exp: '1000300', iat: 1_000_000 }, /exp, nbf and iat are seconds as numbers/],
    [{ exp: null, iat: 1_000_000 }, /exp, nbf and iat are seconds as numbers/],
    [{ exp: Number.POSITIVE_INFINITY, iat: 1_000_000 }, /exp, nbf and iat are seconds as numbers/],
    [{ exp: 1_000_300, iat: '1' }, /exp, nbf and iat are seconds as numbers/],
    [{ exp: 1_000_300, iat: 1_000_000, nbf: [1] }, /exp, nbf and iat are seconds as numbers/],
    [{ exp: 999_940, iat: 999_000 }, 'the token expired 60 seconds ago'],
    [{ exp: 1, iat: 0 }, 'the token expired 999999 seconds ago'],
    [{ exp: 1_000_300, iat: 1_000_000, nbf: 1_000_061 }, 'the token is not valid before 61 seconds from now'],
    [{ exp: 1_000_300, iat: 1_000_061 }, 'the token was issued 61 seconds in the future'],
    [{ exp: 1_000_000 + day + 61, iat: 1_000_000 }, 'the token lives longer than 24 hours'],
    // On its last day it would be as good as any, were it not for its age.
    [{ exp: 1_000_300, iat: 1_000_000 - 10 * day }, 'the token lives longer than 24 hours'],
    [{ exp: 1_000_300, iat: 1 }, 'the token lives longer than 24 hours'],
    [{ exp: 1e300, iat: 1_000_000 }, 'the token lives longer than 24 hours'],
    [{ exp: 1_000_300, iat: -1e300 }, 'the token lives longer than 24 hours'],
  ];
  for (const [claims, message] of refused) {
    test(`refuses ${JSON.stringify(claims)}`, () => {
      const times = checkTimes(claims, now);
      assert.ok(!times.ok);
      assert.equal(times.error.code, 'token_refused');
      if (typeof message === 'string') assert.equal(times.error.message, message);
      else assert.match(times.error.message, message);
    });
  }
});

test('a token is good until its expiry and the skew have passed', () => {
  assert.equal(refuseExpired(instant(now - 60_000_000 + 1), now), null);
  assert.equal(refuseExpired(instant(now - 60_000_000), now)?.message, 'the token expired 60 seconds ago');
});

test('seconds become microseconds', () => assert.equal(fromSeconds(1.5), 1_500_000));
