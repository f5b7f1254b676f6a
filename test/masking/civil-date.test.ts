import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { civilDate, daysFromCivil } from '../../src/masking/civil-date.ts';

// Date reaches 100,000,000 days either way of 1970.
const day = fc.integer({ min: -100_000_000, max: 100_000_000 });

test('dates agree with those of Date', () => {
  fc.assert(
    fc.property(day, (days) => {
      const date = new Date(days * 86_400_000);
      assert.deepEqual(civilDate(days), {
        year: date.getUTCFullYear(),
        month: date.getUTCMonth() + 1,
        day: date.getUTCDate(),
      });
    }),
    { examples: [[0], [-1], [-719_468], [-719_469], [11_016], [11_017], [19_782]] },
  );
});

test('a date and its day are one', () => {
  fc.assert(
    fc.property(fc.integer({ min: -0x80000000, max: 0x7fffffff }), (days) => {
      const { year, month, day } = civilDate(days);
      assert.equal(daysFromCivil(year, month, day), days);
    }),
  );
});
