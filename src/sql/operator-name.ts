import { type Node, strings } from './ast.ts';
import { notAnalysable } from './refused.ts';
import type { Walk } from './walk.ts';

/** Name of an operator that is looked up by name: refused, or put on record, where it may be a user-defined one. */
export function operatorName(walk: Walk, nodes: readonly Node[] | undefined): string {
  const parts = strings(nodes);
  const name = parts.at(-1) ?? '';
  const schema = parts.length > 1 ? parts.at(-2) : null;
  if (schema !== 'pg_catalog') for (const meant of implied[name] ?? [name]) checkOperator(walk, meant, schema !== null);
  return name;
}

/** The operators that a construct without a visible one stands for. */
export function impliedEquality(walk: Walk): void {
  checkOperator(walk, '=', false);
}

const range = ['<', '<=', '>=', '>'];
const implied: Readonly<Record<string, readonly string[]>> = {
  BETWEEN: range,
  'NOT BETWEEN': range,
  'BETWEEN SYMMETRIC': range,
  'NOT BETWEEN SYMMETRIC': range,
};

function checkOperator(walk: Walk, name: string, elsewhere: boolean): void {
  if (!elsewhere && !walk.catalogue.hasOperator(name)) return;
  if (walk.catalogue.protects)
    throw notAnalysable(
      `operator ${name} may be a user-defined one, which is not analysed`,
      `write OPERATOR(pg_catalog.${name}) for the built-in one`,
    );
  walk.record.opaque();
}
