import { chmodSync, closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { Kysely, SqliteDialect, sql } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { err, ok, type Result } from '../base/result.ts';
import { codeOf } from './driver-fault.ts';
import { errorPhrase } from './error-code.ts';
import { migrateState } from './migrate-state.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import type { StateServer } from './state-database.ts';
import type { StateTables } from './state-tables.ts';

/** The embedded state of one gateway: one file in `directory`. The refusal is a sentence. */
export async function openSqlite(directory: string, clock: Clock): Promise<Result<StateServer, string>> {
  const path = join(directory, embeddedFile);
  const opened: SqliteConnection[] = [];
  try {
    onlyForOwner(path);
    const writer = new SqliteConnection(path, { readOnly: false });
    opened.push(writer);
    writer.execute('pragma journal_mode = wal');
    // A revocation that a power failure takes back would be a door left open.
    writer.execute('pragma synchronous = full');
    const writes = new Kysely<StateTables>({ dialect: new SqliteDialect({ database: writer }) });
    const migrated = await migrateState(writes, clock, async (transaction) => {
      const version = await sql<{ user_version: number }>`pragma user_version`.execute(transaction);
      // The version before this one kept principals in this file, and looks at this number only.
      if ((version.rows[0]?.user_version ?? 0) > fileVersion) return 'was written by a newer Sluice; use that one';
      await sql.raw(`pragma user_version = ${fileVersion}`).execute(transaction);
      return null;
    });
    if (!migrated.ok) {
      writer.close();
      return err(`${path}: the state ${migrated.error}`);
    }
    const reader = new SqliteConnection(path, { readOnly: true });
    opened.push(reader);
    const reads = new Kysely<StateTables>({ dialect: new SqliteDialect({ database: reader }) });
    return ok({
      reads,
      writes,
      shared: false,
      locksRows: false,
      announce: () => Promise.resolve(),
      follow: () => undefined,
      async close() {
        // In this order: the last connection that may write tidies the file.
        await reads.destroy();
        await writes.destroy();
      },
    });
  } catch (error) {
    for (const connection of opened) connection.close();
    return err(
      `${path}: the state cannot be opened (${phraseOf(error)}); it must be readable and writable for this user`,
    );
  }
}

/** Since the table `migrations` is there, which says the rest. */
const fileVersion = 2;

/** Of the embedded state, in the data directory. */
export const embeddedFile = 'state.sqlite';

/** Before SQLite makes it, which would go by the umask; its companions get the mode of the file. */
function onlyForOwner(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
}

function phraseOf(error: unknown): string {
  return error instanceof Error && 'errcode' in error ? codeOf(error) : errorPhrase(error);
}
