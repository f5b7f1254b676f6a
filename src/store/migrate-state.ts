import type { Kysely, Transaction } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { err, ok, type Result } from '../base/result.ts';
import { stateMigrations } from './state-migrations.ts';
import type { StateTables } from './state-tables.ts';

/**
 * Brings the schema up to what this Sluice knows, in one transaction that `alone` makes the only one of its kind, or refuses: of two
 * instances that start at once the second finds everything done. The refusal is the end of a sentence.
 */
export async function migrateState(
  database: Kysely<StateTables>,
  clock: Clock,
  alone: (transaction: Transaction<StateTables>) => Promise<string | null>,
): Promise<Result<null, string>> {
  return await database.transaction().execute(async (transaction) => {
    const refused = await alone(transaction);
    if (refused !== null) return err(refused);
    await transaction.schema
      .createTable('migrations')
      .ifNotExists()
      .addColumn('id', 'integer', (column) => column.primaryKey())
      .addColumn('applied_at', 'bigint', (column) => column.notNull())
      .execute();
    const done = new Set((await transaction.selectFrom('migrations').select('id').execute()).map(({ id }) => id));
    const known = new Set(stateMigrations.map(({ id }) => id));
    if ([...done].some((id) => !known.has(id))) return err('was written by a newer Sluice; use that one');
    for (const { id, statements } of stateMigrations) {
      if (done.has(id)) continue;
      for (const statement of statements(transaction)) await statement.execute();
      await transaction.insertInto('migrations').values({ id, applied_at: clock.now() }).execute();
    }
    return ok(null);
  });
}
