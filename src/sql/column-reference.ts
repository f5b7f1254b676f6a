import { type Body, kindOf, strings } from './ast.ts';
import { notAnalysable, protectedUse, undefinedName } from './refused.ts';
import { columnOf, type Field, type NamedRows, noteRead } from './scope.ts';
import { shownNames } from './shown-name.ts';
import { clear, derivedFrom, labelsOf, listed, type Value } from './value.ts';
import type { Place, Walk } from './walk.ts';

/** Resolves `a`, `t.a`, `s.t.a`, and the whole rows `t`, `t.*` where an expression stands. */
export function columnReference(walk: Walk, body: Body<'ColumnRef'>, place: Place): Value {
  const fields = body.fields ?? [];
  const last = fields.at(-1);
  const parts = strings(fields);
  if (last !== undefined && kindOf(last) === 'A_Star') return wholeRow(rowsOf(place, parts.slice(0, -1)));
  if (parts.some((part) => part === null)) throw unknownColumn(parts);
  const names = parts as readonly string[];
  const field = findField(place, names);
  const rows = field === null || field.uncertain === true ? namedRows(place, names) : null;
  if (field === null) {
    if (rows === null) throw unknownColumn(names);
    return wholeRow(rows);
  }
  noteRead(field);
  if (field.origin !== null) walk.origins.set(body, field.origin);
  return rows === null ? field.value : derivedFrom([field.value, wholeRow(rows)]);
}

/** Rows that a name by itself would mean: `patients`, `public.patients`. */
function namedRows(place: Place, names: readonly string[]): NamedRows | null {
  if (names.length > 2) return null;
  return place.scope.rows(names.length === 2 ? (names[0] ?? '') : null, names.at(-1) ?? '');
}

/** The rows that a qualifier of one or two parts means. */
export function rowsOf(place: Place, qualifier: readonly (string | null)[]): NamedRows {
  const alias = qualifier.at(-1) ?? null;
  const rows =
    alias === null || qualifier.length > 2
      ? null
      : place.scope.rows(qualifier.length === 2 ? (qualifier[0] ?? null) : null, alias);
  if (rows === null)
    throw notAnalysable(
      `missing FROM-clause entry for table "${shownNames(qualifier)}"`,
      'use the alias that FROM gives to the table',
    );
  return rows;
}

function findField(place: Place, names: readonly string[]): Field | null {
  const [first = '', second = '', third = ''] = names;
  if (names.length === 1) return place.scope.column(first);
  if (names.length === 2) {
    const rows = place.scope.rows(null, first);
    return rows === null ? null : columnOf(rows, second);
  }
  if (names.length !== 3) return null;
  const rows = place.scope.rows(first, second);
  return rows === null ? null : columnOf(rows, third);
}

/** A row as one value cannot be masked: it is refused where it holds anything protected. */
function wholeRow(rows: NamedRows): Value {
  for (const field of rows.fields) noteRead(field);
  const value = derivedFrom([...rows.fields.map((field) => field.value), rows.open ?? clear]);
  if (labelsOf(value).length > 0)
    throw protectedUse(
      `the whole row of "${shownNames([rows.alias])}" is used, and it holds ${listed(value)}`,
      'name the columns that you need',
    );
  return value;
}

function unknownColumn(parts: readonly (string | null)[]) {
  return undefinedName(
    'undefined_column',
    `column "${shownNames(parts)}" is not in the catalogue of this connection`,
    'check the name; a column made a moment ago appears at the next refresh of the catalogue',
  );
}
