import { Client, DatabaseError, type QueryArrayConfig, type QueryArrayResult } from 'pg';
import { err, ok, type Result } from '../base/result.ts';
import type { Failure } from './failure.ts';

/** A PostgreSQL listener of a gateway. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  /** Null: the listener is on loopback without TLS. Authority null: the system's are trusted. */
  readonly tls: { readonly authority: string | null } | null;
}

/** What one statement returned, values in the text form of the server. */
export interface ResultSet {
  readonly command: string;
  readonly rowCount: number | null;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

/** What the server says beside its results: while a statement waits for people, where they decide. */
export interface Notice {
  readonly message: string;
  readonly detail: string | null;
  readonly hint: string | null;
}

/** Logs in with a token for a password, runs the text as one simple query, and leaves. */
export async function runSql(
  { host, port, database, tls }: Endpoint,
  password: string,
  sql: string,
  notice: (notice: Notice) => void,
): Promise<Result<readonly ResultSet[], Failure>> {
  const client = new Client({
    host,
    port,
    database,
    user: 'sluice',
    password,
    application_name: 'sluice sql',
    connectionTimeoutMillis: 15_000,
    ssl: tls === null ? false : tls.authority === null ? {} : { ca: tls.authority },
  });
  client.on('notice', ({ message = '', detail = null, hint = null }) => notice({ message, detail, hint }));
  // A session that Sluice ends reports here too; the query below says why.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const query: QueryArrayConfig = { text: sql, rowMode: 'array', types: asText };
    const results: QueryArrayResult | readonly QueryArrayResult[] = await client.query(query);
    return ok((Array.isArray(results) ? results : [results]).map(resultSet));
  } catch (error) {
    return err(failureOf(error, host, port));
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Values as the server wrote them: nothing is rounded, reformatted or guessed. */
const asText: NonNullable<QueryArrayConfig['types']> = { getTypeParser: () => (text: string) => text };

function resultSet({ command, rowCount, fields, rows }: QueryArrayResult): ResultSet {
  return { command: command ?? 'OK', rowCount, columns: fields.map(({ name }) => name), rows };
}

function failureOf(error: unknown, host: string, port: number): Failure {
  if (error instanceof DatabaseError) {
    const { severity = 'ERROR', code = '', message, detail, hint = null } = error;
    return { from: `${severity} ${code}`, message, ...(detail === undefined ? {} : { detail }), hint, exit: 1 };
  }
  const why = error instanceof Error ? error.message : 'unknown';
  return { message: `the session with ${host}:${port} failed: ${why}`, hint: null, exit: 1 };
}
