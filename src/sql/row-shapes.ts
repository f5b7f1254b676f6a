import { type Body, strings } from './ast.ts';
import { notAnalysable } from './refused.ts';
import type { Field, FromItem, NamedRows, RowShape } from './scope.ts';
import { derivedFrom, type Value } from './value.ts';

/** A row source whose columns are all known. */
export function closed(fields: readonly Field[]): RowShape {
  return { fields, open: null };
}

/** Column aliases `t(a, b)`: they name the first columns, the rest keep their names. */
export function aliased(shape: RowShape, alias: Body<'Alias'> | undefined): RowShape {
  return renamed(shape, strings(alias?.colnames));
}

export function renamed(shape: RowShape, names: readonly (string | null)[]): RowShape {
  if (names.length === 0) return shape;
  if (shape.open !== null) return renamedOpen(shape, shape.open, names);
  if (names.length > shape.fields.length)
    throw notAnalysable('a column alias list names more columns than there are', 'name as many as there are');
  return closed(shape.fields.map((field, at) => ({ ...field, name: names[at] ?? field.name })));
}

/** Where the known columns stand among the unknown ones is not known either: every name may mean any of them. */
function renamedOpen(shape: RowShape, open: Value, names: readonly (string | null)[]): RowShape {
  const any = derivedFrom([...shape.fields.map((field) => field.value), open]);
  return { fields: names.map((name) => ({ name, value: any, origin: null })), open: any };
}

/** A FROM item with one name, or none. */
export function itemOf(shape: RowShape, alias: string | null): FromItem {
  const rows: NamedRows | null = alias === null ? null : { ...shape, alias, schema: null, instance: null };
  return { ...shape, names: rows === null ? [] : [rows], instances: [], influence: new Set() };
}
