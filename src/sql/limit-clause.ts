import { type Body, bodyOf, kindOf, type Node } from './ast.ts';
import type { TableInstance } from './table-instance.ts';
import { control, type Place, type QueryRows, type Walk } from './walk.ts';

/** Rows of a query, with its own tables by the name that FOR UPDATE OF would use. */
export interface Rows extends QueryRows {
  readonly seen: ReadonlyMap<string, TableInstance>;
}

/** LIMIT and OFFSET: how many rows come tells what their expressions tell. */
export function limit(walk: Walk, select: Body<'SelectStmt'>, place: Place, instances: readonly TableInstance[]): void {
  for (const node of [select.limitCount, select.limitOffset])
    if (node !== undefined) control(walk, place.level, walk.value(node, place), 'limit');
  if (select.limitCount === undefined || !isBound(select.limitCount)) return;
  if (select.limitOption === 'LIMIT_OPTION_WITH_TIES') return;
  for (const instance of instances) instance.limited = true;
}

function isBound(node: Node): boolean {
  const cast = bodyOf(node, 'TypeCast');
  if (cast?.arg !== undefined) return isBound(cast.arg);
  const constant = bodyOf(node, 'A_Const') as { readonly kind?: string } | null;
  return constant === null ? kindOf(node) === 'ParamRef' : constant.kind === 'number' || constant.kind === 'string';
}
