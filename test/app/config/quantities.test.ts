import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseDuration, parseSize, printDuration, printSize } from '../../../src/app/config/quantities.ts';

test('durations', () => {
  const read: readonly (readonly [string, number | null])[] = [
    ['250ms', 250],
    ['90s', 90_000],
    ['15m', 900_000],
    ['12h', 43_200_000],
    ['1d', 86_400_000],
    ['1w', 604_800_000],
    ['1y', 31_622_400_000],
    ['15', null],
    ['15 m', null],
    ['-1m', null],
    ['1.5h', null],
    ['1M', null],
    ['1h30m', null],
    ['', null],
  ];
  for (const [text, ms] of read) assert.equal(parseDuration(text), ms, text);
});

test('six years are never fewer days than the law means', () => {
  const days = (parseDuration('6y') ?? 0) / 86_400_000;
  assert.ok(days >= 2192);
});

test('sizes', () => {
  for (const [text, bytes] of [
    ['7B', 7],
    ['64KiB', 65_536],
    ['16MiB', 16_777_216],
    ['1GiB', 1_073_741_824],
    ['16MB', null],
    ['16', null],
    ['1 KiB', null],
  ] as const) {
    assert.equal(parseSize(text), bytes, text);
  }
});

test('what is printed reads back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 900_000_000 }), (amount) => {
      assert.equal(parseDuration(printDuration(amount)), amount);
      assert.equal(parseSize(printSize(amount)), amount);
    }),
  );
});
