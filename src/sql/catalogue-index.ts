import type { CatalogueColumn, CatalogueSnapshot, NamedType, Relation, Routine } from '../core/catalogue.ts';
import type { ColumnName } from '../core/facts.ts';

/** A protected column; one object per column of the snapshot, so that identity is equality. */
export interface ProtectedColumn extends ColumnName {
  readonly class: string;
}

/** A snapshot with what analysis looks up in it. Build once per snapshot: caches of facts hang on its identity. */
export class CatalogueIndex {
  readonly snapshot: CatalogueSnapshot;
  /** Any column at all is protected. */
  readonly protects: boolean;
  readonly #bySchema = new Map<string, Map<string, Relation>>();
  readonly #byOid = new Map<number, Relation>();
  readonly #protected = new Map<Relation, ReadonlyMap<string, ProtectedColumn>>();
  readonly #routines = new Map<string, Routine[]>();
  readonly #operators: ReadonlySet<string>;
  readonly #types = new Map<string, NamedType[]>();

  constructor(snapshot: CatalogueSnapshot) {
    this.snapshot = snapshot;
    for (const relation of snapshot.relations) {
      entry(this.#bySchema, relation.schema, () => new Map<string, Relation>()).set(relation.name, relation);
      this.#byOid.set(relation.oid, relation);
      const columns = protectedColumns(relation);
      if (columns.size > 0) this.#protected.set(relation, columns);
    }
    this.protects = this.#protected.size > 0;
    for (const routine of snapshot.routines) entry(this.#routines, routine.name, () => []).push(routine);
    for (const type of snapshot.types) entry(this.#types, type.name, () => []).push(type);
    this.#operators = new Set(snapshot.operators);
  }

  relation(schema: string, name: string): Relation | null {
    return this.#bySchema.get(schema)?.get(name) ?? null;
  }

  /** Every relation of that name, whatever its schema. */
  relationsNamed(name: string): readonly Relation[] {
    return [...this.#bySchema.values()].flatMap((relations) => relations.get(name) ?? []);
  }

  relationByOid(oid: number): Relation | null {
    return this.#byOid.get(oid) ?? null;
  }

  protectedColumn(relation: Relation, column: string): ProtectedColumn | null {
    return this.#protected.get(relation)?.get(column) ?? null;
  }

  protectedColumnsOf(relation: Relation): readonly ProtectedColumn[] {
    return [...(this.#protected.get(relation)?.values() ?? [])];
  }

  hasProtected(relation: Relation): boolean {
    return this.#protected.has(relation);
  }

  /** Routines outside of the system schemas that have this name. */
  routinesNamed(name: string): readonly Routine[] {
    return this.#routines.get(name) ?? [];
  }

  hasOperator(name: string): boolean {
    return this.#operators.has(name);
  }

  typesNamed(name: string): readonly NamedType[] {
    return this.#types.get(name) ?? [];
  }
}

export function columnByNumber(relation: Relation, number: number): CatalogueColumn | null {
  return relation.columns.find((column) => column.number === number) ?? null;
}

function protectedColumns(relation: Relation): ReadonlyMap<string, ProtectedColumn> {
  const columns = new Map<string, ProtectedColumn>();
  for (const { name, class: of } of relation.columns) {
    if (of === null) continue;
    columns.set(name, Object.freeze({ schema: relation.schema, name: relation.name, column: name, class: of }));
  }
  return columns;
}

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
