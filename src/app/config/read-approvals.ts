import type { ConnectionSettings } from '../../core/connection-settings.ts';
import type { ConnectionName } from '../../core/ids.ts';
import type { BreakGlassRule } from '../../engine/standing.ts';
import type { IssuerSettings } from '../../identity/issuer-settings.ts';
import type { Configuration } from './configuration.ts';
import { readDuration } from './read-limits.ts';
import { readNotifiers } from './read-notifiers.ts';
import { readPrincipal } from './read-principal.ts';
import { type Spot, whole } from './spot.ts';

/** What rules of break-glass may name; undefined: it has a fault, so nothing is compared with it. */
export interface Nameable {
  readonly issuers: readonly IssuerSettings[] | undefined;
  readonly connections: readonly ConnectionSettings[] | undefined;
}

/** `approvals:`. */
export function readApprovals(spot: Spot, nameable: Nameable): Configuration['approvals'] | undefined {
  const fields = spot.fields([
    'wait',
    'ttl',
    'recentLogin',
    'runEndsAfter',
    'pendingPerPrincipal',
    'breakGlass',
    'notify',
  ]);
  if (fields === undefined) return undefined;
  const lasting = (key: string, fallback: number, least: number, most: number) =>
    fields.optional(key, fallback, (child) => readDuration(child, least, most));
  return whole<Configuration['approvals']>({
    waitMs: lasting('wait', defaultApprovals.waitMs, second, 30 * day),
    ttlMs: lasting('ttl', defaultApprovals.ttlMs, second, 30 * day),
    recentLoginMs: lasting('recentLogin', defaultApprovals.recentLoginMs, minute, day),
    runEndsAfterMs: lasting('runEndsAfter', defaultApprovals.runEndsAfterMs, minute, day),
    pendingPerPrincipal: fields.optional('pendingPerPrincipal', defaultApprovals.pendingPerPrincipal, (child) =>
      child.integer(1, 100_000),
    ),
    notify: fields.optional('notify', defaultApprovals.notify, readNotifiers),
    breakGlass: fields.optional('breakGlass', [], (child) => child.list((item) => readRule(item, nameable))),
  });
}

function readRule(spot: Spot, { issuers, connections }: Nameable): BreakGlassRule | undefined {
  const fields = spot.fields(['people', 'workloads', 'connections', 'window']);
  if (fields === undefined) return undefined;
  const named = (item: Spot) => readPrincipal(item, issuers);
  return whole<BreakGlassRule>({
    people: fields.required('people', (child) => atLeastOne(child, (item) => readPerson(item, issuers))),
    workloads: fields.required('workloads', (child) => atLeastOne(child, named)),
    connections: fields.required('connections', (child) =>
      atLeastOne(child, (item) => readConnection(item, connections)),
    ),
    windowMs: fields.required('window', (child) => readDuration(child, minute, day)),
  });
}

/** A workload cannot open a break-glass: a rule that names one would promise what never happens. */
function readPerson(spot: Spot, issuers: Nameable['issuers']): BreakGlassRule['people'][number] | undefined {
  const person = readPrincipal(spot, issuers);
  const [id] = person?.split('/') ?? [];
  const issuer = issuers?.find((one) => one.id === id);
  if (issuer !== undefined && issuer.profile !== 'people')
    return spot.fault('only people open a break-glass: this must be of an issuer with `profile: people`.');
  return person;
}

function readConnection(spot: Spot, connections: Nameable['connections']): ConnectionName | undefined {
  const name = spot.text();
  if (name === undefined) return undefined;
  const known = connections?.find((connection) => connection.name === name);
  if (connections === undefined) return name as ConnectionName;
  return known?.name ?? spot.fault('there is no connection of this name in `connections`.');
}

function atLeastOne<T>(spot: Spot, read: (item: Spot) => T | undefined): readonly T[] | undefined {
  const items = spot.list(read);
  return items?.length === 0 ? spot.fault('this list is empty, so the rule allows nothing: name at least one.') : items;
}

const second = 1000;
const minute = 60 * second;
const day = 24 * 60 * minute;

export const defaultApprovals: Configuration['approvals'] = {
  waitMs: 15 * minute,
  ttlMs: 60 * minute,
  recentLoginMs: 15 * minute,
  runEndsAfterMs: 5 * minute,
  pendingPerPrincipal: 500,
  breakGlass: [],
  notify: [],
};
