import { type Body, strings } from './ast.ts';
import { impliedEquality } from './operator-name.ts';
import { notAnalysable } from './refused.ts';
import { conjuncts, restrict } from './restriction.ts';
import { aliased } from './row-shapes.ts';
import { type Field, type FromItem, noteRead, Scope } from './scope.ts';
import { shownName } from './shown-name.ts';
import { clear, derivedFrom, either, labelsOf, type Value } from './value.ts';
import { control, Level, type Walk } from './walk.ts';

/** A join: both sides, its condition, and the columns that USING and NATURAL merge. */
export function joined(walk: Walk, join: Body<'JoinExpr'>, scope: Scope): FromItem {
  if (join.larg === undefined || join.rarg === undefined) throw notAnalysable('a join without two sides', 'name both');
  const left = walk.fromItem(join.larg, scope);
  const beside = scope.withoutItems();
  beside.items.push(...scope.items, left);
  const right = walk.fromItem(join.rarg, beside);
  const level = new Level();
  const merged = mergedColumns(walk, join, left, right, level);
  if (join.quals !== undefined) condition(walk, join, join.quals, scope, left, right, level);
  const item = combine(left, right, merged, level);
  const names = [...item.names];
  const shape = { fields: item.fields, open: item.open };
  if (join.join_using_alias?.aliasname !== undefined)
    names.push({ fields: merged, open: null, alias: join.join_using_alias.aliasname, schema: null, instance: null });
  if (join.alias?.aliasname === undefined) return { ...item, names };
  const named = aliased(shape, join.alias);
  return { ...item, ...named, names: [{ ...named, alias: join.alias.aliasname, schema: null, instance: null }] };
}

function combine(left: FromItem, right: FromItem, merged: readonly Field[], level: Level): FromItem {
  const names = new Set(merged.map((field) => field.name));
  const rest = [...left.fields, ...right.fields].filter((field) => field.name === null || !names.has(field.name));
  const open =
    left.open === null && right.open === null ? null : derivedFrom([left.open ?? clear, right.open ?? clear]);
  return {
    fields: [...merged, ...rest],
    open,
    names: [...left.names, ...right.names],
    instances: [...left.instances, ...right.instances],
    influence: new Set([...left.influence, ...right.influence, ...level.influence]),
  };
}

/** ON sees the two sides and what is around the query, but no other item of FROM. */
function condition(
  walk: Walk,
  join: Body<'JoinExpr'>,
  quals: NonNullable<Body<'JoinExpr'>['quals']>,
  scope: Scope,
  left: FromItem,
  right: FromItem,
  level: Level,
): void {
  const own = scope.withoutItems();
  own.items.push(left, right);
  for (const part of conjuncts(quals))
    control(walk, level, walk.value(part, { scope: own, level, output: false }), 'join');
  restrict(walk, quals, restrictable(join, left, right));
}

/** An outer join keeps the rows of its outer side whatever the condition says. */
function restrictable(join: Body<'JoinExpr'>, left: FromItem, right: FromItem) {
  const kind = join.jointype ?? 'JOIN_INNER';
  return new Set([
    ...(kind === 'JOIN_INNER' || kind === 'JOIN_RIGHT' ? left.instances : []),
    ...(kind === 'JOIN_INNER' || kind === 'JOIN_LEFT' ? right.instances : []),
  ]);
}

function mergedColumns(
  walk: Walk,
  join: Body<'JoinExpr'>,
  left: FromItem,
  right: FromItem,
  level: Level,
): readonly Field[] {
  const names = join.isNatural === true ? commonNames(left, right) : strings(join.usingClause);
  if (names.length > 0) impliedEquality(walk);
  return names.map((name) => {
    const sides = [sideColumn(left, name), sideColumn(right, name)] as const;
    for (const side of sides) noteRead(side);
    const value =
      join.jointype === 'JOIN_FULL'
        ? derivedFrom(sides.map((side) => side.value))
        : either(sides[0].value, sides[1].value);
    control(walk, level, derivedFrom([value]), 'join');
    relate(join, left, right, sides);
    const outer = join.jointype === 'JOIN_RIGHT' ? sides[1] : sides[0];
    return { name, value, origin: join.jointype === 'JOIN_FULL' ? null : outer.origin };
  });
}

/** The merged column is an equality of both sides. */
function relate(join: Body<'JoinExpr'>, left: FromItem, right: FromItem, sides: readonly [Field, Field]): void {
  const able = restrictable(join, left, right);
  const [a, b] = [sides[0].origin?.instance, sides[1].origin?.instance];
  if (a === undefined || b === undefined || a === b) return;
  if (able.has(a)) a.restrictedWith.push([b]);
  if (able.has(b)) b.restrictedWith.push([a]);
}

function sideColumn(side: FromItem, name: string | null): Field {
  const field = name === null ? null : new Scope(null, [side]).column(name);
  if (field === null)
    throw notAnalysable(`column "${shownName(name)}" of USING is not in both tables`, 'name a column that both have');
  return field;
}

function commonNames(left: FromItem, right: FromItem): readonly string[] {
  const openValues: Value[] = [left.open, right.open].filter((value) => value !== null);
  const unnamed = [...left.fields, ...right.fields].some((field) => field.name === null);
  if (openValues.length > 0 || unnamed) {
    const all = derivedFrom([...left.fields, ...right.fields].map((field) => field.value));
    if (labelsOf(all).length > 0 || unnamed)
      throw notAnalysable('NATURAL JOIN over columns that are not known', 'write JOIN ... USING');
  }
  const names = new Set(right.fields.map((field) => field.name));
  return left.fields.flatMap((field) => (field.name !== null && names.has(field.name) ? [field.name] : []));
}
