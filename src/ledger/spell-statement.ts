import { canonicalJson } from './canonical.ts';
import type { Envelope, StatementCompleted, StatementDecided } from './event.ts';
import type { LineBuffer } from './line-buffer.ts';

/** What the journal itself says of an entry. */
export type Stamp = Omit<Envelope, 'v' | 'type'>;

/**
 * The canonical form of the two entries that every statement makes, with their keys in order by hand: the same bytes as
 * {@link canonicalJson} gives, at a fraction of the cost. What all executions of one ruling share is spelt once.
 */
export function spellDecided(entry: StatementDecided, stamp: Stamp, lines: LineBuffer): void {
  const shared = sharedPart(entry, stamp);
  lines.raw(shared.beforeId);
  lines.string(stamp.id);
  lines.raw(shared.beforeSession);
  lines.string(entry.session);
  lines.raw(keys.statement);
  lines.string(entry.statement);
  lines.raw(keys.step);
  lines.string(entry.step);
  lines.raw(shared.beforeTime);
  lines.string(stamp.time);
  lines.raw(shared.end);
}

export function spellCompleted(entry: StatementCompleted, stamp: Stamp, lines: LineBuffer): void {
  lines.raw(keys.bytes);
  lines.string(entry.bytes);
  lines.raw(keys.durationMs);
  lines.value(entry.durationMs);
  lines.raw(keys.id);
  lines.string(stamp.id);
  lines.raw(keys.instance);
  lines.string(stamp.instance);
  lines.raw(keys.masks);
  if (entry.masks.length === 0) lines.raw(emptyList);
  else lines.value(entry.masks);
  lines.raw(keys.result);
  lines.string(entry.result);
  lines.raw(keys.rows);
  lines.string(entry.rows);
  lines.raw(keys.session);
  lines.string(entry.session);
  lines.raw(keys.sqlstate);
  if (entry.sqlstate === null) lines.raw(nothing);
  else lines.string(entry.sqlstate);
  lines.raw(keys.statement);
  lines.string(entry.statement);
  if (entry.status !== undefined) {
    lines.raw(keys.status);
    lines.value(entry.status);
  }
  lines.raw(keys.tenant);
  lines.string(stamp.tenant);
  lines.raw(keys.time);
  lines.string(stamp.time);
  lines.raw(completedEnd);
}

const keys = {
  bytes: Buffer.from('{"bytes":'),
  durationMs: Buffer.from(',"durationMs":'),
  id: Buffer.from(',"id":'),
  instance: Buffer.from(',"instance":'),
  masks: Buffer.from(',"masks":'),
  result: Buffer.from(',"result":'),
  rows: Buffer.from(',"rows":'),
  session: Buffer.from(',"session":'),
  sqlstate: Buffer.from(',"sqlstate":'),
  statement: Buffer.from(',"statement":'),
  status: Buffer.from(',"status":'),
  step: Buffer.from(',"step":'),
  tenant: Buffer.from(',"tenant":'),
  time: Buffer.from(',"time":'),
} as const;
const completedEnd = Buffer.from(',"type":"statement.completed","v":1}');
const emptyList = Buffer.from('[]');
const nothing = Buffer.from('null');

interface Shared {
  readonly of: StatementDecided;
  readonly instance: string;
  readonly tenant: string;
  readonly beforeId: Buffer;
  readonly beforeSession: Buffer;
  readonly beforeTime: Buffer;
  readonly end: Buffer;
}

/** Keyed by the frozen list of columns, which is the ruling's own; that the rest is the ruling's too is looked at. */
const parts = new WeakMap<object, Shared>();

function sharedPart(entry: StatementDecided, stamp: Stamp): Shared {
  const known = parts.get(entry.columns);
  if (known?.instance === stamp.instance && known.tenant === stamp.tenant && isShared(known.of, entry)) return known;
  const json = canonicalJson;
  const grant = entry.grant === undefined ? '' : `"grant":${json(entry.grant)},`;
  const shared = {
    of: entry,
    instance: stamp.instance,
    tenant: stamp.tenant,
    beforeId: Buffer.from(
      `{"code":${json(entry.code)},"columns":${json(entry.columns)},"decision":${json(entry.decision)},"digest":${json(entry.digest)},${grant}"id":`,
    ),
    beforeSession: Buffer.from(`,"instance":${json(stamp.instance)},"policies":${json(entry.policies)},"session":`),
    beforeTime: Buffer.from(
      `,"tables":${json(entry.tables)},"tenant":${json(stamp.tenant)},"text":${json(entry.text)},"time":`,
    ),
    end: Buffer.from(`,"type":"statement.decided","v":1,"verb":${json(entry.verb)}}`),
  };
  if ([entry.columns, entry.policies, entry.tables].every(Object.isFrozen)) parts.set(entry.columns, shared);
  return shared;
}

function isShared(one: StatementDecided, other: StatementDecided): boolean {
  return (
    one.code === other.code &&
    one.decision === other.decision &&
    one.digest === other.digest &&
    one.grant === other.grant &&
    one.policies === other.policies &&
    one.tables === other.tables &&
    one.text === other.text &&
    one.verb === other.verb
  );
}
