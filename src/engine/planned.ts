import type { StatementFacts } from '../core/facts.ts';

/** True for what EXPLAIN takes and rows can be expected of: statements over tables. */
export function isPlanned({ construct, tables }: StatementFacts): boolean {
  return plannable.has(construct) && tables.length > 0;
}

const plannable: ReadonlySet<string> = new Set(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt']);
