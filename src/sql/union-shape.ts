import { notAnalysable } from './refused.ts';
import type { RowShape } from './scope.ts';
import { clear, derivedFrom, either } from './value.ts';

/** Columns of two row sources put under each other. Names come from the left side. */
export function unionShape(left: RowShape, right: RowShape): RowShape {
  if (left.open !== null || right.open !== null) {
    const all = [left, right].flatMap((side) => [...side.fields.map((field) => field.value), side.open ?? clear]);
    return { fields: [], open: derivedFrom(all) };
  }
  if (left.fields.length !== right.fields.length)
    throw notAnalysable('the sides of a set operation have different numbers of columns', 'select the same number');
  const fields = left.fields.map((field, at) => ({
    name: field.name,
    value: either(field.value, right.fields[at]?.value ?? clear),
    origin: null,
  }));
  return { fields, open: null };
}
