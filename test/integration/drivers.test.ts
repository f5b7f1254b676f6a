import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type pg from 'pg';
import postgres from 'postgres';
import { canaries } from '../support/clinic.ts';
import { type ClinicGateway, startClinicGateway } from '../support/clinic-gateway.ts';
import { startTap } from '../support/tap.ts';

let clinic: ClinicGateway;
before(async () => {
  clinic = await startClinicGateway();
});
after(() => clinic.stop());

test('psql over TLS with a token, verified against the own authority', async () => {
  const authority = join(clinic.folder, 'authority.pem');
  writeFileSync(authority, clinic.gateway.listeners.authority ?? '');
  const address = `host=127.0.0.1 port=${clinic.tlsPort} dbname=clinic user=x sslmode=verify-full sslrootcert=${authority}`;
  const sql = 'select id, ssn, full_name, status from patients order by id limit 3';
  const out = await psql(['-At', '-c', sql, address], await clinic.token());
  if (out === null) {
    // Without psql on the machine a driver asks the same: the handshake is what is tested here.
    const client = await clinic.connect({
      port: clinic.tlsPort,
      ssl: { ca: clinic.gateway.listeners.authority ?? '' },
    });
    assert.deepEqual((await client.query(sql)).rows[0], { id: 1, ssn: '***', full_name: '***', status: 'active' });
    await client.end();
    return;
  }
  assert.equal(out, '1|***|***|active\n2|***|***|active\n3|***|***|closed\n');
});

test('node-postgres: simple, parameterised, named, transactions', async () => {
  const client = await clinic.connect();
  const simple = await client.query('select id, mrn, ssn from patients where id = 1');
  assert.equal(simple.rows[0].ssn, '***');
  assert.match(simple.rows[0].mrn, /^tok_/);
  const again = await client.query('select id, mrn, ssn from patients where id = 1');
  assert.equal(again.rows[0].mrn, simple.rows[0].mrn);

  const joined = await client.query(
    'select p.full_name, e.kind from patients p join encounters e on e.patient_id = p.id where p.id = $1 limit 1',
    [1],
  );
  assert.deepEqual(joined.rows, [{ full_name: '***', kind: 'visit' }]);
  for (const id of [1, 2, 3]) {
    const named = await client.query({
      name: 'by-id',
      text: 'select id, phone, notes from patients where id = $1',
      values: [id],
    });
    assert.equal(named.rows[0].id, id);
    assert.match(named.rows[0].phone, /^[+* ]+\d{4}$/);
    assert.equal(named.rows[0].notes, null);
  }
  await client.query('begin');
  await client.query("insert into encounters values (9001, 1, 'visit', now())");
  await client.query('rollback');
  const gone = await client.query('select count(*)::int as n from encounters where id = 9001');
  assert.equal(gone.rows[0].n, 0);
  await client.end();
});

test('node-postgres: dates keep their type in binary and in text', async () => {
  const client = await clinic.connect();
  const text = await client.query({ text: 'select birth_date from patients where id = 2', types: raw });
  assert.equal(text.rows[0].birth_date, '1960-01-01');
  await client.end();
  // node-postgres asks for binary but decodes it as text: the bytes are looked at on their way.
  const tap = await startTap(clinic.port);
  const other = await clinic.connect({ port: tap.port, binary: true } as pg.ClientConfig);
  tap.take();
  await other.query({ text: 'select birth_date from patients where id = $1', values: [2] });
  const row = Buffer.from('44 0000000e 0001 00000004 ffffc6ee'.replaceAll(' ', ''), 'hex');
  assert.ok(tap.take().includes(row), 'one DataRow with -14610 days since 2000-01-01');
  await other.end();
  await tap.close();
});

test('postgres.js: prepared once, executed again without a Describe', async () => {
  const sql = postgres({
    host: '127.0.0.1',
    port: clinic.port,
    database: 'clinic',
    username: 'x',
    password: await clinic.token(),
    ssl: false,
    max: 1,
    fetch_types: false,
  });
  for (let run = 0; run < 3; run += 1) {
    const rows = await sql`select id, ssn, full_name from patients where id = ${1}`;
    assert.deepEqual([...rows], [{ id: 1, ssn: '***', full_name: '***' }]);
  }
  const [many, few] = await Promise.all([
    sql`select id from encounters order by id limit ${100}`,
    sql`select id from providers order by id`,
  ]);
  assert.equal(many?.length, 100);
  assert.equal(few?.length, 2);
  await assert.rejects(sql`select ssn || '' from patients where id = ${1}`, { code: '42501' });
  assert.deepEqual([...(await sql`select 1 as one`)], [{ one: 1 }]);
  await sql.end();
});

test('a hundred thousand rows arrive whole and in order', async () => {
  const direct = await clinic.direct();
  await direct.query(
    "create table bulk as select i as id, 'synthetic ' || i as label from generate_series(1, 100000) i",
  );
  await direct.end();
  // The table is younger than the snapshot: it is looked for once more before it is refused.
  const client = await clinic.connect();
  const { rows } = await client.query('select id, label from bulk order by id');
  assert.equal(rows.length, 100_000);
  assert.deepEqual([rows[0].id, rows[77_776].label, rows[99_999].id], [1, 'synthetic 77777', 100_000]);
  await client.end();
});

test('psql meta-commands and ORM introspection read the catalogue', async () => {
  const client = await clinic.connect();
  const tables = await client.query(
    "select table_name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE' order by 1",
  );
  assert.ok(tables.rows.some((row) => row.table_name === 'patients'));
  const columns = await client.query(
    "select a.attname, format_type(a.atttypid, a.atttypmod) from pg_catalog.pg_attribute a where a.attrelid = 'patients'::regclass and a.attnum > 0 order by a.attnum",
  );
  assert.equal(columns.rows[0].attname, 'id');
  await client.end();
});

test('nothing of the upstream credential reaches a client', async () => {
  const client = await clinic.connect();
  const { rows } = await client.query('show application_name');
  assert.match(rows[0].application_name, /^sluice\/ses_/);
  await assert.rejects(client.query('select rolpassword from pg_authid'), { code: '42501' });
  await client.end();
  assert.ok(!JSON.stringify(rows).includes(canaries.ssn));
});

const raw: pg.CustomTypesConfig = { getTypeParser: () => (value: unknown) => value };

/** What psql prints; null where there is no psql. Not synchronous: the gateway lives in this process. */
function psql(args: readonly string[], password: string): Promise<string | null> {
  return new Promise((resolve, reject) => {
    execFile('psql', args, { env: { ...process.env, PGPASSWORD: password } }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else if ((error as NodeJS.ErrnoException).code === 'ENOENT') resolve(null);
      else reject(new Error(stderr));
    });
  });
}
