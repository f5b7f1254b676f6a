import { type Body, bodyOf, kindOf, type Node } from './ast.ts';
import { notSupported } from './refused.ts';
import type { Walk } from './walk.ts';

/** EXPLAIN: what the explained statement would touch. Plans show statistics and constants, and ANALYZE runs it. */
export function explained(walk: Walk, body: Body<'ExplainStmt'>): Node {
  const { query } = body;
  const kind = query === undefined ? '' : kindOf(query);
  if (query === undefined || !explainable.has(kind))
    throw notSupported(`EXPLAIN of ${kind} is not carried`, 'explain a SELECT, INSERT, UPDATE or DELETE');
  const options = (body.options ?? []).map((option) => bodyOf(option, 'DefElem')?.defname ?? '');
  const unknown = options.find((option) => !known.has(option));
  if (unknown !== undefined) throw notSupported(`EXPLAIN (${unknown}) is not reviewed`, 'leave the option out');
  walk.literals.seal(query, true);
  if (bodyOf(query, 'SelectStmt')?.intoClause !== undefined)
    throw notSupported('EXPLAIN of SELECT INTO is not carried', 'explain the query itself');
  walk.query(query, null);
  const writes = walk.record.tables().some((use) => use.action !== 'select');
  // The value of the option is not looked at: ANALYZE false is refused too.
  if (options.includes('analyze') && (kind !== 'SelectStmt' || writes))
    throw notSupported('EXPLAIN ANALYZE runs what it explains', 'use EXPLAIN without ANALYZE');
  if (walk.record.usesProtected)
    throw notSupported(
      'EXPLAIN on tables with protected columns is not carried: plans show their statistics',
      'explain it where nothing is protected',
    );
  return query;
}

const explainable = new Set(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt']);

const known = new Set([
  'analyze',
  'verbose',
  'costs',
  'settings',
  'generic_plan',
  'buffers',
  'wal',
  'timing',
  'summary',
  'memory',
  'serialize',
  'format',
]);
