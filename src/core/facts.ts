/** What analysis says of one statement: neutral of dialect, neutral of policy. Frozen, shared by every execution of it. */
export interface StatementFacts {
  readonly verb: Verb;
  /** The parser's name of the statement: `SelectStmt`, `VariableSetStmt`. */
  readonly construct: string;
  /** What it touches, table by table, and with which action. Catalogue relations that are reviewed do not appear. */
  readonly tables: readonly TableUse[];
  /** Routines that are not reviewed built-ins. */
  readonly routines: readonly RoutineName[];
  /** Protected columns that shape the result without being in it. One per (column, use). */
  readonly controls: readonly ControlUse[];
  /** What each result column may hold; null where the statement returns no rows. */
  readonly outputs: readonly OutputColumn[] | null;
  /**
   * Set where the number of result columns is not known (`*` over a system catalogue or a table function). Then `outputs` is
   * empty, and none of the columns holds a protected value.
   */
  readonly openOutputs?: true;
  /** Tables of the session itself that it reads or writes. The catalogue of the target does not have them. */
  readonly own?: readonly OwnTable[];
  /** Set for COPY: rows come from the client (`in`) or go to it (`out`). */
  readonly copy?: CopyDirection;
  /** What it does to the meaning of later statements. */
  readonly effects: readonly SessionEffect[];
  /** The text with every literal and comment taken out: what the ledger holds. */
  readonly normalised: string;
}

export type CopyDirection = 'in' | 'out';

/** Maps to a Cedar action of the same name; `session` covers what touches no data. */
export type Verb =
  | 'select'
  | 'insert'
  | 'update'
  | 'delete'
  | 'merge'
  | 'truncate'
  | 'copy'
  | 'call'
  | 'ddl'
  | 'session';

/** Parts as PostgreSQL stores them: folded, unquoted. */
export interface RelationName {
  readonly schema: string;
  readonly name: string;
}

export interface ColumnName extends RelationName {
  readonly column: string;
}

/** A protected column. */
export interface ClassedColumn extends ColumnName {
  readonly class: string;
}

export interface RoutineName {
  /** Null: the name was not resolved to one schema. */
  readonly schema: string | null;
  readonly name: string;
  /** Argument types of each overload that the name could mean, as `format_type` prints them. Empty: none is known. */
  readonly overloads: readonly (readonly string[])[];
}

export type TableAction = 'select' | 'insert' | 'update' | 'delete' | 'truncate' | 'copy' | 'ddl';

export interface TableUse {
  readonly relation: RelationName;
  readonly action: TableAction;
  /** Columns this action reads (`select`) or assigns (`insert`, `update`); empty for the others and for `count(*)`. */
  readonly columns: readonly string[];
  /** Has at least one protected column. */
  readonly protected: boolean;
  /** A condition really restricts the rows of this table: `WHERE true` and `id = id` do not. */
  readonly filtered: boolean;
  /** A constant or parameter LIMIT bounds the rows of this table. */
  readonly limited: boolean;
}

/** Where a protected column shapes a result. `test`: CASE, COALESCE, FILTER, a boolean in the select list. */
export type ControlPosition = 'where' | 'join' | 'order' | 'group' | 'limit' | 'test';

export interface ControlUse {
  readonly column: ColumnName;
  readonly use: ControlPosition;
  /** A conjunctive equality to a literal or parameter. */
  readonly lookup: boolean;
}

export type OutputColumn =
  /** No protected value reaches it. */
  | { readonly kind: 'clear' }
  /** One protected column as it is, whatever it is called here. */
  | { readonly kind: 'bare'; readonly column: ColumnName; readonly class: string }
  /** Computed from protected columns. */
  | { readonly kind: 'derived'; readonly columns: readonly ClassedColumn[] };

export type SessionEffect =
  | { readonly kind: 'begin' }
  | { readonly kind: 'commit' }
  | { readonly kind: 'rollback' }
  | { readonly kind: 'savepoint'; readonly name: string }
  | { readonly kind: 'release'; readonly name: string }
  | { readonly kind: 'rollback-to'; readonly name: string }
  /** Null: back to the default of the session. */
  | { readonly kind: 'search-path'; readonly path: readonly string[] | null; readonly local: boolean }
  /** Other settings, from the reviewed list. */
  | { readonly kind: 'setting'; readonly name: string }
  /** What the session says of itself: stops at Sluice. Null: back to what it said when it opened. */
  | { readonly kind: 'stated'; readonly name: StatedName; readonly value: string | null; readonly local: boolean }
  /** DISCARD ALL, DEALLOCATE: prepared statements end. Null: all of them. */
  | { readonly kind: 'deallocate'; readonly name: string | null }
  /** Code that Sluice has not reviewed ran: it may have changed the search path. */
  | { readonly kind: 'opaque' }
  /** A table that only this session sees. `unlessThere`: not made where the session has one of that name. */
  | { readonly kind: 'own-made'; readonly table: OwnTable; readonly unlessThere: boolean }
  | { readonly kind: 'own-dropped'; readonly name: string }
  /** What it means from here on is not known; null: of every table of the session. */
  | { readonly kind: 'own-lost'; readonly name: string | null }
  /** DISCARD TEMP, DISCARD ALL. */
  | { readonly kind: 'own-discarded' }
  /** PREPARE. The statement as its parser states it, literals and all: it goes nowhere but back to analysis. */
  | { readonly kind: 'own-prepared'; readonly name: string; readonly statement: object }
  | { readonly kind: 'own-cursor'; readonly name: string; readonly cursor: OwnCursor }
  /** Null: every cursor. */
  | { readonly kind: 'own-cursor-closed'; readonly name: string | null };

/** What FETCH from a cursor gives: the facts of its query when it was declared, which is when PostgreSQL planned it. */
export interface OwnCursor {
  /** WITH HOLD: it outlives its transaction. */
  readonly hold: boolean;
  readonly facts: Pick<
    StatementFacts,
    'tables' | 'routines' | 'controls' | 'outputs' | 'openOutputs' | 'own' | 'effects'
  >;
}

/** A table that only one session sees: `pg_temp.name`. */
export interface OwnTable {
  readonly name: string;
  /** In the order of their numbers, which start at 1. */
  readonly columns: readonly OwnColumn[];
  /** ON COMMIT DROP. */
  readonly endsWithTransaction: boolean;
}

export interface OwnColumn {
  readonly name: string;
  /** The protected column whose values it may hold as they are; null: nothing protected is ever written to it. */
  readonly holds: ClassedColumn | null;
}

/** `sluice.reason`, `sluice.purpose`. */
export type StatedName = 'reason' | 'purpose' | 'ticket';
