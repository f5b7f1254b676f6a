import type { CatalogueColumn, CatalogueSnapshot, NamedType, Relation, Routine } from '../core/catalogue.ts';
import type { ColumnName, OwnTable } from '../core/facts.ts';
import { isNothing, nothingOwn, type OwnObjects, ownSchema } from './own-objects.ts';

/** A protected column; one object per column of the snapshot, so that identity is equality. */
export interface ProtectedColumn extends ColumnName {
  readonly class: string;
}

/** A snapshot with what analysis looks up in it. Build once per snapshot: caches of facts hang on its identity. */
export class CatalogueIndex {
  readonly snapshot: CatalogueSnapshot;
  /** Any column at all is protected. */
  readonly protects: boolean;
  /** What the session has made for itself, beside the snapshot. */
  readonly own: OwnObjects;
  /** The index without it: the same for every session. */
  readonly shared: CatalogueIndex;
  readonly #ownRelations = new Map<string, Relation>();
  readonly #bySchema: Map<string, Map<string, Relation>>;
  readonly #byOid: Map<number, Relation>;
  readonly #protected: Map<Relation, ReadonlyMap<string, ProtectedColumn>>;
  readonly #routines: Map<string, Routine[]>;
  readonly #operators: ReadonlySet<string>;
  readonly #types: Map<string, NamedType[]>;

  constructor(
    snapshot: CatalogueSnapshot,
    beside: { readonly shared: CatalogueIndex; readonly own: OwnObjects } | null = null,
  ) {
    this.snapshot = snapshot;
    this.own = beside?.own ?? nothingOwn;
    this.shared = beside?.shared ?? this;
    if (beside !== null) {
      const { shared, own } = beside;
      this.protects = shared.protects;
      this.#bySchema = shared.#bySchema;
      this.#byOid = shared.#byOid;
      this.#protected = new Map();
      this.#routines = shared.#routines;
      this.#operators = shared.#operators;
      this.#types = shared.#types;
      for (const table of own.tables.values()) if (table !== 'lost') this.#addOwn(table);
      return;
    }
    this.#bySchema = new Map();
    this.#byOid = new Map();
    this.#protected = new Map();
    this.#routines = new Map();
    this.#types = new Map();
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

  /** The schema is certain to exist: something is in it, or it is on the path that sessions begin with. */
  holds(schema: string): boolean {
    const { defaultPath, routines, types } = this.snapshot;
    if (this.#bySchema.has(schema) || defaultPath.includes(schema)) return true;
    return [...routines, ...types].some((named) => named.schema === schema);
  }

  /** The same, with what a session has made for itself. */
  withOwn(own: OwnObjects): CatalogueIndex {
    return isNothing(own) ? this.shared : new CatalogueIndex(this.snapshot, { shared: this.shared, own });
  }

  relation(schema: string, name: string): Relation | null {
    if (schema === ownSchema) return this.#ownRelations.get(name) ?? null;
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
    return this.#protectedIn(relation)?.get(column) ?? null;
  }

  protectedColumnsOf(relation: Relation): readonly ProtectedColumn[] {
    return [...(this.#protectedIn(relation)?.values() ?? [])];
  }

  hasProtected(relation: Relation): boolean {
    return this.#protectedIn(relation) !== undefined;
  }

  #protectedIn(relation: Relation): ReadonlyMap<string, ProtectedColumn> | undefined {
    return this.#protected.get(relation) ?? (this.shared === this ? undefined : this.shared.#protected.get(relation));
  }

  /** Its columns are the protected columns that they hold: object for object, where the snapshot still has them. */
  #addOwn(table: OwnTable): void {
    const relation: Relation = {
      oid: 0,
      schema: ownSchema,
      name: table.name,
      kind: 'table',
      parents: [],
      columns: table.columns.map(({ name, holds }, at) => ({
        name,
        number: at + 1,
        typeOid: 0,
        class: holds?.class ?? null,
      })),
    };
    this.#ownRelations.set(table.name, relation);
    const held = new Map<string, ProtectedColumn>();
    for (const { name, holds } of table.columns) if (holds !== null) held.set(name, this.#heldBy(holds, held));
    if (held.size > 0) this.#protected.set(relation, held);
  }

  #heldBy(holds: ProtectedColumn, held: ReadonlyMap<string, ProtectedColumn>): ProtectedColumn {
    const source = this.shared.relation(holds.schema, holds.name);
    const known = source === null ? null : this.shared.protectedColumn(source, holds.column);
    if (known !== null) return known;
    const same = [...this.#protected.values(), held]
      .flatMap((columns) => [...columns.values()])
      .find((column) => sameColumn(column, holds));
    return same ?? Object.freeze({ ...holds });
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

function sameColumn(one: ColumnName, other: ColumnName): boolean {
  return one.schema === other.schema && one.name === other.name && one.column === other.column;
}
