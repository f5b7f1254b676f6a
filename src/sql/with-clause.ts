import { type Body, bodyOf, strings } from './ast.ts';
import { notAnalysable } from './refused.ts';
import { renamed } from './row-shapes.ts';
import type { RowShape, Scope } from './scope.ts';
import { unionShape } from './union-shape.ts';
import { sameValue } from './value.ts';
import type { QueryRows, Walk } from './walk.ts';

/** Puts the WITH queries of a statement into its scope. */
export function defineCtes(walk: Walk, clause: Body<'WithClause'> | undefined, scope: Scope): void {
  const ctes = (clause?.ctes ?? []).map((node) => bodyOf(node, 'CommonTableExpr') ?? {});
  const recursive = clause?.recursive === true;
  // With RECURSIVE every name of the list hides a table of that name from the start, also before its own turn.
  if (recursive) for (const cte of ctes) scope.define(cte.ctename ?? '', { kind: 'unready' });
  for (const cte of ctes) {
    if (recursive) iterate(walk, cte, scope);
    const rows = definition(walk, cte, scope);
    scope.define(cte.ctename ?? '', { kind: 'rows', shape: detached(rows), influence: rows.influence });
  }
}

function definition(walk: Walk, cte: Body<'CommonTableExpr'>, scope: Scope): QueryRows {
  if (cte.ctequery === undefined) throw notAnalysable('a WITH query without a query', 'write the query');
  const rows = walk.query(cte.ctequery, scope);
  return { ...rows, ...renamed(rows, strings(cte.aliascolnames)) };
}

/**
 * A query that may read itself: starts from its first arm and unites until nothing is added. Leaves the columns it found in the
 * scope, for the query to be analysed once more as a whole.
 */
function iterate(walk: Walk, cte: Body<'CommonTableExpr'>, scope: Scope): void {
  const select = cte.ctequery === undefined ? null : bodyOf(cte.ctequery, 'SelectStmt');
  const { larg, rarg } = select ?? {};
  if (select === null || select.op !== 'SETOP_UNION' || larg === undefined || rarg === undefined) return;
  if (select.withClause !== undefined)
    throw notAnalysable('WITH inside of a WITH RECURSIVE query is not analysed yet', 'put its queries beside it');
  const names = strings(cte.aliascolnames);
  const first = walk.query({ SelectStmt: larg }, scope);
  const influence = new Set(first.influence);
  let shape = detached(renamed(first, names));
  for (let stable = false; !stable; ) {
    scope.define(cte.ctename ?? '', { kind: 'rows', shape, influence });
    const step = walk.query({ SelectStmt: rarg }, scope);
    for (const column of step.influence) influence.add(column);
    const next = detached(renamed(unionShape(shape, step), names));
    stable = sameShape(shape, next);
    shape = next;
  }
}

/** A condition on one use of a WITH query says nothing about its other uses. */
function detached(shape: RowShape): RowShape {
  return { fields: shape.fields.map((field) => ({ ...field, origin: null })), open: shape.open };
}

function sameShape(first: RowShape, second: RowShape): boolean {
  if ((first.open === null) !== (second.open === null) || first.fields.length !== second.fields.length) return false;
  if (first.open !== null && second.open !== null && !sameValue(first.open, second.open)) return false;
  return first.fields.every((field, at) => {
    const other = second.fields[at];
    return other !== undefined && sameValue(field.value, other.value);
  });
}
