import type { OwnCursor, SessionEffect, StatementFacts } from '../core/facts.ts';
import { type Body, bodyOf, kindOf, type Node } from './ast.ts';
import type { CatalogueIndex } from './catalogue-index.ts';
import { notAnalysable, notSupported, Refused } from './refused.ts';
import { shownName } from './shown-name.ts';

type Facts = Omit<StatementFacts, 'normalised'>;

/** Analyses another statement under the same names. */
export type Analyse = (tree: Node) => Facts;

/**
 * PREPARE, EXECUTE, DECLARE, FETCH and MOVE: queries that a session names in SQL. Null: it is none of them. Only where nothing is
 * protected: clients reach the same names through the protocol too, which analysis does not see.
 */
export function namedQuery(node: Node, catalogue: CatalogueIndex, analyse: Analyse): Facts | null {
  const kind = kindOf(node);
  if (names[kind] === undefined) return null;
  if (catalogue.protects) throw refusedHere(kind);
  switch (kind) {
    case 'PrepareStmt':
      return prepare(bodyOf(node, 'PrepareStmt') ?? {}, catalogue, analyse);
    case 'ExecuteStmt':
      return execute(bodyOf(node, 'ExecuteStmt') ?? {}, catalogue, analyse);
    case 'DeclareCursorStmt':
      return declare(bodyOf(node, 'DeclareCursorStmt') ?? {}, catalogue, analyse);
    case 'FetchStmt':
      return fetch(bodyOf(node, 'FetchStmt') ?? {}, catalogue);
    default:
      return null;
  }
}

function prepare({ name = '', query }: Body<'PrepareStmt'>, catalogue: CatalogueIndex, analyse: Analyse): Facts {
  if (query === undefined || !preparable.has(kindOf(query)))
    throw notSupported('PREPARE takes SELECT, INSERT, UPDATE, DELETE or MERGE', 'send the statement itself');
  fits(name, catalogue.own.prepared.size);
  if (JSON.stringify(query).length > mostKept)
    throw notSupported('a statement this long is not prepared by PREPARE', "use the driver's prepared statements");
  const kept = structuredClone(query);
  return silently(analyse(query), 'PrepareStmt', [{ kind: 'own-prepared', name, statement: kept }]);
}

/** What the prepared statement means now, as PostgreSQL looks its names up anew. */
function execute({ name = '', params }: Body<'ExecuteStmt'>, catalogue: CatalogueIndex, analyse: Analyse): Facts {
  const statement = catalogue.own.prepared.get(name);
  if (statement === undefined)
    throw new Refused(
      'unknown_statement',
      `no statement was prepared as "${shownName(name)}" by PREPARE`,
      'PREPARE it in this session; what a driver has prepared is executed by the driver',
    );
  const facts = analyse(structuredClone(statement) as Node);
  if (params === undefined) return { ...facts, construct: 'ExecuteStmt' };
  const given = analyse({
    SelectStmt: { targetList: params.map((val) => ({ ResTarget: { val } })), op: 'SETOP_NONE' },
  });
  return {
    ...facts,
    construct: 'ExecuteStmt',
    routines: [...facts.routines, ...given.routines],
    effects: [...facts.effects, ...given.effects],
  };
}

function declare(body: Body<'DeclareCursorStmt'>, catalogue: CatalogueIndex, analyse: Analyse): Facts {
  const { portalname: name = '', options = 0, query } = body;
  const select = query === undefined ? null : bodyOf(query, 'SelectStmt');
  if (query === undefined || select === null || select.intoClause !== undefined)
    throw notSupported('a cursor reads with SELECT', 'send the statement itself');
  fits(name, catalogue.own.cursors.size);
  const facts = analyse(query);
  const { tables, routines, controls, outputs, openOutputs, own, effects } = facts;
  if (effects.some(({ kind }) => kind !== 'opaque'))
    throw notAnalysable('a cursor that changes settings is not carried', 'use SET');
  const cursor: OwnCursor = {
    hold: (options & holdOption) !== 0,
    facts: {
      tables,
      routines,
      controls,
      outputs,
      effects,
      ...(openOutputs === undefined ? {} : { openOutputs }),
      ...(own === undefined ? {} : { own }),
    },
  };
  return silently(facts, 'DeclareCursorStmt', [...effects, { kind: 'own-cursor', name, cursor }]);
}

/** CURSOR_OPT_HOLD of PostgreSQL's `parsenodes.h`. */
const holdOption = 0x20;

/** What was declared, decided once more. MOVE tells how many rows there are, and shows none. */
function fetch({ portalname: name = '', ismove }: Body<'FetchStmt'>, catalogue: CatalogueIndex): Facts {
  const cursor = catalogue.own.cursors.get(name);
  if (cursor === undefined)
    throw new Refused(
      'unknown_portal',
      `no cursor "${shownName(name)}" was declared by DECLARE, or its transaction is over`,
      'DECLARE it in this transaction; portals of a driver are fetched from by the driver',
    );
  const { openOutputs, ...facts } = cursor.facts;
  const moved = ismove === true;
  return {
    verb: 'select',
    construct: 'FetchStmt',
    ...facts,
    ...(moved || openOutputs === undefined ? {} : { openOutputs }),
    outputs: moved ? null : facts.outputs,
  };
}

function fits(name: string, there: number): void {
  if (Buffer.byteLength(name) > 63 || there >= mostNames)
    throw notSupported(
      `a session names at most ${mostNames} queries`,
      'use shorter names, and DEALLOCATE or CLOSE what is over',
    );
}

const mostNames = 200;

/** Of the parsed statement, which is kept for the session: several times its text. */
const mostKept = 256 * 1024;

/** Asks for what the query asks for; it returns nothing yet. */
function silently(facts: Facts, construct: string, effects: readonly SessionEffect[]): Facts {
  const { verb, tables, routines, controls, own } = facts;
  if (facts.effects.some(({ kind }) => kind === 'stated'))
    throw notSupported('sluice.* is not set by a prepared statement', 'use SET');
  return { verb, construct, tables, routines, controls, outputs: null, effects, ...(own === undefined ? {} : { own }) };
}

const preparable = new Set(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt']);

function refusedHere(kind: string): Refused {
  const [name, hint] = names[kind] ?? [kind, cursors];
  return notSupported(`${name} is not carried on a connection that protects columns`, hint);
}

const cursors = 'read with SELECT; drivers can fetch in parts through the extended protocol';
const prepared = "use the driver's prepared statements (the extended protocol)";
const names: Readonly<Record<string, readonly [string, string]>> = {
  PrepareStmt: ['PREPARE', prepared],
  ExecuteStmt: ['EXECUTE', prepared],
  DeclareCursorStmt: ['DECLARE CURSOR', cursors],
  FetchStmt: ['FETCH', cursors],
};
