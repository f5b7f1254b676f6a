import { unreachable } from '../base/unreachable.ts';
import type { ColumnName, RelationName, RoutineName, StatementFacts, TableUse, Verb } from '../core/facts.ts';
import type { Access, Action, Facts, ResourceRef } from './decision.ts';
import { argumentList, columnLabel, fieldLabel, relationLabel, routineLabel } from './entity-id.ts';
import { isRequest, requestAccesses } from './request-accesses.ts';

/**
 * What a statement must be permitted to do: the table of constructs in `docs/policy.md`. Every access must pass, except for
 * those with the action `unmask`: they say what may leave unmasked. `null` asks whether the principal may connect.
 */
export function accessesOf(facts: Facts | null): readonly Access[] {
  if (facts === null) return [onConnection('connect')];
  if (isRequest(facts)) return requestAccesses(facts);
  const accesses: Access[] = [
    ...connectionAccesses(facts),
    ...facts.tables.flatMap(tableAccesses),
    ...facts.routines.flatMap(routineAccesses),
    ...controlAccesses(facts),
    ...unmaskAccesses(facts),
  ];
  return [...new Map(accesses.map((access) => [identity(access), access])).values()];
}

/** `public.patients.ssn`, `public.f(int4)`, `GET /patients/{id}`, or the connection: what an access reaches, for people to read. */
export function resourceLabel(resource: ResourceRef, connection: string): string {
  switch (resource.kind) {
    case 'connection':
      return connection;
    case 'table':
      return relationLabel(resource.relation);
    case 'column':
      return columnLabel(resource.column);
    case 'routine':
      return resource.signature;
    case 'route':
      return resource.route;
    case 'field':
      return fieldLabel(resource.field);
    default:
      return unreachable(resource);
  }
}

/** What touches no data is `session`; a command whose object is no table, such as CREATE ROLE, is asked on the connection. */
function connectionAccesses(facts: StatementFacts): readonly Access[] {
  const touchesNothing = facts.tables.length === 0 && facts.routines.length === 0;
  const own = ownAction(facts.verb);
  if (own === null) return touchesNothing || facts.verb === 'session' ? [onConnection('session')] : [];
  const covered =
    own === 'call' ? facts.routines.length > 0 : facts.tables.some((use) => isOwn(facts.verb, use.action));
  return covered ? [] : [onConnection(own)];
}

/** The action that a statement of this verb must have at least one access of; null for reading and for the session. */
function ownAction(verb: Verb): Action | null {
  if (verb === 'select' || verb === 'session') return null;
  return verb === 'merge' ? 'update' : verb;
}

/** MERGE writes in whichever ways its branches say, and DO NOTHING is none: its table appears as read. */
function isOwn(verb: Verb, action: TableUse['action']): boolean {
  return verb === 'merge' || verb === action;
}

/** What a session has made for itself holds only what it was permitted to read or brought along. */
function tableAccesses(use: TableUse): readonly Access[] {
  if (use.relation.schema === 'pg_temp') return [onConnection('session')];
  const rows = { filtered: use.filtered, limited: use.limited };
  const table: Access = {
    ...blank,
    ...rows,
    action: use.action,
    resource: { kind: 'table', relation: use.relation, protected: use.protected },
  };
  return [
    table,
    ...use.columns.map(
      (column): Access => ({
        ...blank,
        ...rows,
        action: use.action,
        resource: onColumn({ ...use.relation, column }, use.protected),
      }),
    ),
  ];
}

/** A name that could mean several overloads must be permitted to mean each of them. */
function routineAccesses(routine: RoutineName): readonly Access[] {
  const label = routineLabel(routine);
  const overloads = routine.overloads.length === 0 ? [''] : routine.overloads.map(argumentList);
  return overloads.map((types) => ({
    ...blank,
    action: 'call',
    resource: { kind: 'routine', routine, signature: `${label}${types}` },
  }));
}

function controlAccesses(facts: StatementFacts): readonly Access[] {
  return facts.controls.map(({ column, use, lookup }) => ({
    ...blank,
    ...rowsRead(facts, column),
    action: 'filter',
    resource: onColumn(column, true),
    use,
    lookup,
  }));
}

function unmaskAccesses(facts: StatementFacts): readonly Access[] {
  const classes = new Map<string, { readonly column: ColumnName; readonly class: string }>();
  for (const output of facts.outputs ?? []) {
    if (output.kind === 'bare') classes.set(columnLabel(output.column), output);
  }
  for (const output of facts.outputs ?? []) {
    if (output.kind !== 'derived') continue;
    for (const column of output.columns) {
      if (!classes.has(columnLabel(column))) classes.set(columnLabel(column), { column, class: column.class });
    }
  }
  return [...classes.values()].map((output) => ({
    ...blank,
    ...rowsRead(facts, output.column),
    action: 'unmask',
    resource: onColumn(output.column, true),
    class: output.class,
  }));
}

/** A table that is read more than once is filtered only if every read of it is. */
function rowsRead(facts: StatementFacts, relation: RelationName): { filtered: boolean; limited: boolean } {
  const uses = facts.tables.filter(
    (use) => use.relation.schema === relation.schema && use.relation.name === relation.name,
  );
  const reads = uses.some((use) => use.action === 'select') ? uses.filter((use) => use.action === 'select') : uses;
  return {
    filtered: reads.length > 0 && reads.every((use) => use.filtered),
    limited: reads.length > 0 && reads.every((use) => use.limited),
  };
}

function onConnection(action: Action): Access {
  return { ...blank, action, resource: { kind: 'connection' } };
}

function onColumn(column: ColumnName, isProtected: boolean): ResourceRef {
  const { schema, name } = column;
  return { kind: 'column', column: { schema, name, column: column.column }, protected: isProtected };
}

function identity(access: Access): string {
  const { action, resource, use, lookup, filtered, limited } = access;
  return JSON.stringify([action, resource.kind, resourceLabel(resource, ''), use, lookup, filtered, limited]);
}

const blank = { use: null, lookup: false, filtered: false, limited: false, class: null } as const;
