import { type Body, bodyOf, kindOf, listItems, type Node } from './ast.ts';
import { rowsOf } from './column-reference.ts';
import { limit, type Rows } from './limit-clause.ts';
import { orderAndGroup } from './order-and-group.ts';
import { outputName } from './output-name.ts';
import { notAnalysable, notSupported } from './refused.ts';
import { conjuncts, isLookup, restrict } from './restriction.ts';
import { closed } from './row-shapes.ts';
import { type Field, type FromItem, noteRead, type RowShape, Scope } from './scope.ts';
import { setOperation } from './set-operation.ts';
import type { TableInstance } from './table-instance.ts';
import { clear, derivedFrom, type Value } from './value.ts';
import { control, Level, type Place, type QueryRows, type Walk } from './walk.ts';
import { windowValue } from './window.ts';
import { defineCtes } from './with-clause.ts';

/** Analyses SELECT, VALUES, TABLE and set operations; `outer` is what a sub-query sees around it. */
export function selectRows(walk: Walk, select: Body<'SelectStmt'>, outer: Scope | null): QueryRows {
  if (select.intoClause !== undefined) throw notSupported('SELECT INTO is not carried here', 'read the rows instead');
  const scope = new Scope(outer);
  defineCtes(walk, select.withClause, scope);
  const rows =
    select.op !== undefined && select.op !== 'SETOP_NONE'
      ? setOperation(walk, select, scope)
      : select.valuesLists !== undefined
        ? valuesRows(walk, select, scope)
        : plainRows(walk, select, scope);
  lockRows(select, rows.seen);
  return rows;
}

function plainRows(walk: Walk, select: Body<'SelectStmt'>, scope: Scope): Rows {
  const level = new Level();
  for (const node of select.fromClause ?? []) scope.items.push(walk.fromItem(node, scope));
  for (const item of scope.items) for (const column of item.influence) level.influence.add(column);
  const place: Place = { scope, level, output: false };
  where(walk, select.whereClause, place, new Set(scope.items.flatMap((item) => item.instances)));
  for (const node of select.windowClause ?? []) {
    const window = bodyOf(node, 'WindowDef');
    if (window?.name !== undefined) level.windows.set(window.name, windowValue(walk, { ...window, name: '' }, place));
  }
  const shape = selectList(walk, select.targetList ?? [], place);
  if (select.groupClause !== undefined || select.havingClause !== undefined) level.combines = true;
  if (select.havingClause !== undefined) control(walk, level, walk.value(select.havingClause, place), 'where');
  orderAndGroup(walk, select, shape, place);
  const instances = level.combines ? [] : scope.items.flatMap((item) => item.instances);
  limit(walk, select, place, instances);
  return { ...shape, instances, influence: level.influence, seen: namedInstances(scope.items) };
}

export function where(walk: Walk, condition: Node | undefined, place: Place, able: ReadonlySet<TableInstance>): void {
  if (condition === undefined) return;
  for (const part of conjuncts(condition))
    control(walk, place.level, walk.value(part, place), 'where', isLookup(walk, part));
  restrict(walk, condition, able);
}

/** Select lists and RETURNING: columns in order, with `*` spread out. */
export function selectList(walk: Walk, targets: readonly Node[], place: Place): RowShape {
  const fields: Field[] = [];
  const open: Value[] = [];
  for (const node of targets) {
    const target = bodyOf(node, 'ResTarget');
    const star = target?.val === undefined ? null : starShape(target.val, place);
    if (target?.val === undefined) throw notAnalysable('a select list entry without a value', 'write an expression');
    if (star !== null) {
      walk.budget.spend(star.fields.length);
      for (const field of star.fields) noteRead(field);
      // Not spread into the call: a wide row would run out of stack.
      for (const field of star.fields) fields.push(field);
      if (star.open !== null) open.push(star.open);
    } else fields.push(...listed(walk, target, target.val, place, open));
  }
  return { fields, open: open.length === 0 ? null : derivedFrom(open) };
}

function listed(
  walk: Walk,
  target: Body<'ResTarget'>,
  expression: Node,
  place: Place,
  open: Value[],
): readonly Field[] {
  const value = walk.value(expression, { ...place, output: true });
  if (value.kind === 'derived') walk.record.compute(value.columns);
  const last = bodyOf(expression, 'A_Indirection')?.indirection?.at(-1);
  if (last !== undefined && kindOf(last) === 'A_Star') {
    open.push(value);
    return [];
  }
  const reference = bodyOf(expression, 'ColumnRef');
  const origin = reference === null ? null : (walk.origins.get(reference) ?? null);
  return [{ name: outputName(target), value, origin }];
}

function starShape(expression: Node, place: Place): RowShape | null {
  const fields = bodyOf(expression, 'ColumnRef')?.fields;
  const last = fields?.at(-1);
  if (fields === undefined || last === undefined || kindOf(last) !== 'A_Star') return null;
  if (fields.length > 1)
    return rowsOf(
      place,
      fields.slice(0, -1).map((field) => bodyOf(field, 'String')?.sval ?? null),
    );
  const opens = place.scope.items.flatMap((item) => (item.open === null ? [] : [item.open]));
  return {
    fields: place.scope.items.flatMap((item) => item.fields),
    open: opens.length === 0 ? null : derivedFrom(opens),
  };
}

function valuesRows(walk: Walk, select: Body<'SelectStmt'>, scope: Scope): Rows {
  const level = new Level();
  const place: Place = { scope, level, output: true };
  const rows = (select.valuesLists ?? []).map((row) => listItems(row).map((node) => walk.value(node, place)));
  for (const value of rows.flat()) if (value.kind === 'derived') walk.record.compute(value.columns);
  const columns = (rows[0] ?? []).map((_, at) => rows.map((row) => row[at] ?? clear));
  const shape = closed(
    columns.map((values, at) => ({ name: `column${at + 1}`, value: derivedFrom(values), origin: null })),
  );
  orderAndGroup(walk, select, shape, { ...place, output: false });
  limit(walk, select, { ...place, output: false }, []);
  return { ...shape, instances: [], influence: level.influence, seen: new Map() };
}

function lockRows(select: Body<'SelectStmt'>, seen: ReadonlyMap<string, TableInstance>): void {
  for (const node of select.lockingClause ?? []) {
    const names = bodyOf(node, 'LockingClause')?.lockedRels?.map((range) => bodyOf(range, 'RangeVar')?.relname ?? '');
    for (const [name, instance] of seen) if (names === undefined || names.includes(name)) instance.locked = true;
  }
}

/** Rows of sub-selects are locked too where no table is named. */
function namedInstances(items: readonly FromItem[]): ReadonlyMap<string, TableInstance> {
  const named = new Map<string, TableInstance>();
  for (const item of items) {
    for (const [at, instance] of item.instances.entries()) named.set(`${instance.relation.name} ${at}`, instance);
    for (const rows of item.names) if (rows.instance !== null) named.set(rows.alias, rows.instance);
  }
  return named;
}
