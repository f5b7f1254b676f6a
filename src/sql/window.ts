import { type Body, bodyOf } from './ast.ts';
import { clear, derivedFrom, type Value } from './value.ts';
import { control, type Place, type Walk } from './walk.ts';

/** What partition and order of a window tell: ranks reveal them, so they belong to the value of the call. */
export function windowValue(walk: Walk, window: Body<'WindowDef'>, place: Place): Value {
  place.level.combines = true;
  const values: Value[] = [];
  for (const name of [window.name, window.refname])
    if (name !== undefined) values.push(place.level.windows.get(name) ?? clear);
  const inside: Place = { ...place, output: false };
  for (const node of window.partitionClause ?? []) {
    const value = walk.value(node, inside);
    control(walk, place.level, value, 'group');
    values.push(value);
  }
  for (const sort of window.orderClause ?? []) {
    const node = bodyOf(sort, 'SortBy')?.node;
    if (node === undefined) continue;
    const value = walk.value(node, inside);
    control(walk, place.level, value, 'order');
    values.push(value);
  }
  for (const node of [window.startOffset, window.endOffset]) {
    if (node === undefined) continue;
    const value = walk.value(node, inside);
    control(walk, place.level, value, 'limit');
    values.push(value);
  }
  return derivedFrom(values);
}
