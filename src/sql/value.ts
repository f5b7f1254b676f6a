import type { OutputColumn } from '../core/facts.ts';
import type { ProtectedColumn } from './catalogue-index.ts';

/** Which protected columns a value may tell something about. */
export type Value =
  | { readonly kind: 'clear' }
  /** One protected column as it is. */
  | { readonly kind: 'bare'; readonly column: ProtectedColumn }
  | { readonly kind: 'derived'; readonly columns: readonly ProtectedColumn[] };

export const clear: Value = Object.freeze({ kind: 'clear' });

export function bare(column: ProtectedColumn): Value {
  return { kind: 'bare', column };
}

export function labelsOf(value: Value): readonly ProtectedColumn[] {
  if (value.kind === 'clear') return [];
  return value.kind === 'bare' ? [value.column] : value.columns;
}

/** A value computed from others: never bare. */
export function derivedFrom(values: Iterable<Value>): Value {
  const columns = new Set<ProtectedColumn>();
  for (const value of values) for (const column of labelsOf(value)) columns.add(column);
  return fromColumns(columns);
}

export function fromColumns(columns: ReadonlySet<ProtectedColumn>): Value {
  return columns.size === 0 ? clear : { kind: 'derived', columns: [...columns] };
}

/** A value that is one or the other: stays bare where both are the same column. */
export function either(first: Value, second: Value): Value {
  if (first.kind === 'bare' && second.kind === 'bare' && first.column === second.column) return first;
  return derivedFrom([first, second]);
}

export function sameValue(first: Value, second: Value): boolean {
  if (first.kind !== second.kind) return false;
  const columns = new Set(labelsOf(first));
  return columns.size === labelsOf(second).length && labelsOf(second).every((column) => columns.has(column));
}

export function outputOf(value: Value): OutputColumn {
  if (value.kind === 'clear') return value;
  if (value.kind === 'derived')
    return { kind: 'derived', columns: value.columns.map((column) => ({ ...nameOf(column), class: column.class })) };
  return { kind: 'bare', column: nameOf(value.column), class: value.column.class };
}

/** `public.patients.ssn, public.patients.mrn`, for a sentence. */
export function listed(value: Value): string {
  return labelsOf(value)
    .map((column) => `${column.schema}.${column.name}.${column.column}`)
    .join(', ');
}

function nameOf({ schema, name, column }: ProtectedColumn) {
  return { schema, name, column };
}
