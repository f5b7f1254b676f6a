import type { Access } from './decision.ts';
import type { LoadedPolicy } from './loaded-policy.ts';
import type { Outcome } from './outcome.ts';

/**
 * Joins what policy said of a table with what it said of the columns that one use of it touches: a permit on the table covers
 * its columns, and columns that are all permitted by themselves stand for their table. A forbid on either stays one.
 */
export function coverColumns(outcomes: readonly Outcome[]): readonly Outcome[] {
  if (!outcomes.some(({ access }) => isTouched(access))) return outcomes;
  const tables = new Map<string, Outcome>();
  const columns = new Map<string, Outcome[]>();
  for (const outcome of outcomes) {
    const use = useOf(outcome.access);
    if (use === null) continue;
    if (outcome.access.resource.kind === 'table') tables.set(use, outcome);
    else columns.set(use, [...(columns.get(use) ?? []), outcome]);
  }
  return outcomes.flatMap((outcome) => {
    const use = useOf(outcome.access);
    if (use === null) return outcome;
    if (outcome.access.resource.kind === 'table') return isStoodFor(outcome, columns.get(use) ?? []) ? [] : outcome;
    return covered(outcome, tables.get(use));
  });
}

/** Reading or assigning a column: its table is asked about too, and before it. */
export function isTouched({ action, resource }: Access): boolean {
  return resource.kind === 'column' && action !== 'filter' && action !== 'unmask';
}

/** One use of one table; null for what is neither a table nor a column that it touches. */
function useOf(access: Access): string | null {
  const { action, resource, filtered, limited } = access;
  if (resource.kind === 'table')
    return JSON.stringify([action, resource.relation.schema, resource.relation.name, filtered, limited]);
  if (resource.kind !== 'column' || !isTouched(access)) return null;
  return JSON.stringify([action, resource.column.schema, resource.column.name, filtered, limited]);
}

/**
 * The table need not be permitted where every column is, by itself. Where only some are, the ones that are not say what is
 * missing, rather than the table.
 */
function isStoodFor(table: Outcome, columns: readonly Outcome[]): boolean {
  if (table.kind === 'unpermitted') return columns.some(({ kind }) => kind === 'permitted' || kind === 'held');
  return table.kind === 'held' && columns.length > 0 && columns.every(({ kind }) => kind === 'permitted');
}

function covered(column: Outcome, table: Outcome | undefined): Outcome {
  if (table?.kind === 'permitted') {
    if (column.kind === 'unpermitted' || column.kind === 'held') return { ...table, access: column.access };
    if (column.kind === 'permitted') return { ...column, policies: union(column.policies, table.policies) };
  }
  if (table?.kind === 'held') {
    if (column.kind === 'unpermitted') return { ...table, access: column.access };
    if (column.kind === 'held') return { ...column, policies: union(column.policies, table.policies) };
  }
  return column;
}

function union(some: readonly LoadedPolicy[], others: readonly LoadedPolicy[]): readonly LoadedPolicy[] {
  return [...new Set([...some, ...others])];
}
