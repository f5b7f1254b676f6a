import type { ControlPosition } from '../core/facts.ts';
import type { Node } from './ast.ts';
import type { CatalogueIndex, ProtectedColumn } from './catalogue-index.ts';
import type { FieldBudget } from './field-budget.ts';
import type { NameLookup } from './name-lookup.ts';
import type { FromItem, Origin, RowShape, Scope } from './scope.ts';
import type { SealedLiterals } from './sealed-literals.ts';
import type { StatementRecord } from './statement-record.ts';
import type { TableInstance } from './table-instance.ts';
import { labelsOf, type Value } from './value.ts';

/** One level of a query: what its clauses find out about each other. */
export class Level {
  /** Values of named windows. */
  readonly windows = new Map<string, Value>();
  /** Protected columns that shape which rows the level has. */
  readonly influence = new Set<ProtectedColumn>();
  /** Rows are combined: a LIMIT above does not bound what is read. */
  combines = false;
}

/** Where an expression stands. */
export interface Place {
  readonly scope: Scope;
  readonly level: Level;
  /** The value goes out as it is: a test in it is a control use of its own. Elsewhere the clause itself is the control. */
  readonly output: boolean;
}

/** What a query gives to whoever asked for it. */
export interface QueryRows extends RowShape {
  readonly influence: ReadonlySet<ProtectedColumn>;
  /** Tables whose rows come through one by one. */
  readonly instances: readonly TableInstance[];
}

/** The parts of the walk, each of which needs the others. */
export interface Walk {
  readonly catalogue: CatalogueIndex;
  readonly names: NameLookup;
  readonly literals: SealedLiterals;
  readonly record: StatementRecord;
  readonly budget: FieldBudget;
  /** What each column reference turned out to be, for conditions that are looked at twice. */
  readonly origins: WeakMap<object, Origin>;
  /** Tables that each sub-select reads. */
  readonly reads: WeakMap<object, readonly TableInstance[]>;
  query(statement: Node, scope: Scope | null): QueryRows;
  value(expression: Node, place: Place): Value;
  fromItem(item: Node, scope: Scope): FromItem;
}

/** Notes that a value shapes the rows of a level. */
export function control(walk: Walk, level: Level, value: Value, use: ControlPosition, lookup = false): void {
  for (const column of labelsOf(value)) {
    walk.record.control(column, use, lookup);
    level.influence.add(column);
  }
}

/** Notes a test inside an expression that goes out. */
export function tested(walk: Walk, place: Place, value: Value): Value {
  if (place.output) for (const column of labelsOf(value)) walk.record.control(column, 'test', false);
  return value;
}
