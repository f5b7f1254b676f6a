import type { ColumnName, RelationName } from './facts.ts';

/**
 * What Sluice knows of a target database at one moment. Plain data: it crosses to worker threads as it is. Names are as
 * PostgreSQL stores them (folded, unquoted).
 */
export interface CatalogueSnapshot {
  /** Changes when anything in the snapshot does; stated in ledger entries. */
  readonly version: string;
  /** `server_version_num`: 180004 is 18.4. */
  readonly serverVersion: number;
  /** Schemas that an unqualified name is looked up in for a session that sets nothing, `pg_catalog` aside. */
  readonly defaultPath: readonly string[];
  /** Everything outside `pg_catalog`, `information_schema` and `pg_toast`. */
  readonly relations: readonly Relation[];
  /** Routines outside `pg_catalog` and `information_schema`: a built-in name may not be what it seems where one of these shadows it. */
  readonly routines: readonly Routine[];
  /** Names of operators outside `pg_catalog`. */
  readonly operators: readonly string[];
  /** Types outside `pg_catalog` that can be named in a cast, without those that relations imply. */
  readonly types: readonly NamedType[];
}

export interface Relation extends RelationName {
  readonly oid: number;
  readonly kind: 'table' | 'partitioned' | 'view' | 'materialised' | 'foreign' | 'sequence' | 'composite' | 'other';
  readonly columns: readonly CatalogueColumn[];
  /** OIDs of the relations this one inherits from or is a partition of. */
  readonly parents: readonly number[];
}

export interface CatalogueColumn {
  readonly name: string;
  /** `attnum`: what RowDescription states as origin. Dropped columns are left out; numbers keep their gaps. */
  readonly number: number;
  readonly typeOid: number;
  /** Null: not protected. Closed over inheritance and partitions in both directions. */
  readonly class: string | null;
}

export interface Routine {
  readonly schema: string;
  readonly name: string;
  /** Types of its arguments as `format_type` prints them: `f(int4)` is `['integer']`. */
  readonly arguments: readonly string[];
}

export interface NamedType {
  readonly schema: string;
  readonly name: string;
  readonly kind: 'enum' | 'domain' | 'range' | 'composite' | 'base' | 'other';
}

/** True when any column of the snapshot is protected: then every error is rebuilt and every result checked. */
export function protectsAnything(snapshot: CatalogueSnapshot): boolean {
  return snapshot.relations.some((relation) => relation.columns.some((column) => column.class !== null));
}

/** `public.patients.ssn`, for people to read. */
export function columnLabel(column: ColumnName): string {
  return `${column.schema}.${column.name}.${column.column}`;
}
