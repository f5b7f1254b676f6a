/** `15m` in milliseconds, or null. A year counts 366 days, so that nothing kept "for six years" is discarded early. */
export function parseDuration(text: string): number | null {
  const match = /^(\d{1,9})(ms|s|m|h|d|w|y)$/.exec(text);
  const unit = durations.get(match?.[2] ?? '');
  return match === null || unit === undefined ? null : Number(match[1]) * unit;
}

/** `64MiB` in bytes, or null. */
export function parseSize(text: string): number | null {
  const match = /^(\d{1,9})(B|KiB|MiB|GiB)$/.exec(text);
  const unit = sizes.get(match?.[2] ?? '');
  return match === null || unit === undefined ? null : Number(match[1]) * unit;
}

/** The shortest spelling that {@link parseDuration} reads back. */
export function printDuration(ms: number): string {
  return print(ms, durations, 'ms');
}

/** The shortest spelling that {@link parseSize} reads back. */
export function printSize(bytes: number): string {
  return print(bytes, sizes, 'B');
}

function print(amount: number, units: ReadonlyMap<string, number>, smallest: string): string {
  const whole = [...units].filter(([, unit]) => amount >= unit && amount % unit === 0);
  const [name, unit] = whole.at(-1) ?? [smallest, 1];
  return `${amount / unit}${name}`;
}

const second = 1000;
const day = 24 * 60 * 60 * second;

/** Ascending. */
const durations: ReadonlyMap<string, number> = new Map([
  ['ms', 1],
  ['s', second],
  ['m', 60 * second],
  ['h', 60 * 60 * second],
  ['d', day],
  ['w', 7 * day],
  ['y', 366 * day],
]);

const sizes: ReadonlyMap<string, number> = new Map([
  ['B', 1],
  ['KiB', 1024],
  ['MiB', 1024 ** 2],
  ['GiB', 1024 ** 3],
]);
