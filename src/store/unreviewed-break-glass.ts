import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Kysely, PostgresDialect, SqliteDialect } from 'kysely';
import pg from 'pg';
import type { Grant } from '../approvals/grant.ts';
import { err, ok, type Result } from '../base/result.ts';
import { parseGrantRow } from './grant-row.ts';
import { embeddedFile } from './open-sqlite.ts';
import { postgresClient } from './postgres-client.ts';
import { parsePostgresUrl } from './postgres-url.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import type { StateTables } from './state-tables.ts';

/**
 * Emergencies that no auditor has signed for yet. Only looks: nothing is made or migrated, and a gateway may run meanwhile. The
 * refusal is a sentence.
 *
 * @param url null: the embedded state in `directory`
 */
export async function unreviewedBreakGlass(
  directory: string,
  url: string | null,
): Promise<Result<readonly Grant[], string>> {
  const opened = url === null ? embedded(directory) : await shared(url);
  if (!opened.ok) return opened;
  if (opened.value === null) return ok([]);
  try {
    const rows = await opened.value.selectFrom('grants').selectAll().where('kind', '=', 'break-glass').execute();
    return ok(rows.map(parseGrantRow).filter(({ kind }) => kind.kind === 'break-glass' && kind.review === null));
  } catch {
    return err('the state cannot be read, so that nobody knows whether a break-glass waits for its review');
  } finally {
    await opened.value.destroy();
  }
}

/** Null: no gateway has run here yet. */
function embedded(directory: string): Result<Kysely<StateTables> | null, string> {
  const path = join(directory, embeddedFile);
  if (!existsSync(path)) return ok(null);
  try {
    const database = new SqliteConnection(path, { readOnly: true });
    return ok(new Kysely<StateTables>({ dialect: new SqliteDialect({ database }) }));
  } catch {
    return err(`${path}: the state cannot be opened; run this as the user of the gateway`);
  }
}

async function shared(url: string): Promise<Result<Kysely<StateTables>, string>> {
  const address = parsePostgresUrl(url);
  if (!address.ok) return err(`state.url ${address.error}`);
  const client = await postgresClient(address.value, 'check');
  if (!client.ok) return err(`state.url ${client.error}`);
  const pool = new pg.Pool({ ...client.value, max: 1 });
  pool.on('error', () => undefined);
  return ok(new Kysely<StateTables>({ dialect: new PostgresDialect({ pool }) }).withSchema('sluice'));
}
