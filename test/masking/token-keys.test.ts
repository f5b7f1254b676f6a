import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Clock, instant } from '../../src/base/clock.ts';
import { deriveTokenKeys } from '../../src/masking/token-keys.ts';

const secret = Buffer.alloc(32, 1);

describe('deriveTokenKeys', () => {
  test('a key depends on the secret, the tenant and the class, and on nothing else', () => {
    const keys = [
      deriveTokenKeys(secret, 'a', clockAt('2026-11-21T00:00:00Z')).keyFor('x'),
      deriveTokenKeys(secret, 'b', clockAt('2026-11-21T00:00:00Z')).keyFor('x'),
      deriveTokenKeys(secret, 'a', clockAt('2026-11-21T00:00:00Z')).keyFor('y'),
      deriveTokenKeys(Buffer.alloc(32, 2), 'a', clockAt('2026-11-21T00:00:00Z')).keyFor('x'),
      deriveTokenKeys(secret, 'a","b', clockAt('2026-11-21T00:00:00Z')).keyFor('x'),
      deriveTokenKeys(secret, 'a', clockAt('2026-11-21T00:00:00Z')).keyFor('b","x'),
    ].map((key) => key.toString('hex'));
    assert.equal(new Set(keys).size, keys.length);
    assert.ok(keys.every((key) => key.length === 64));
    assert.equal(deriveTokenKeys(secret, 'a', clockAt('2031-01-01T00:00:00Z')).keyFor('x').toString('hex'), keys[0]);
  });

  test('the key of a tenant and class never changes from one release to the next', () => {
    const key = deriveTokenKeys(secret, 'general-hospital', clockAt('2026-11-21T00:00:00Z')).keyFor('mrn');
    assert.equal(key.toString('hex'), 'c7e028e483ab89175bd454d2d1ebf14d5f6a8d5ce930fcb5d5e8a00d7bcc3262');
  });

  test('the secret is copied: who wipes theirs does not change the keys', () => {
    const mine = Buffer.from(secret);
    const keys = deriveTokenKeys(mine, 'a', clockAt('2026-11-21T00:00:00Z'));
    mine.fill(0);
    assert.deepEqual(keys.keyFor('x'), deriveTokenKeys(secret, 'a', clockAt('2026-11-21T00:00:00Z')).keyFor('x'));
  });

  test('a short secret is refused', () => {
    assert.throws(
      () => deriveTokenKeys(Buffer.alloc(31), 'a', clockAt('2026-11-21T00:00:00Z')),
      /shorter than 32 bytes/,
    );
  });

  test('the year begins where it begins first', () => {
    assert.equal(deriveTokenKeys(secret, 'a', clockAt('2026-12-31T09:59:59Z')).currentYear(), 2026);
    assert.equal(deriveTokenKeys(secret, 'a', clockAt('2026-12-31T10:00:00Z')).currentYear(), 2027);
  });
});

function clockAt(time: string): Clock {
  return { now: () => instant(Date.parse(time) * 1000), monotonic: () => 0 };
}
