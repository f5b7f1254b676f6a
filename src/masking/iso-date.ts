import { civilDate, daysFromCivil } from './civil-date.ts';

/** What the text is: `either` is a string column that holds a date, with or without a time, in whatever zone. */
export type IsoShape = 'date' | 'timestamp' | 'timestamptz' | 'either';

/**
 * The year of a date as PostgreSQL prints it under `DateStyle = ISO`: in UTC for `timestamptz`, as written otherwise. Null
 * for everything else: other styles, BC, infinity, five-digit years, days that no calendar has.
 */
export function isoYear(text: string, shape: IsoShape): number | null {
  const match = patterns[shape].exec(text);
  if (match === null) return null;
  const [year = Number.NaN, month = Number.NaN, day = Number.NaN] = match.slice(1, 4).map(Number);
  const days = daysFromCivil(year, month, day);
  const found = civilDate(days);
  if (found.year !== year || found.month !== month || found.day !== day) return null;
  return shape === 'timestamptz' ? yearInUtc(days, match) : year;
}

function yearInUtc(days: number, match: RegExpExecArray): number {
  const [hour = 0, minute = 0, second = 0] = match.slice(4, 7).map(Number);
  const [zoneHour = 0, zoneMinute = 0, zoneSecond = 0] = match.slice(8, 11).map((part) => Number(part ?? 0));
  const offset = (zoneHour * 60 + zoneMinute) * 60 + zoneSecond;
  const seconds = (hour * 60 + minute) * 60 + second - (match[7] === '-' ? -offset : offset);
  return civilDate(days + Math.floor(seconds / 86_400)).year;
}

const date = '(\\d{4})-(\\d{2})-(\\d{2})';
const time = '(\\d{2}):(\\d{2}):(\\d{2})(?:\\.\\d{1,6})?';

const patterns: Readonly<Record<IsoShape, RegExp>> = {
  date: new RegExp(`^${date}$`),
  timestamp: new RegExp(`^${date} ${time}$`),
  timestamptz: new RegExp(`^${date} ${time}([+-])(\\d{2})(?::(\\d{2}))?(?::(\\d{2}))?$`),
  either: new RegExp(`^${date}(?:[T ]\\d{2}:\\d{2}(?::\\d{2}(?:\\.\\d{1,9})?)?(?:Z|[+-]\\d{2}(?::?\\d{2})?)?)?$`),
};
