import { type Instant, instant } from '../base/clock.ts';

/** What the annotations of a policy say, read. */
export interface Terms {
  readonly id: string;
  readonly description: string;
  /** The group whose members may approve; null: no approval is asked for. */
  readonly approval: string | null;
  readonly quorum: number;
  readonly scope: 'once' | 'session' | 'run' | 'window';
  /** How long a grant lives, milliseconds. */
  readonly ttlMs: number | null;
  /** How long a statement may be held, milliseconds; 0: it is refused, and its retry passes once it is granted. */
  readonly waitMs: number | null;
  readonly reasonRequired: boolean;
  readonly purposeRequired: boolean;
  /** From this moment on the policy permits nothing. */
  readonly validUntil: Instant | null;
  /** The most rows that a result may have which this permit lets pass. */
  readonly maxRows: number | null;
}

export interface AnnotationFault {
  readonly annotation: string;
  readonly message: string;
}

/** Reads the annotations of one policy; faults are appended to `faults` and leave the default in their place. */
export function readTerms(
  effect: 'permit' | 'forbid',
  annotations: Readonly<Record<string, string>>,
  faults: AnnotationFault[],
): Terms {
  const read = <T>(name: string, absent: T, parse: (text: string) => T | null, form: string): T => {
    const text = Object.hasOwn(annotations, name) ? annotations[name] : undefined;
    if (text === undefined) return absent;
    const value = parse(text);
    if (value !== null) return value;
    faults.push({ annotation: name, message: `@${name} must be ${form}` });
    return absent;
  };
  for (const name of Object.keys(annotations)) {
    const fault = misplaced(name, effect, Object.hasOwn(annotations, 'approval'));
    if (fault !== null) faults.push({ annotation: name, message: fault });
  }
  if (!Object.hasOwn(annotations, 'id')) faults.push({ annotation: 'id', message: 'missing @id("...")' });
  return {
    id: read('id', '', pattern(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/), 'letters, digits, ".", "_" and "-", at most 100'),
    description: read('description', '', printable, 'one line of printable text'),
    approval: read('approval', null, printable, 'the name of the group that approves: @approval("compliance")'),
    quorum: read('quorum', 1, count, 'a whole number of at least 1'),
    scope: read('scope', 'once', scopeOf, 'one of once, session, run, window'),
    ttlMs: read('ttl', null, duration, 'a duration such as 90s, 15m, 8h or 2d'),
    waitMs: read('wait', null, wait, 'a duration such as 90s, 15m, 8h or 2d, or 0 where nobody is to wait'),
    reasonRequired: read('reason', false, required, '"required"'),
    purposeRequired: read('purpose', false, required, '"required"'),
    validUntil: read('validUntil', null, moment, 'a day such as 2027-06-30, or a time such as 2027-06-30T12:00:00Z'),
    maxRows: read('maxRows', null, rows, 'a whole number from 1 to 1000000000'),
  };
}

function misplaced(name: string, effect: 'permit' | 'forbid', approved: boolean): string | null {
  const place = places.get(name);
  if (place === undefined) return `unknown annotation @${name}; known are ${[...places.keys()].join(', ')}`;
  if (place !== 'any' && effect === 'forbid') return `@${name} has no meaning on a forbid`;
  if (place === 'approval' && !approved) return `@${name} has no meaning without @approval`;
  return null;
}

const places: ReadonlyMap<string, 'any' | 'permit' | 'approval'> = new Map([
  ['id', 'any'],
  ['description', 'any'],
  ['approval', 'permit'],
  ['quorum', 'approval'],
  ['scope', 'approval'],
  ['ttl', 'approval'],
  ['wait', 'approval'],
  ['reason', 'permit'],
  ['purpose', 'permit'],
  ['validUntil', 'permit'],
  ['maxRows', 'permit'],
]);

function pattern(form: RegExp): (text: string) => string | null {
  return (text) => (form.test(text) ? text : null);
}

// Descriptions and groups end in error messages: no line breaks, no NUL, nothing that a terminal obeys.
function printable(text: string): string | null {
  return text.trim() !== '' && text.length <= 500 && !/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(text) ? text.trim() : null;
}

function count(text: string): number | null {
  return /^[1-9][0-9]{0,14}$/.test(text) ? Number(text) : null;
}

// Targets count the rows they are asked for in 31 bits.
function rows(text: string): number | null {
  const number = count(text);
  return number === null || number > 1_000_000_000 ? null : number;
}

function scopeOf(text: string): Terms['scope'] | null {
  return text === 'once' || text === 'session' || text === 'run' || text === 'window' ? text : null;
}

function required(text: string): true | null {
  return text === 'required' ? true : null;
}

function duration(text: string): number | null {
  const [, amount, unit] = /^([1-9][0-9]{0,5})([smhd])$/.exec(text) ?? [];
  const milliseconds = unit === undefined ? undefined : units[unit];
  return milliseconds === undefined ? null : Number(amount) * milliseconds;
}

function wait(text: string): number | null {
  return text === '0' ? 0 : duration(text);
}

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** A day stands for its first moment in UTC: the reading that permits less. */
function moment(text: string): Instant | null {
  const match = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d))?$/.exec(text);
  if (match === null) return null;
  const at = Date.parse(match[2] === undefined ? `${text}T00:00:00Z` : text);
  const midnight = Date.parse(`${match[1]}T00:00:00Z`);
  // A day that the month does not have would be moved into the next one.
  if (Number.isNaN(at) || Number.isNaN(midnight)) return null;
  if (!new Date(midnight).toISOString().startsWith(match[1] ?? '')) return null;
  return instant(at * 1000);
}
