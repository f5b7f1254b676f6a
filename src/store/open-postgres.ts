import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import pg from 'pg';
import type { Clock } from '../base/clock.ts';
import { err, ok, type Result } from '../base/result.ts';
import { ChangeListener } from './change-listener.ts';
import { codeOf } from './driver-fault.ts';
import { migrateState } from './migrate-state.ts';
import { postgresClient } from './postgres-client.ts';
import { parsePostgresUrl } from './postgres-url.ts';
import type { StateServer } from './state-database.ts';
import type { StateTables } from './state-tables.ts';

/** The state that instances share, in the schema `sluice` of a PostgreSQL. The refusal is a sentence that holds nothing of `url`. */
export async function openPostgres(url: string, instance: string, clock: Clock): Promise<Result<StateServer, string>> {
  const address = parsePostgresUrl(url);
  if (!address.ok) return err(`state.url ${address.error}`);
  const client = await postgresClient(address.value, instance);
  if (!client.ok) return err(`state.url ${client.error}`);
  // A change waits for its row with a connection in hand, and may read meanwhile: reads have connections of their own.
  const reads = database(client.value, 3);
  const writes = database(client.value, 5);
  const close = async () => {
    await Promise.all([reads.destroy(), writes.destroy()]);
  };
  try {
    const migrated = await migrateState(writes, clock, alone);
    if (!migrated.ok) {
      await close();
      return err(`the state in PostgreSQL ${migrated.error}`);
    }
  } catch (error) {
    await close();
    return err(sentence(codeOf(error)));
  }
  let listener: ChangeListener | null = null;
  let polling: NodeJS.Timeout | undefined;
  return ok({
    reads,
    writes,
    shared: true,
    locksRows: true,
    async announce(transaction) {
      await sql`select pg_notify(${channel}, '')`.execute(transaction);
    },
    follow({ onWord, onListening }) {
      listener = new ChangeListener({ client: client.value, channel, onWord, onListening });
      polling = setInterval(onWord, pollMs);
    },
    async close() {
      clearInterval(polling);
      await listener?.close();
      await close();
    },
  });
}

function database(client: pg.ClientConfig, max: number): Kysely<StateTables> {
  const pool = new pg.Pool({ ...client, max, idleTimeoutMillis: idleMs });
  // A connection that is lost while nobody uses it is replaced; while somebody does, their statement fails.
  pool.on('error', () => undefined);
  pool.on('connect', (connected) => connected.on('error', () => undefined));
  return new Kysely<StateTables>({ dialect: new PostgresDialect({ pool }) }).withSchema(schema);
}

/** One migration at a time, also where the schema is not there yet. */
async function alone(transaction: Transaction<StateTables>): Promise<null> {
  await sql`select pg_advisory_xact_lock(${migrationLock})`.execute(transaction);
  const found = await sql<{ there: boolean }>`select to_regnamespace(${schema}) is not null as there`.execute(
    transaction,
  );
  if (found.rows[0]?.there !== true) await transaction.schema.createSchema(schema).execute();
  return null;
}

function sentence(code: string): string {
  const refused = refusals.get(code);
  if (refused !== undefined) return refused;
  if (/CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL|EPROTO/.test(code)) {
    return `the certificate of the PostgreSQL of state.url is not trusted (${code}); name its authority with sslrootcert`;
  }
  if (/^[0-9A-Z]{5}$/.test(code)) return `the PostgreSQL of state.url cannot be used (SQLSTATE ${code})`;
  return `the PostgreSQL of state.url cannot be reached (${code}); is it running, and may this machine connect?`;
}

const refusals: ReadonlyMap<string, string> = new Map([
  ['28P01', 'the PostgreSQL of state.url refuses the password'],
  ['28000', 'the PostgreSQL of state.url does not let this user in from here (pg_hba.conf, or TLS)'],
  ['3D000', 'the database of state.url does not exist; create it first'],
  [
    '42501',
    'the user of state.url lacks a right: it must own the schema sluice, or be granted CREATE on the database for the first start',
  ],
  [
    'The server does not support SSL connections',
    'the PostgreSQL of state.url does not speak TLS; switch it on there, or say sslmode=disable on a network you trust',
  ],
]);

const schema = 'sluice';
const channel = 'sluice_changes';
/** An arbitrary number of our own among the advisory locks of the database. */
const migrationLock = 7_310_423_118;
/** Word that was lost costs this much, and a little. */
const pollMs = 500;
const idleMs = 60_000;
