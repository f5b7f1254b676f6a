import pg from 'pg';
import { makeClinic } from './clinic.ts';
import { clinicIndexes, clinicSchema, clinicTables, clinicVersion } from './clinic-schema.ts';
import type { ServerAccess } from './postgres-ready.ts';

/** Passwords of the two roles that Sluice logs in as. */
export interface ClinicPasswords {
  readonly sluice_etl: string;
  readonly sluice_agent: string;
}

/** Makes the clinic in the database `clinic` unless it is there in this version; true if it was made. One transaction: all or nothing. */
export async function loadClinic(server: ServerAccess, passwords: ClinicPasswords): Promise<boolean> {
  const client = new pg.Client({ ...server, database: 'clinic' });
  await client.connect();
  try {
    await client.query('begin');
    const isMissing = (await comment(client)) !== clinicVersion;
    if (isMissing) await makeTables(client);
    await makeRoles(client, passwords);
    await client.query('commit');
    return isMissing;
  } finally {
    await client.end();
  }
}

async function comment(client: pg.Client): Promise<unknown> {
  const { rows } = await client.query("select obj_description('public'::regnamespace, 'pg_namespace') as comment");
  return rows[0]?.comment;
}

async function makeTables(client: pg.Client): Promise<void> {
  const clinic = makeClinic();
  await client.query('drop schema public cascade; create schema public');
  await client.query(clinicSchema);
  for (const table of clinicTables) {
    await insert(client, table, clinic[table]);
    await client.query(`comment on table public.${table} is ${client.escapeLiteral(clinicVersion)}`);
    await client.query(
      `select setval(pg_get_serial_sequence('public.${table}', 'id'), (select max(id) from public.${table}))`,
    );
  }
  await client.query(clinicIndexes);
  await client.query(`comment on schema public is ${client.escapeLiteral(clinicVersion)}`);
}

async function insert(client: pg.Client, table: string, rows: readonly object[]): Promise<void> {
  for (let start = 0; start < rows.length; start += batch) {
    const part: readonly object[] = rows.slice(start, start + batch);
    const columns = Object.keys(part[0] ?? {}).join(', ');
    await client.query(
      `insert into public.${table} (${columns}) select ${columns} from json_populate_recordset(null::public.${table}, $1)`,
      [JSON.stringify(part)],
    );
  }
}

async function makeRoles(client: pg.Client, passwords: ClinicPasswords): Promise<void> {
  for (const [role, password] of Object.entries(passwords)) {
    const found = await client.query('select 1 from pg_roles where rolname = $1', [role]);
    const verb = found.rowCount === 0 ? 'create' : 'alter';
    await client.query(
      `${verb} role ${role} login nosuperuser nocreatedb nocreaterole noreplication nobypassrls password ${client.escapeLiteral(password)}`,
    );
  }
  await client.query(`
    revoke all on schema public from public;
    revoke all on database clinic from public;
    grant connect on database clinic to sluice_etl, sluice_agent;
    grant usage on schema public to sluice_etl, sluice_agent;
    grant select, insert, update, delete on all tables in schema public to sluice_etl;
    grant select on all tables in schema public to sluice_agent;
  `);
}

const batch = 2000;
