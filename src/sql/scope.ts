import type { ProtectedColumn } from './catalogue-index.ts';
import { notAnalysable } from './refused.ts';
import { shownName } from './shown-name.ts';
import type { TableInstance } from './table-instance.ts';
import { clear, derivedFrom, type Value } from './value.ts';

/** A column of a table that a value is, unchanged. */
export interface Origin {
  readonly instance: TableInstance;
  readonly column: string;
}

/** A column of a row source. Name null: it has one, but analysis does not know it. */
export interface Field {
  readonly name: string | null;
  /** The name may also mean something else: it was found only because some row source has columns that are not known. */
  readonly uncertain?: true;
  readonly value: Value;
  readonly origin: Origin | null;
}

/** Columns in order; `open` is set where more follow whose number and names are unknown: the value that each may hold. */
export interface RowShape {
  readonly fields: readonly Field[];
  readonly open: Value | null;
}

/** What a qualified name can mean. */
export interface NamedRows extends RowShape {
  readonly alias: string;
  /** Set for a table without an alias: `public.patients.ssn` finds it. */
  readonly schema: string | null;
  readonly instance: TableInstance | null;
}

/** One item of FROM: `names` for qualified references, its own columns for unqualified ones and `*`. */
export interface FromItem extends RowShape {
  readonly names: readonly NamedRows[];
  /** Tables whose rows come through one by one: what a LIMIT around them bounds. */
  readonly instances: readonly TableInstance[];
  /** Protected columns that shape which rows there are. */
  readonly influence: ReadonlySet<ProtectedColumn>;
}

/** A WITH query; `unready` hides tables of its name before its own turn. */
export type Cte =
  | { readonly kind: 'rows'; readonly shape: RowShape; readonly influence: ReadonlySet<ProtectedColumn> }
  | { readonly kind: 'unready' };

/** Names visible at one place of a statement, innermost first. */
export class Scope {
  readonly parent: Scope | null;
  readonly items: FromItem[] = [];
  readonly #ctes = new Map<string, Cte>();

  constructor(parent: Scope | null, items: readonly FromItem[] = []) {
    this.parent = parent;
    this.items.push(...items);
  }

  /** What a sub-select in FROM sees without LATERAL: the CTEs of this level, but none of its items. */
  withoutItems(): Scope {
    const bare = new Scope(this.parent);
    for (const [name, cte] of this.#ctes) bare.define(name, cte);
    return bare;
  }

  define(name: string, cte: Cte): void {
    this.#ctes.set(name, cte);
  }

  defines(name: string): boolean {
    return this.#ctes.has(name);
  }

  cte(name: string): Cte | null {
    return this.#ctes.get(name) ?? this.parent?.cte(name) ?? null;
  }

  /** PostgreSQL's order: the innermost level that knows the name. Null where none does. */
  column(name: string): Field | null {
    const possible: Value[] = [];
    for (let scope: Scope | null = this; scope !== null; scope = scope.parent) {
      const found = scope.items.flatMap((item) => item.fields.filter((field) => field.name === name));
      if (found.length === 0) found.push(...scope.#systemColumns(name));
      const [field] = found;
      if (found.length > 1) throw ambiguous(`column "${shownName(name)}"`);
      if (field !== undefined) return possible.length === 0 ? field : computed(name, [...possible, field.value]);
      for (const item of scope.items) possible.push(...unnamed(item));
    }
    return possible.length === 0 ? null : { ...computed(name, possible), uncertain: true };
  }

  /** The relation a qualifier means, or null. */
  rows(schema: string | null, alias: string): NamedRows | null {
    for (let scope: Scope | null = this; scope !== null; scope = scope.parent) {
      const found = scope.items
        .flatMap((item) => item.names)
        .filter((rows) => rows.alias === alias && (schema === null || rows.schema === schema));
      if (found.length > 1) throw ambiguous(`table name "${shownName(alias)}"`);
      if (found[0] !== undefined) return found[0];
    }
    return null;
  }

  #systemColumns(name: string): readonly Field[] {
    if (!systemColumns.has(name)) return [];
    // RETURNING names one table three times: as itself, OLD and NEW.
    const tables = new Set(this.items.flatMap((item) => item.names).map((rows) => rows.instance));
    tables.delete(null);
    return [...tables].map(() => ({ name, value: clear, origin: null }));
  }
}

/** A column of one relation, or null. */
export function columnOf(rows: NamedRows, name: string): Field | null {
  const found = rows.fields.filter((field) => field.name === name);
  if (found.length > 1) throw ambiguous(`column "${shownName(name)}"`);
  if (found[0] !== undefined) return found[0];
  if (rows.instance !== null && systemColumns.has(name)) return { name, value: clear, origin: null };
  const possible = unnamed(rows);
  return possible.length === 0 ? null : computed(name, possible);
}

export function noteRead(field: Field): void {
  if (field.origin !== null) field.origin.instance.read.add(field.origin.column);
}

function unnamed(shape: RowShape): readonly Value[] {
  const values = shape.fields.filter((field) => field.name === null).map((field) => field.value);
  return shape.open === null ? values : [...values, shape.open];
}

function computed(name: string, values: readonly Value[]): Field {
  return { name, value: derivedFrom(values), origin: null };
}

function ambiguous(what: string) {
  return notAnalysable(`${what} is ambiguous`, 'qualify it with the name or alias of its table');
}

const systemColumns = new Set(['ctid', 'xmin', 'xmax', 'cmin', 'cmax', 'tableoid']);
