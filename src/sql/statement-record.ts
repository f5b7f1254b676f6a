import type { Relation } from '../core/catalogue.ts';
import type {
  ControlPosition,
  ControlUse,
  OwnTable,
  RelationName,
  RoutineName,
  SessionEffect,
  TableAction,
  TableUse,
} from '../core/facts.ts';
import type { CatalogueIndex, ProtectedColumn } from './catalogue-index.ts';
import { ownSchema } from './own-objects.ts';
import { settleRestrictions, TableInstance } from './table-instance.ts';

interface Write {
  readonly relation: Relation | RelationName;
  readonly action: TableAction;
  readonly columns: readonly string[];
  /** Where the rows that are written are chosen; null for an insert. */
  readonly instance: TableInstance | null;
}

/** What one statement was seen to do, gathered while its tree is walked. */
export class StatementRecord {
  readonly effects: SessionEffect[] = [];
  readonly #catalogue: CatalogueIndex;
  readonly #instances: TableInstance[] = [];
  readonly #writes: Write[] = [];
  readonly #routines = new Map<string, RoutineName>();
  readonly #controls = new Map<string, ControlUse>();
  readonly #computed = new Set<ProtectedColumn>();

  constructor(catalogue: CatalogueIndex) {
    this.#catalogue = catalogue;
  }

  get instances(): readonly TableInstance[] {
    return this.#instances;
  }

  get usesProtected(): boolean {
    return this.tables().some((use) => use.protected);
  }

  read(relation: Relation): TableInstance {
    const instance = new TableInstance(relation);
    this.#instances.push(instance);
    return instance;
  }

  write(
    relation: Relation | RelationName,
    action: TableAction,
    columns: readonly string[],
    instance: TableInstance | null,
  ): void {
    this.#writes.push({ relation, action, columns, instance });
  }

  routine(routine: RoutineName): void {
    this.#routines.set(JSON.stringify([routine.schema, routine.name]), routine);
  }

  /** Code that is not reviewed runs, which may change what names mean. */
  opaque(): void {
    if (!this.effects.some((effect) => effect.kind === 'opaque')) this.effects.push({ kind: 'opaque' });
  }

  control(column: ProtectedColumn, use: ControlPosition, lookup: boolean): void {
    const key = JSON.stringify([column.schema, column.name, column.column, use]);
    const known = this.#controls.get(key);
    const name = { schema: column.schema, name: column.name, column: column.column };
    this.#controls.set(key, { column: name, use, lookup: lookup && known?.lookup !== false });
  }

  /** A value is computed from these: whether that fails can be seen, also where nobody reads the value. */
  compute(columns: Iterable<ProtectedColumn>): void {
    for (const column of columns) this.#computed.add(column);
  }

  /** What was computed and is no output, which must be granted as one. */
  testComputed(outputs: Iterable<ProtectedColumn>): void {
    const granted = new Set(outputs);
    for (const column of this.#computed) if (!granted.has(column)) this.control(column, 'test', false);
  }

  routines(): readonly RoutineName[] {
    return [...this.#routines.values()];
  }

  controls(): readonly ControlUse[] {
    return [...this.#controls.values()];
  }

  /** Tables of the session itself that rows are read from or written to. */
  own(): readonly OwnTable[] {
    const names = this.tables().flatMap(({ relation }) => (relation.schema === ownSchema ? relation.name : []));
    return [...new Set(names)].flatMap((name) => {
      const table = this.#catalogue.own.tables.get(name);
      return table === undefined || table === 'lost' ? [] : table;
    });
  }

  /** One use per relation and action. It is filtered, or limited, only where each appearance is. */
  tables(): readonly TableUse[] {
    settleRestrictions(this.#instances);
    const uses = new Map<string, TableUse>();
    for (const instance of this.#instances) {
      if (instance.read.size > 0 || !this.#isOnlyWritten(instance))
        this.#add(uses, 'select', instance, [...instance.read]);
      if (instance.locked) this.#add(uses, 'update', instance, []);
    }
    for (const { relation, action, columns, instance } of this.#writes)
      this.#add(uses, action, instance ?? relation, columns);
    return [...uses.values()];
  }

  #isOnlyWritten(instance: TableInstance): boolean {
    return this.#writes.some((write) => write.instance === instance);
  }

  #add(
    uses: Map<string, TableUse>,
    action: TableAction,
    what: TableInstance | Relation | RelationName,
    columns: readonly string[],
  ): void {
    const instance = what instanceof TableInstance ? what : null;
    const { schema, name } = what instanceof TableInstance ? what.relation : what;
    const relation = this.#catalogue.relation(schema, name);
    const key = JSON.stringify([schema, name, action]);
    const known = uses.get(key);
    uses.set(key, {
      relation: { schema, name },
      action,
      columns: [...new Set([...(known?.columns ?? []), ...columns])],
      protected: relation !== null && this.#catalogue.hasProtected(relation),
      filtered: (instance?.restricted ?? false) && known?.filtered !== false,
      limited: (instance?.limited ?? false) && known?.limited !== false,
    });
  }
}
