import type { Denial } from '../core/denial.ts';
import type { StatementFacts } from '../core/facts.ts';

/** True for what EXPLAIN takes and rows can be expected of: statements over tables. */
export function isPlanned({ construct, tables }: StatementFacts): boolean {
  return plannable.has(construct) && tables.length > 0;
}

/** True for what reads or moves rows of tables in a way that EXPLAIN tells nothing of. */
export function escapesPlanning({ construct, tables }: StatementFacts): boolean {
  return !plannable.has(construct) && tables.some(({ action }) => action === 'select' || action === 'copy');
}

export const notPlanned: Denial = {
  code: 'not_supported',
  message:
    'policy asks how many rows to expect, which the target tells only of SELECT, INSERT, UPDATE, DELETE and MERGE',
  hint: 'use one of these instead',
};

const plannable: ReadonlySet<string> = new Set(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt']);
