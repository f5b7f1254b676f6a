import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addMilliseconds, instant, rfc3339, systemClock } from '../../src/base/clock.ts';
import { uuidv7 } from '../../src/base/uuid.ts';

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
  for (let i = 0; i < 2000; i += 1) {
    const id = uuidv7(at);
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.equal(Number.parseInt(id.replace('-', '').slice(0, 12), 16), 1_795_301_247_000);
    seen.add(id);
  }
  assert.equal(seen.size, 2000);
});
