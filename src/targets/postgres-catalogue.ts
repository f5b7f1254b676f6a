import { createHash } from 'node:crypto';
import { err, ok, type Result } from '../base/result.ts';
import type { CatalogueSnapshot, NamedType, Relation, Routine } from '../core/catalogue.ts';
import type { Credential, TargetAddress } from '../core/connection.ts';
import type { Denial } from '../core/denial.ts';
import type { ConnectionName } from '../core/ids.ts';
import { catalogueStatements } from './catalogue-statements.ts';
import { openTargetSession } from './target-session.ts';

export interface CatalogueOptions {
  readonly connection: ConnectionName;
  readonly target: TargetAddress;
  readonly credential: Credential;
  /** Called before each statement is sent; on a fault it is not sent, nor anything after it. */
  readonly before: (statement: OwnStatementText) => Promise<Result<null, Denial>>;
  readonly timeoutMs: number;
}

/** A statement of Sluice's own, for the ledger. */
export interface OwnStatementText {
  readonly purpose: string;
  readonly text: string;
}

/**
 * Reads the catalogue of a PostgreSQL database in one short read-only session. No column has a class yet: what is protected
 * is the configuration's to say. `$user` in the search path is resolved for the credential's role, as the target does it.
 */
export async function loadCatalogue(options: CatalogueOptions): Promise<Result<CatalogueSnapshot, Denial>> {
  const opened = await openTargetSession({ ...options, application: 'sluice/catalogue' });
  if (!opened.ok) return opened;
  const session = opened.value;
  const rows = new Map<StatementName, readonly (readonly unknown[])[]>();
  try {
    for (const name of order) {
      const statement = catalogueStatements[name];
      const recorded = await options.before(statement);
      if (!recorded.ok) return recorded;
      const answer = await session.read(statement.text);
      if (!answer.ok) return answer;
      rows.set(name, answer.value);
    }
  } finally {
    await session.close();
  }
  return snapshot(options.connection, (name) => rows.get(name) ?? []);
}

type StatementName = keyof typeof catalogueStatements;
const order: readonly StatementName[] = ['begin', 'path', 'relations', 'routines', 'names'];

function snapshot(
  connection: ConnectionName,
  rowsOf: (name: StatementName) => readonly (readonly unknown[])[],
): Result<CatalogueSnapshot, Denial> {
  // The shapes are those of our own statements; the target cannot choose them.
  const [path, serverVersion] = (rowsOf('path')[0] ?? [[], 0]) as [readonly string[], number];
  const [operators, types] = (rowsOf('names')[0] ?? [null, null]) as [readonly string[] | null, TypeRow[] | null];
  if (path.indexOf('pg_catalog') > 0) return err(hiddenBuiltIns(connection));

  const content = {
    serverVersion,
    defaultPath: path.filter((schema) => schema !== 'pg_catalog'),
    relations: rowsOf('relations').map((row) => relation(row[0] as RelationRow)),
    routines: rowsOf('routines').map((row) => routine(row[0] as RoutineRow)),
    operators: operators ?? [],
    types: (types ?? []).map(namedType),
  };
  return ok({ version: digest(content), ...content });
}

type RelationRow = [number, string, string, string, [string, number, number][] | null, number[] | null];
type RoutineRow = [string, string, string[] | null];
type TypeRow = [string, string, string];

function relation([oid, schema, name, kind, columns, parents]: RelationRow): Relation {
  return {
    schema,
    name,
    oid,
    kind: relationKinds.get(kind) ?? 'other',
    columns: (columns ?? []).map(([column, number, typeOid]) => ({ name: column, number, typeOid, class: null })),
    parents: parents ?? [],
  };
}

function routine([schema, name, types]: RoutineRow): Routine {
  return { schema, name, arguments: types ?? [] };
}

function namedType([schema, name, kind]: TypeRow): NamedType {
  return { schema, name, kind: typeKinds.get(kind) ?? 'other' };
}

const relationKinds: ReadonlyMap<string, Relation['kind']> = new Map([
  ['r', 'table'],
  ['p', 'partitioned'],
  ['v', 'view'],
  ['m', 'materialised'],
  ['f', 'foreign'],
  ['S', 'sequence'],
  ['c', 'composite'],
]);

const typeKinds: ReadonlyMap<string, NamedType['kind']> = new Map([
  ['e', 'enum'],
  ['d', 'domain'],
  ['r', 'range'],
  ['m', 'range'],
  ['c', 'composite'],
  ['b', 'base'],
]);

/** Rows come in a fixed order and fields are written in one: equal content has equal text. */
function digest(content: Omit<CatalogueSnapshot, 'version'>): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

/** A path that looks elsewhere before `pg_catalog` would let anything there pass for a built-in. */
function hiddenBuiltIns(connection: ConnectionName): Denial {
  return {
    code: 'catalogue_unavailable',
    message: `the search path that the target of connection "${connection}" gives this role looks elsewhere before pg_catalog`,
    hint: 'Leave pg_catalog out of the search_path of the role and the database, or put it first.',
  };
}
