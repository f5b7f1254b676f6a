import { type Body, bodyOf, type Kind, kindOf, type Node, strings } from './ast.ts';
import type { Origin } from './scope.ts';
import type { TableInstance } from './table-instance.ts';
import { visitTree } from './tree-search.ts';
import type { Walk } from './walk.ts';

/** Operands of a chain of ANDs. */
export function conjuncts(node: Node): readonly Node[] {
  const body = bodyOf(node, 'BoolExpr');
  return body?.boolop === 'AND_EXPR' ? (body.args ?? []).flatMap(conjuncts) : [node];
}

/** Marks the tables, out of `able`, whose rows a condition really narrows down. The condition was evaluated before. */
export function restrict(walk: Walk, condition: Node, able: ReadonlySet<TableInstance>): void {
  for (const [instance, needs] of narrowed(walk, condition)) {
    if (!able.has(instance)) continue;
    if (needs.length === 0) instance.restricted = true;
    else instance.restrictedWith.push(needs);
  }
}

/** Equality of one protected column with a constant: a look-up of somebody known. */
export function isLookup(walk: Walk, node: Node): boolean {
  const body = bodyOf(node, 'A_Expr');
  if (body?.kind !== 'AEXPR_OP' || strings(body.name).at(-1) !== '=') return false;
  const [left, right] = [body.lexpr, body.rexpr];
  if (left === undefined || right === undefined) return false;
  return (isColumn(walk, left) && isConstant(right)) || (isColumn(walk, right) && isConstant(left));
}

/** A table and what must be restricted for it to be so itself: nothing, or other tables. */
type Narrowing = readonly [TableInstance, readonly TableInstance[]];

function narrowed(walk: Walk, condition: Node): readonly Narrowing[] {
  const bool = bodyOf(condition, 'BoolExpr');
  if (bool?.boolop === 'AND_EXPR') return (bool.args ?? []).flatMap((part) => narrowed(walk, part));
  if (bool?.boolop === 'OR_EXPR') return inEveryArm((bool.args ?? []).map((part) => narrowed(walk, part)));
  if (bool !== null) return [];
  switch (kindOf(condition)) {
    case 'ColumnRef':
      return alone(walk, condition);
    case 'NullTest': {
      const test = bodyOf(condition, 'NullTest');
      return test?.nulltesttype === 'IS_NULL' && test.arg !== undefined ? alone(walk, test.arg) : [];
    }
    case 'BooleanTest': {
      const test = bodyOf(condition, 'BooleanTest');
      const narrow = test?.booltesttype === 'IS_TRUE' || test?.booltesttype === 'IS_FALSE';
      return narrow && test?.arg !== undefined ? alone(walk, test.arg) : [];
    }
    case 'SubLink':
      return bySubLink(walk, bodyOf(condition, 'SubLink') ?? {});
    case 'A_Expr':
      return byComparison(walk, bodyOf(condition, 'A_Expr') ?? {});
    default:
      return [];
  }
}

function alone(walk: Walk, node: Node): readonly Narrowing[] {
  const column = plainColumn(walk, node);
  return column === null ? [] : [[column.instance, []]];
}

/** `x in (select ...)`: as narrow as the sub-select is. */
function bySubLink(walk: Walk, link: Body<'SubLink'>): readonly Narrowing[] {
  if (link.subLinkType !== 'ANY_SUBLINK' || link.testexpr === undefined) return [];
  const operator = strings(link.operName).at(-1);
  const column = plainColumn(walk, link.testexpr);
  if (column === null || (operator !== undefined && operator !== '=')) return [];
  return [[column.instance, walk.reads.get(link) ?? [column.instance]]];
}

function byComparison(walk: Walk, body: Body<'A_Expr'>): readonly Narrowing[] {
  const operator = strings(body.name).at(-1) ?? '';
  if (!narrowing.has(body.kind ?? '') || excluded.has(operator) || body.lexpr === undefined || body.rexpr === undefined)
    return [];
  return [
    ...byOneSide(walk, body.lexpr, body.rexpr, operator),
    ...(body.kind === 'AEXPR_OP' ? byOneSide(walk, body.rexpr, body.lexpr, operator) : []),
  ];
}

const narrowing = new Set<string>([
  'AEXPR_OP',
  'AEXPR_OP_ANY',
  'AEXPR_IN',
  'AEXPR_LIKE',
  'AEXPR_ILIKE',
  'AEXPR_SIMILAR',
  'AEXPR_BETWEEN',
  'AEXPR_BETWEEN_SYM',
  'AEXPR_NOT_DISTINCT',
]);

/** Operators that nearly every row satisfies. */
const excluded = new Set(['<>', '!=', '!~', '!~*', '!~~', '!~~*']);

function byOneSide(walk: Walk, side: Node, other: Node, operator: string): readonly Narrowing[] {
  const column = plainColumn(walk, side);
  if (column === null) return [];
  const met = tablesIn(walk, other);
  if (met === null || met.includes(column.instance)) return [];
  return met.length === 0 || operator === '=' ? [[column.instance, met]] : [];
}

/** Tables met in an expression, or null where one of its columns belongs to none. */
function tablesIn(walk: Walk, node: Node): readonly TableInstance[] | null {
  const met = new Set<TableInstance>();
  let known = true;
  visitTree(node, (kind: Kind, body: object) => {
    if (kind === 'ColumnRef') {
      const origin = walk.origins.get(body);
      if (origin === undefined) known = false;
      else met.add(origin.instance);
    }
    if (kind === 'SubLink') for (const instance of walk.reads.get(body) ?? []) met.add(instance);
    return true;
  });
  return known ? [...met] : null;
}

/** A column by itself, or under a cast, a collation, or a function of nothing else. */
function plainColumn(walk: Walk, node: Node): Origin | null {
  const kind = kindOf(node);
  if (kind === 'ColumnRef') return walk.origins.get(bodyOf(node, 'ColumnRef') ?? {}) ?? null;
  if (kind === 'TypeCast') return throughOne(walk, bodyOf(node, 'TypeCast')?.arg);
  if (kind === 'CollateClause') return throughOne(walk, bodyOf(node, 'CollateClause')?.arg);
  const args = bodyOf(node, 'FuncCall')?.args;
  return args?.length === 1 ? throughOne(walk, args[0]) : null;
}

function throughOne(walk: Walk, node: Node | undefined): Origin | null {
  return node === undefined ? null : plainColumn(walk, node);
}

function inEveryArm(arms: readonly (readonly Narrowing[])[]): readonly Narrowing[] {
  const [first = [], ...rest] = arms;
  return first.flatMap(([instance, needs]): readonly Narrowing[] => {
    const others = rest.map((arm) => arm.find((narrowing) => narrowing[0] === instance));
    if (others.some((other) => other === undefined)) return [];
    return [[instance, [...new Set([...needs, ...others.flatMap((other) => other?.[1] ?? [])])]]];
  });
}

function isColumn(walk: Walk, node: Node): boolean {
  const body = bodyOf(node, 'ColumnRef');
  return body !== null && walk.origins.has(body);
}

function isConstant(node: Node): boolean {
  const cast = bodyOf(node, 'TypeCast');
  if (cast?.arg !== undefined) return isConstant(cast.arg);
  return kindOf(node) === 'A_Const' || kindOf(node) === 'ParamRef';
}
