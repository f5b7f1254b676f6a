import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type IsoShape, isoYear } from '../../src/masking/iso-date.ts';

describe('isoYear', () => {
  const cases: readonly [shape: IsoShape, text: string, expected: number | null][] = [
    ['date', '2024-02-29', 2024],
    ['date', '2023-02-29', null],
    ['date', '2024-00-10', null],
    ['date', '2024-04-31', null],
    ['date', '2024-02-29\n', null],
    ['date', '٢٠٢٤-02-29', null],
    ['timestamp', '2024-02-29 23:59:59.999999', 2024],
    ['timestamp', '2024-02-29T23:59:59', null],
    ['timestamptz', '2024-12-31 23:59:59-00:00:01', 2025],
    ['timestamptz', '2024-01-01 00:00:00+00:00:01', 2023],
    ['timestamptz', '2024-01-01 00:00:00+00', 2024],
    ['timestamptz', '2024-01-01 00:00:00 UTC', null],
    ['either', '2024-12-31T23:59:59-08:00', 2024],
    ['either', '2024-12-31T23:59Z', 2024],
    ['either', '2024-12-31T', null],
  ];
  for (const [shape, text, expected] of cases) {
    test(`${shape} ${JSON.stringify(text)} is of ${expected ?? 'no year'}`, () =>
      assert.equal(isoYear(text, shape), expected));
  }

  test('a time with an offset is of the year that Date says', () => {
    const offset = fc.integer({ min: -15 * 60, max: 15 * 60 });
    const time = fc.date({ min: new Date('1000-01-02'), max: new Date('9999-12-30'), noInvalidDate: true });
    fc.assert(
      fc.property(time, offset, (at, minutes) => {
        const local = new Date(at.getTime() + minutes * 60_000).toISOString().replace('T', ' ').slice(0, 19);
        const two = (value: number) => String(Math.trunc(Math.abs(value))).padStart(2, '0');
        const zone = `${minutes < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
        assert.equal(isoYear(`${local}${zone}`, 'timestamptz'), at.getUTCFullYear());
      }),
    );
  });
});
