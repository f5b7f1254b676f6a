import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { year } from '../../../src/masking/transforms/year.ts';
import { builtInTypes, masked, maskedText, resultColumn } from '../masked.ts';

const DATE = 1082;
const TIMESTAMP = 1114;
const TIMESTAMPTZ = 1184;
const TEXT = 25;
const NOW = 2026;
const DAY = 86_400_000_000n;

describe('year, in text', () => {
  const cases: readonly [typeOid: number, cell: string, expected: string | null][] = [
    [DATE, '1987-06-05', '1987-01-01'],
    [DATE, '2024-02-29', '2024-01-01'],
    [DATE, '1987-01-01', '1987-01-01'],
    [DATE, '2031-06-05', '2031-01-01'],
    [DATE, '1937-12-31', '1937-01-01'],
    // Whoever was born in 1936 turns ninety in 2026.
    [DATE, '1936-12-31', null],
    [DATE, '1899-06-05', null],
    [DATE, '0044-03-15 BC', null],
    [DATE, '10000-01-01', null],
    [DATE, 'infinity', null],
    [DATE, '-infinity', null],
    [DATE, '06/05/1987', null],
    [DATE, '05.06.1987', null],
    [DATE, '06-05-1987', null],
    [DATE, '1987-13-05', null],
    [DATE, '2023-02-29', null],
    [DATE, '1987-06-05 00:00:00', null],
    [DATE, '', null],
    [DATE, `1987-06-05${' '.repeat(40)}`, null],
    [TIMESTAMP, '1987-06-05 13:14:15', '1987-01-01 00:00:00'],
    [TIMESTAMP, '1987-06-05 13:14:15.123456', '1987-01-01 00:00:00'],
    [TIMESTAMP, '1987-06-05', null],
    [TIMESTAMP, 'Fri Jun 05 13:14:15 1987', null],
    [TIMESTAMP, '1930-06-05 13:14:15', null],
    [TIMESTAMPTZ, '1987-06-05 13:14:15+00', '1987-01-01 00:00:00+00'],
    [TIMESTAMPTZ, '1987-06-05 13:14:15.1-07', '1987-01-01 00:00:00+00'],
    [TIMESTAMPTZ, '1988-01-01 00:30:00+05:30', '1987-01-01 00:00:00+00'],
    [TIMESTAMPTZ, '1987-12-31 23:30:00-01', '1988-01-01 00:00:00+00'],
    [TIMESTAMPTZ, '1987-12-31 23:30:00-00:29:59', '1987-01-01 00:00:00+00'],
    [TIMESTAMPTZ, '1987-06-05 13:14:15', null],
    [TEXT, '1987-06-05', '1987'],
    [TEXT, '1987-06-05T13:14:15Z', '1987'],
    [TEXT, '1987-06-05T13:14:15.000+02:00', '1987'],
    [TEXT, '1987-06-05 13:14', '1987'],
    [TEXT, '1987', null],
    [TEXT, '19870605', null],
    [TEXT, '5 June 1987', null],
    [TEXT, '1987-06-05 was a Friday', null],
    [TEXT, ' 1987-06-05', null],
    [TEXT, '1930-06-05', null],
    [1042, '1987-06-05     ', '1987'],
    [1043, '1987-06-05', '1987'],
  ];
  for (const [typeOid, cell, expected] of cases) {
    test(`${typeOid} ${JSON.stringify(cell.trim())} becomes ${expected ?? 'NULL'}`, () => {
      assert.equal(maskedText(year(resultColumn(typeOid), NOW), cell), expected);
    });
  }
});

describe('year, in binary', () => {
  test('agrees with the calendar for every date from 1937 to 9999', () => {
    const mask = year(resultColumn(DATE, 1), NOW);
    fc.assert(
      fc.property(fc.integer({ min: daysTo('1937-01-01'), max: daysTo('9999-12-31') }), (days) => {
        const expected = daysTo(`${dateOf(days).slice(0, 4)}-01-01`);
        assert.deepEqual(masked(mask, int32(days)), int32(expected));
      }),
      { examples: [[daysTo('1937-01-01')], [daysTo('2000-01-01')], [daysTo('2024-12-31')], [daysTo('9999-12-31')]] },
    );
  });

  test('agrees with the calendar for every timestamp from 1937 to 9999', () => {
    const last = BigInt(daysTo('9999-12-31')) * DAY + DAY - 1n;
    const first = BigInt(daysTo('1937-01-01')) * DAY;
    for (const oid of [TIMESTAMP, TIMESTAMPTZ]) {
      const mask = year(resultColumn(oid, 1), NOW);
      fc.assert(
        fc.property(fc.bigInt({ min: first, max: last }), (micros) => {
          const found = dateOf(Number((micros - first) / DAY) + daysTo('1937-01-01')).slice(0, 4);
          assert.deepEqual(masked(mask, int64(micros)), int64(BigInt(daysTo(`${found}-01-01`)) * DAY));
        }),
        {
          examples: [
            [first],
            [last],
            [0n],
            [-1n],
            [BigInt(daysTo('9999-01-01')) * DAY],
            [BigInt(daysTo('9999-01-01')) * DAY - 1n],
          ],
        },
      );
    }
  });

  const nulls: readonly [name: string, typeOid: number, cell: Buffer][] = [
    ['infinity', DATE, int32(0x7fffffff)],
    ['-infinity', DATE, int32(-0x80000000)],
    ['1936', DATE, int32(daysTo('1936-12-31'))],
    ['44 BC', DATE, int32(-746_000)],
    ['the year 10000', DATE, int32(daysTo('9999-12-31') + 1)],
    ['three bytes', DATE, Buffer.alloc(3)],
    ['infinity', TIMESTAMP, int64(0x7fffffffffffffffn)],
    ['-infinity', TIMESTAMPTZ, int64(-0x8000000000000000n)],
    ['1936', TIMESTAMP, int64(BigInt(daysTo('1937-01-01')) * DAY - 1n)],
    ['seven bytes', TIMESTAMP, Buffer.alloc(7)],
  ];
  for (const [name, typeOid, cell] of nulls) {
    test(`${typeOid} ${name} becomes NULL`, () => {
      assert.equal(masked(year(resultColumn(typeOid, 1), NOW), cell), null);
    });
  }
});

describe('year', () => {
  test('both formats of a value agree', () => {
    fc.assert(
      fc.property(fc.integer({ min: daysTo('1900-01-01'), max: daysTo('2100-12-31') }), (days) => {
        const inText = maskedText(year(resultColumn(DATE), NOW), dateOf(days));
        const inBinary = masked(year(resultColumn(DATE, 1), NOW), int32(days));
        assert.equal(inText, inBinary === null ? null : dateOf(inBinary.readInt32BE()));
      }),
    );
  });

  test('the year in which somebody turns ninety is never told', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2026, max: 2100 }), fc.integer({ min: 1900, max: 2100 }), (now, born) => {
        const answer = maskedText(year(resultColumn(DATE), now), `${born}-01-01`);
        assert.equal(answer, now - born >= 90 ? null : `${born}-01-01`);
      }),
    );
  });

  test('types that are no date become NULL', () => {
    for (const { name, oid } of builtInTypes) {
      if ([DATE, TIMESTAMP, TIMESTAMPTZ, TEXT, 19, 1042, 1043].includes(oid)) continue;
      for (const format of [0, 1])
        assert.equal(maskedText(year(resultColumn(oid, format), NOW), '1987-06-05'), null, name);
    }
  });

  test('random bytes never throw, and an answer is a year and nothing else', () => {
    const cell = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.uint8Array({ minLength: 8, maxLength: 8 }),
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
    );
    fc.assert(
      fc.property(
        cell,
        fc.constantFrom(DATE, TIMESTAMP, TIMESTAMPTZ, TEXT),
        fc.constantFrom(0, 1),
        (bytes, oid, format) => {
          const answer = masked(year(resultColumn(oid, format), NOW), Buffer.from(bytes));
          if (answer === null) return;
          if (oid === TEXT) assert.match(answer.toString(), /^\d{4}$/);
          else if (format === 0) assert.match(answer.toString(), /^\d{4}-01-01( 00:00:00(\+00)?)?$/);
          else if (oid === DATE) assert.match(dateOf(answer.readInt32BE()), /-01-01$/);
          else assert.equal(answer.readBigInt64BE() % DAY, 0n);
        },
      ),
    );
  });
});

function daysTo(date: string): number {
  return (Date.parse(`${date}T00:00:00Z`) - Date.UTC(2000, 0, 1)) / 86_400_000;
}

function dateOf(days: number): string {
  return new Date(Date.UTC(2000, 0, 1) + days * 86_400_000).toISOString().slice(0, 10);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}
