import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addMilliseconds, instant, rfc3339, systemClock } from '../../src/base/clock.ts';
import { prefixedUuidv7 } from '../../src/base/uuid.ts';

const times = [
  [0, '1970-01-01T00:00:00.000000Z'],
  [1, '1970-01-01T00:00:00.000001Z'],
  [1_795_301_247_000_123, '2026-11-21T22:47:27.000123Z'],
  [1_795_301_247_999_999, '2026-11-21T22:47:27.999999Z'],
  [1_795_301_247_010_010, '2026-11-21T22:47:27.010010Z'],
] as const;

for (const [micros, text] of times) {
  test(`${text} has six decimals`, () => assert.equal(rfc3339(instant(micros)), text));
}

test('the system clock follows the wall and does not run backwards within a turn', () => {
  const before = Date.now();
  let last = systemClock.now();
  for (let i = 0; i < 1000; i += 1) {
    const next = systemClock.now();
    assert.ok(next >= last);
    last = next;
  }
  assert.ok(Math.abs(last / 1000 - before) < 1000);
  assert.equal(addMilliseconds(instant(5), 1.5), 1505);
});

test('UUIDv7 has its version, its variant and its time', () => {
  const at = instant(1_795_301_247_000_123);
  const seen = new Set<string>();
  const variants = new Map<string, number>();
  for (let i = 0; i < 2000; i += 1) {
    const id = prefixedUuidv7('ses_', at).slice(4);
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(Number.parseInt(id.replace('-', '').slice(0, 12), 16), 1_795_301_247_000);
    seen.add(id);
    variants.set(id.charAt(19), (variants.get(id.charAt(19)) ?? 0) + 1);
  }
  assert.equal(seen.size, 2000);
  // Each has 500 on average; a skewed draw (4, 5, 4, 3 of 16) would have one below 400.
  for (const variant of '89ab') assert.ok((variants.get(variant) ?? 0) > 410, variant);
});
