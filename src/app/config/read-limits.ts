import { defaultLimits, type Limits } from '../../core/limits.ts';
import { parseDuration, parseSize, printDuration, printSize } from './quantities.ts';
import type { Spot } from './spot.ts';

/** `limits:`. Names are those that refusals state. */
export function readLimits(spot: Spot): Limits | undefined {
  const fields = spot.fields(Object.keys(defaultLimits));
  if (fields === undefined) return undefined;
  const limits: Record<keyof Limits, number> = { ...defaultLimits };
  for (const [name, [least, most]] of Object.entries(ranges) as [keyof Limits, readonly [number, number]][]) {
    const value = fields.optional(name, defaultLimits[name], (child) => readLimit(child, name, least, most));
    if (value !== undefined) limits[name] = value;
  }
  return limits;
}

/** A duration between two bounds, in milliseconds. */
export function readDuration(spot: Spot, least: number, most: number): number | undefined {
  const ms = parseDuration(spot.written() ?? '');
  if (ms !== null && ms >= least && ms <= most) return ms;
  return spot.fault(
    `this must be a duration from ${printDuration(least)} to ${printDuration(most)}, such as 15m, 12h, 30d or 6y.`,
  );
}

function readLimit(spot: Spot, name: string, least: number, most: number): number | undefined {
  if (name.endsWith('Ms')) return readDuration(spot, least, most);
  if (!name.endsWith('Bytes')) return spot.integer(least, most);
  const bytes = parseSize(spot.written() ?? '');
  if (bytes !== null && bytes >= least && bytes <= most) return bytes;
  return spot.fault(`this must be a size from ${printSize(least)} to ${printSize(most)}, such as 64KiB or 16MiB.`);
}

const kib = 1024;
const mib = 1024 * kib;
const second = 1000;
const day = 24 * 60 * 60 * second;

/** What is sane: below the first nothing works, above the second the limit protects nobody. */
const ranges: Readonly<Record<keyof Limits, readonly [number, number]>> = {
  statementBytes: [kib, mib],
  bindBytes: [kib, 1023 * mib],
  maskedRowBytes: [64 * kib, 1023 * mib],
  collectBytes: [64 * kib, 64 * mib],
  bodyBytes: [kib, 64 * mib],
  tokenBytes: [kib, 64 * kib],
  handshakeMs: [second, 300 * second],
  connectMs: [second, 300 * second],
  idleMs: [second, 30 * day],
  leaseMs: [second, 30 * day],
  sessionsPerPrincipal: [1, 100_000],
  sessions: [1, 100_000],
  preparedPerSession: [1, 1_000_000],
  preparedBytes: [mib, 64 * 1024 * mib],
};
