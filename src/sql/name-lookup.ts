import type { Relation } from '../core/catalogue.ts';
import type { Body } from './ast.ts';
import type { CatalogueIndex } from './catalogue-index.ts';
import { ownSchema } from './own-objects.ts';
import { notAnalysable, notSupported, Refused, undefinedName } from './refused.ts';
import { isReviewedCatalogue } from './reviewed-catalogue.ts';
import { shownName } from './shown-name.ts';

/** What a relation name means. */
export type Named =
  | { readonly kind: 'relation'; readonly relation: Relation }
  /** In `pg_catalog` or `information_schema`; its columns are not in the snapshot. */
  | { readonly kind: 'system'; readonly schema: string; readonly name: string; readonly reviewed: boolean };

/** Finds relations as PostgreSQL would under one search path; what it cannot decide it refuses. */
export class NameLookup {
  readonly #catalogue: CatalogueIndex;
  readonly #path: readonly string[] | 'unknown';

  constructor(catalogue: CatalogueIndex, path: readonly string[] | 'unknown') {
    this.#catalogue = catalogue;
    this.#path = path;
  }

  relation(range: Body<'RangeVar'>): Named {
    const own = this.own(range);
    if (own !== null) return { kind: 'relation', relation: own };
    const name = range.relname ?? '';
    const schema = range.schemaname ?? null;
    return schema === null ? this.#unqualified(name) : this.#qualified(schema, name);
  }

  /** A relation that a command names, or null where the catalogue does not have it: it may be gone, or not be there yet. */
  existing(range: Body<'RangeVar'>): { readonly schema: string; readonly name: string } | null {
    const name = range.relname ?? '';
    const own = this.own(range);
    if (own !== null) return own;
    if (range.schemaname !== undefined) return { schema: range.schemaname, name };
    if (this.#path === 'unknown') throw unknownPath(name);
    if (!this.#path.some((schema) => this.#catalogue.relation(schema, name) !== null) && !name.startsWith('pg_'))
      return null;
    const named = this.relation(range);
    return named.kind === 'system' ? named : named.relation;
  }

  /**
   * A table of the session itself, or null where the name means none. PostgreSQL looks there first; a name that would mean
   * another table without it is refused, so that a table which is gone by then never turns into that one.
   */
  own(range: Body<'RangeVar'>): Relation | null {
    const name = range.relname ?? '';
    const { own } = this.#catalogue;
    if (range.schemaname !== undefined && range.schemaname !== ownSchema) return null;
    const known = own.tables.get(name);
    if (known === undefined) {
      if (range.schemaname === undefined) return null;
      throw unknownRelation(`${ownSchema}.${shownName(name)}`);
    }
    this.refuseShadow(range);
    const relation = this.#catalogue.relation(ownSchema, name);
    if (known === 'lost' || relation === null)
      throw notAnalysable(
        `what the temporary table "${shownName(name)}" is by now is not known`,
        'drop it as pg_temp.name and make it anew, outside of a failed transaction',
      );
    return relation;
  }

  /** True for what `pg_temp` holds, or may hold, under this name. */
  isOwn(range: Body<'RangeVar'>): boolean {
    if (range.schemaname === ownSchema) return true;
    return range.schemaname === undefined && this.#catalogue.own.tables.has(range.relname ?? '');
  }

  refuseShadow(range: Body<'RangeVar'>): void {
    const name = range.relname ?? '';
    if (range.schemaname !== undefined) return;
    if (this.#path === 'unknown') throw unknownPath(name);
    let shadowed = this.#path.some((schema) => schema.startsWith('pg_'));
    try {
      this.#unqualified(name);
      shadowed = true;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      shadowed ||= error.denial.code !== 'undefined_relation';
    }
    if (shadowed)
      throw notAnalysable(
        `"${shownName(name)}" could be the temporary table or another one on the search_path`,
        'qualify it: pg_temp.name is the temporary table',
      );
  }

  /** Schema in which a new relation of that name is made. */
  creationSchema(range: Body<'RangeVar'>): string {
    if (range.relpersistence === 't') return 'pg_temp';
    if (range.schemaname !== undefined) return range.schemaname;
    if (this.#path === 'unknown') throw unknownPath(range.relname ?? '');
    if (this.#path.some((schema) => schema.startsWith('pg_temp'))) throw unknownPath(range.relname ?? '');
    const [first, ...others] = this.#path.filter((schema) => !implicit(schema));
    // PostgreSQL skips schemas that do not exist, and which one "$user" is only the target knows.
    const certain = first !== undefined && first !== '$user' && (others.length === 0 || this.#catalogue.holds(first));
    if (!certain) throw unknownPlace(range.relname ?? '');
    return first;
  }

  #qualified(schema: string, name: string): Named {
    if (schema === 'pg_catalog' || schema === 'information_schema') return system(schema, name);
    if (schema.startsWith('pg_'))
      throw notSupported(`relations in schema "${shownName(schema)}" are not carried`, 'use an ordinary table');
    const relation = this.#catalogue.relation(schema, name);
    if (relation === null) throw unknownRelation(`${shownName(schema)}.${shownName(name)}`);
    return { kind: 'relation', relation };
  }

  #unqualified(name: string): Named {
    if (this.#path === 'unknown') throw unknownPath(name);
    const path = this.#path.includes('pg_catalog') ? this.#path : ['pg_catalog', ...this.#path];
    for (const schema of path) {
      const found = schema === '$user' ? this.#ofUser(name) : this.#in(schema, name);
      if (found !== null) return found;
    }
    throw unknownRelation(shownName(name));
  }

  #in(schema: string, name: string): Named | null {
    if (schema === 'information_schema') return isReviewedCatalogue(schema, name) ? system(schema, name) : null;
    if (schema === 'pg_catalog') return this.#inSystemCatalogue(name);
    const relation = this.#catalogue.relation(schema, name);
    return relation === null ? null : { kind: 'relation', relation };
  }

  /** Every relation of `pg_catalog` starts with `pg_`. Which there are depends on the server: a namesake elsewhere is undecidable. */
  #inSystemCatalogue(name: string): Named | null {
    if (!name.startsWith('pg_')) return null;
    if (isReviewedCatalogue('pg_catalog', name)) return system('pg_catalog', name);
    if (this.#catalogue.relationsNamed(name).length > 0)
      throw notAnalysable(`relation "${shownName(name)}" could be one of pg_catalog`, 'qualify it with its schema');
    return system('pg_catalog', name);
  }

  /** The schema named like the target's user is not known by name: safe only where no schema outside the path has the name. */
  #ofUser(name: string): null {
    const elsewhere = this.#catalogue.relationsNamed(name).some(({ schema }) => !this.#path.includes(schema));
    if (elsewhere)
      throw notAnalysable(
        `relation "${shownName(name)}" could be one of the schema "$user"`,
        'qualify it with its schema',
      );
    return null;
  }
}

function system(schema: string, name: string): Named {
  return { kind: 'system', schema, name, reviewed: isReviewedCatalogue(schema, name) };
}

function implicit(schema: string): boolean {
  return schema.startsWith('pg_') || schema === 'information_schema';
}

function unknownPlace(name: string) {
  return notAnalysable(
    `in which schema of the search_path "${shownName(name)}" would be made is not known`,
    'write it with its schema',
  );
}

function unknownPath(name: string) {
  return notAnalysable(
    `relation "${shownName(name)}" is not qualified, and the search_path of the session is not known`,
    'qualify names with their schema, or SET search_path',
  );
}

function unknownRelation(name: string) {
  return undefinedName(
    'undefined_relation',
    `relation "${name}" is not in the catalogue of this connection`,
    'check the name and its schema; what was made in a transaction that is still open appears once it is committed',
  );
}
