import type { Shown } from '../approvals/approval-request.ts';
import { type CatalogueSnapshot, columnLabel } from '../core/catalogue.ts';
import type { Denial } from '../core/denial.ts';
import type { StatementFacts } from '../core/facts.ts';
import type { ConnectionName, SessionId, StatementId } from '../core/ids.ts';
import type { Principal } from '../core/principal.ts';
import type { BoundParameters } from '../core/question.ts';
import { showStatement } from '../sql/shown-statement.ts';
import { type Held, longestHeld } from './held.ts';
import type { Ruling } from './ruling.ts';
import type { Path } from './search-path.ts';
import type { Stated } from './session-settings.ts';

/** Where a statement stands: all that `once` binds, and what its session says of itself. */
export interface Circumstances {
  readonly session: SessionId;
  readonly statement: StatementId;
  readonly principal: Principal;
  readonly connection: ConnectionName;
  readonly database: string;
  readonly path: Path;
  /** Differs where settings of the session may differ that change what a statement means. */
  readonly settings: string;
  readonly catalogue: CatalogueSnapshot;
  /** Owned, not a view. */
  readonly text: Buffer;
  readonly bind: BoundParameters | null;
  readonly estimatedRows: number | null;
  /** Asks the target, where nobody has yet. */
  readonly estimate: (() => Promise<number | null>) | null;
  readonly stated: Stated;
}

/** A SQL statement as it is put to people. */
export function heldStatement(ruling: Extract<Ruling, { kind: 'hold' }>, at: Circumstances): Held {
  const { facts, record, decision } = ruling;
  return {
    subject: 'statement',
    session: at.session,
    statement: at.statement,
    principal: at.principal,
    connection: at.connection,
    decision,
    exact: [
      Buffer.from(at.database),
      Buffer.from(JSON.stringify(at.path)),
      Buffer.from(at.settings),
      // What a temporary table means is known in its session only.
      Buffer.from(facts.own === undefined ? '' : at.session),
      at.text,
      ...boundParts(at.bind),
    ],
    normalised: { text: record.text ?? '', digest: record.digest ?? '' },
    tables: reachOf(facts),
    shown: shownOf(facts, record.tables, at),
    estimate: at.estimate,
    original: { text: at.text, parameters: at.bind },
    ...at.stated,
  };
}

/** Why nobody can be asked about it, or null: whoever approves must see what would run. */
export function unshowable({ construct, copy }: StatementFacts): Denial | null {
  if (copy === 'in') {
    return {
      code: 'approval_required',
      message: 'this needs an approval, and its rows would come only behind it, seen by nobody',
      hint: 'load them into a temporary table, and INSERT from there; or ask for a policy without @approval',
    };
  }
  if (construct !== 'ExecuteStmt' && construct !== 'FetchStmt') return null;
  return {
    code: 'approval_required',
    message: 'this needs an approval, and does not say itself what it would run',
    hint: "send the statement itself instead of EXECUTE or FETCH, or use the driver's prepared statements",
  };
}

/** Names that the normalised text does not show, such as quoted ones, are told apart here. */
function reachOf({ tables, routines }: StatementFacts): readonly string[] {
  const used = tables.map(({ action, relation, columns }) =>
    JSON.stringify([action, relation.schema, relation.name, ...[...columns].sort()]),
  );
  const called = routines.map(({ schema, name }) => JSON.stringify(['call', schema, name]));
  return [...new Set([...used, ...called])].sort();
}

/** A marker before each value keeps NULL apart from nothing; lengths are the hash's to keep apart. */
function boundParts(bind: BoundParameters | null): readonly Buffer[] {
  if (bind === null) return [];
  const values = bind.values.flatMap((value) => (value === null ? [isNull] : [isValue, value]));
  return [Buffer.from(JSON.stringify(bind.formats)), ...values];
}

const notShown = { text: '‹too long›', parameters: [], classes: [] } as const;
const isNull = Buffer.from([0]);
const isValue = Buffer.from([1]);

function shownOf(facts: StatementFacts, tables: readonly string[], at: Circumstances): Shown {
  // Nobody is asked about what is longer: at most a grant covers it.
  const { text, parameters, classes } =
    at.text.length > longestHeld ? notShown : showStatement(at.text, facts, at.bind, at.catalogue);
  const columns = facts.tables.flatMap(({ relation, columns: names }) =>
    names.map((column) => columnLabel({ ...relation, column })),
  );
  return {
    verb: facts.verb,
    text,
    parameters,
    tables,
    columns: [...new Set(columns)],
    classes,
    estimatedRows: at.estimatedRows === null ? null : String(at.estimatedRows),
  };
}
