import { type Body, bodyOf, type Node, strings } from './ast.ts';
import { type RowShape, Scope } from './scope.ts';
import { derivedFrom, type Value } from './value.ts';
import { control, type Place, type Walk } from './walk.ts';

/** ORDER BY, GROUP BY and DISTINCT of one level, whose select list is already known. */
export function orderAndGroup(walk: Walk, select: Body<'SelectStmt'>, shape: RowShape, place: Place): void {
  for (const node of select.groupClause ?? []) group(walk, node, shape, place);
  for (const node of select.sortClause ?? []) {
    const by = bodyOf(node, 'SortBy')?.node;
    if (by !== undefined) control(walk, place.level, sorted(walk, by, shape, place), 'order');
  }
  if (select.distinctClause === undefined) return;
  const on = select.distinctClause.filter((node) => Object.keys(node).length > 0);
  const values = on.length === 0 ? allOf(shape) : on.map((node) => sorted(walk, node, shape, place));
  control(walk, place.level, derivedFrom(values), 'group');
}

/** ORDER BY of a set operation sees its columns only. */
export function orderOutputs(walk: Walk, select: Body<'SelectStmt'>, shape: RowShape, place: Place): void {
  const outputs = new Scope(null, [{ ...shape, names: [], instances: [], influence: new Set() }]);
  for (const node of select.sortClause ?? []) {
    const by = bodyOf(node, 'SortBy')?.node;
    if (by !== undefined) control(walk, place.level, sorted(walk, by, shape, { ...place, scope: outputs }), 'order');
  }
}

/** A bare name means an output column first, a number its position, anything else an expression over the input. */
function sorted(walk: Walk, node: Node, shape: RowShape, place: Place): Value {
  const name = plainName(node);
  const named = shape.fields.filter((field) => name !== null && field.name === name).map((field) => field.value);
  if (named.length > 0) return derivedFrom(named);
  return positioned(walk, node, shape) ?? walk.value(node, place);
}

/** A bare name means an input column first; where it could be either, both count. */
function group(walk: Walk, node: Node, shape: RowShape, place: Place): void {
  const set = bodyOf(node, 'GroupingSet');
  if (set !== null) {
    for (const inner of set.content ?? []) group(walk, inner, shape, place);
    return;
  }
  const row = bodyOf(node, 'RowExpr');
  if (row !== null) {
    for (const inner of row.args ?? []) group(walk, inner, shape, place);
    return;
  }
  const name = plainName(node);
  const named = shape.fields.filter((field) => name !== null && field.name === name).map((field) => field.value);
  const isInput = name !== null && place.scope.items.some((item) => item.fields.some((field) => field.name === name));
  const value =
    named.length > 0 && !isInput ? derivedFrom(named) : (positioned(walk, node, shape) ?? walk.value(node, place));
  control(walk, place.level, derivedFrom([value, ...named]), 'group');
}

function positioned(walk: Walk, node: Node, shape: RowShape): Value | null {
  const constant = bodyOf(node, 'A_Const') as { readonly kind?: string } | null;
  if (constant?.kind !== 'number') return null;
  const position = Number(walk.literals.valueOf(constant));
  if (shape.open !== null) return derivedFrom(allOf(shape));
  const field = shape.fields[position - 1];
  return field === undefined ? null : field.value;
}

function plainName(node: Node): string | null {
  const parts = strings(bodyOf(node, 'ColumnRef')?.fields);
  return parts.length === 1 ? (parts[0] ?? null) : null;
}

function allOf(shape: RowShape): readonly Value[] {
  const values = shape.fields.map((field) => field.value);
  return shape.open === null ? values : [...values, shape.open];
}
