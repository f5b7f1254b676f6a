import { type CellWriter, sqlNull } from '../cell-writer.ts';
import { civilDate, daysFromCivil } from '../civil-date.ts';
import { isoYear } from '../iso-date.ts';
import type { MaskedType } from '../masked-type.ts';
import { endOfValue, isTextLike, typeOids } from '../type-oids.ts';
import { nullify } from './nullify.ts';

/**
 * `year`: a date or timestamp becomes 1 January of its year (of the UTC year where it has a time zone), a string that is an
 * ISO date becomes its four digits. NULL for infinity, BC, years beyond 9999, what is not ISO, and every year from which an
 * age over 89 follows (45 CFR 164.514(b)(2)(i)(C)).
 */
export function year(column: MaskedType, currentYear: number): CellWriter {
  const { typeOid, format } = column;
  const reveals = (found: number): boolean => found >= currentYear - 89 && found >= 1 && found <= 9999;
  if (isTextLike(typeOid)) return textYear(typeOid, '', reveals);
  if (typeOid === typeOids.date) return format === 1 ? binaryDate(reveals) : textYear(typeOid, '-01-01', reveals);
  if (typeOid === typeOids.timestamp) {
    return format === 1 ? binaryTimestamp(reveals) : textYear(typeOid, '-01-01 00:00:00', reveals);
  }
  if (typeOid === typeOids.timestamptz) {
    // The offset of the session would tell summer from winter.
    return format === 1 ? binaryTimestamp(reveals) : textYear(typeOid, '-01-01 00:00:00+00', reveals);
  }
  return nullify;
}

function textYear(typeOid: number, suffix: string, reveals: (year: number) => boolean): CellWriter {
  const length = 4 + suffix.length;
  return {
    bound: () => length,
    write: (source, start, end, sink, at) => {
      const stop = endOfValue(typeOid, source, start, end);
      // `2024-02-29 23:59:59.999999+15:59:59` is the longest form.
      if (stop - start > 40) return sqlNull;
      const found = isoYear(source.toString('latin1', start, stop), shapes.get(typeOid) ?? 'either');
      if (found === null || !reveals(found)) return sqlNull;
      return sink.write(`${String(found).padStart(4, '0')}${suffix}`, at, 'latin1');
    },
  };
}

const shapes = new Map<number, 'date' | 'timestamp' | 'timestamptz'>([
  [typeOids.date, 'date'],
  [typeOids.timestamp, 'timestamp'],
  [typeOids.timestamptz, 'timestamptz'],
]);

/** Days since 2000-01-01 as int32; the extremes are the infinities. */
function binaryDate(reveals: (year: number) => boolean): CellWriter {
  return {
    bound: () => 4,
    write: (source, start, end, sink, at) => {
      if (end - start !== 4) return sqlNull;
      const days = source.readInt32BE(start);
      if (days === 0x7fffffff || days === -0x80000000) return sqlNull;
      const found = civilDate(days + epochDays).year;
      if (!reveals(found)) return sqlNull;
      sink.writeInt32BE(daysFromCivil(found, 1, 1) - epochDays, at);
      return 4;
    },
  };
}

/** Microseconds since 2000-01-01T00:00:00 as int64; the extremes are the infinities and lie far beyond the year 9999. */
function binaryTimestamp(reveals: (year: number) => boolean): CellWriter {
  return {
    bound: () => 8,
    write: (source, start, end, sink, at) => {
      if (end - start !== 8) return sqlNull;
      const micros = source.readBigInt64BE(start);
      // Division of BigInts rounds towards zero; days are counted downwards.
      const days = Number((micros - (micros < 0n ? microsPerDay - 1n : 0n)) / microsPerDay);
      const found = civilDate(days + epochDays).year;
      if (!reveals(found)) return sqlNull;
      sink.writeBigInt64BE(BigInt(daysFromCivil(found, 1, 1) - epochDays) * microsPerDay, at);
      return 8;
    },
  };
}

const microsPerDay = 86_400_000_000n;
/** 2000-01-01 in days since 1970-01-01. */
const epochDays = 10_957;
