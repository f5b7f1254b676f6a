import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type pg from 'pg';
import { canaries } from '../support/clinic.ts';
import { type ClinicGateway, startClinicGateway } from '../support/clinic-gateway.ts';

// Tables that a session makes for itself, with something protected and with nothing, before a real PostgreSQL.

let protecting: ClinicGateway;
let open: ClinicGateway;
before(async () => {
  [protecting, open] = await Promise.all([startClinicGateway(), startClinicGateway({ protect: '' })]);
});
after(() => Promise.all([protecting.stop(), open.stop()]));

const leaks = new RegExp(`${canaries.ssn}|${canaries.mrn}|${canaries.fullName}`);

async function withClient(clinic: ClinicGateway, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = await clinic.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

async function refusal(client: pg.Client, sql: string): Promise<string> {
  try {
    await client.query(sql);
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string };
    return `${code} ${message}`;
  }
  return 'nothing';
}

test('a session makes, fills, indexes, reads and drops tables of its own with the right to a session alone', async () => {
  for (const clinic of [protecting, open])
    await withClient(clinic, async (client) => {
      await client.query(
        'create temp table stage (id serial primary key, kind text not null, n numeric(8,2) check (n > 0))',
      );
      await client.query('insert into stage (kind, n) select kind, id from encounters where id < 4');
      await client.query("insert into stage (kind, n) values ('late', $1)", ['7']);
      await client.query('create index on stage (kind)');
      await client.query('analyze stage');
      await client.query("update stage set n = n + 1 where kind = 'late'");
      const { rows } = await client.query(
        'select s.kind, n, s.id from stage s join encounters e on e.id = s.id order by n',
      );
      assert.deepEqual(
        rows.map((row) => [row.kind, row.n]),
        [
          ['visit', '1.00'],
          ['visit', '2.00'],
          ['visit', '3.00'],
          ['late', '8.00'],
        ],
      );
      await client.query('delete from pg_temp.stage where id = 1');
      await client.query('truncate stage');
      assert.equal((await client.query('select count(*)::int as n from stage')).rows[0].n, 0);
      await client.query('drop table stage');
      assert.match(await refusal(client, 'select * from stage'), /^42P01/);
      await client.query('drop table if exists pg_temp.stage');
      await client.query('create temp table stage as select id, specialty from providers');
      assert.equal((await client.query('select * from stage')).rowCount, 2);
    });
});

test('what was copied from a protected column stays masked, in text and binary, and is named as that column', async () => {
  await withClient(protecting, async (client) => {
    await client.query(
      'create temp table copy_of as select id, ssn as zip, full_name, status from patients where id < 3',
    );
    for (const binary of [false, true]) {
      const { rows } = await client.query({
        text: 'select zip, full_name, id from copy_of where id = 1',
        ...{ binary },
      });
      assert.deepEqual(rows, [{ zip: '***', full_name: '***', id: 1 }]);
    }
    const { rows } = await client.query(
      'select c.*, p.zip as area from copy_of c join patients p on p.id = c.id and p.id = 1',
    );
    assert.doesNotMatch(JSON.stringify(rows), leaks);
    await client.query('create temp table again (like patients)');
    await client.query('insert into again select * from patients where id = 1');
    await client.query(`insert into again (id, ssn, mrn, full_name, status)
      select 2, c.zip, p.mrn, c.full_name, 'x' from copy_of c join patients p on p.id = c.id where p.id = 1`);
    const all = await client.query('select * from again');
    assert.equal(all.rowCount, 2);
    assert.doesNotMatch(JSON.stringify(all.rows), leaks);
    for (const sql of [
      "select zip || '' from copy_of",
      'select lower(full_name) from copy_of',
      'select c from copy_of c',
      "select id from copy_of where zip like '9%'",
      'select id from copy_of order by zip',
      'insert into copy_of (status) select ssn from patients where id = 1',
      'insert into copy_of (zip) select mrn from patients where id = 1',
      'update copy_of set status = zip',
      'insert into copy_of (id, zip) select id, ssn from patients where id = 1 on conflict (id) do update set status = excluded.zip',
      'insert into encounters (id, kind) select 9999, zip from copy_of',
      'create temp table upper_names as select upper(full_name) as n from patients where id = 1',
      'create unique index on copy_of (zip)',
      "create index on copy_of ((zip || ''))",
      'create temp table keyed (like patients including all)',
      'create temp table checked (like patients, check (length(ssn) > 3))',
      'alter table copy_of add unique (zip)',
      'copy copy_of to stdout',
      'explain select * from copy_of',
    ])
      assert.match(await refusal(client, sql), /^(42501|0A000) sluice: /, sql);
    assert.doesNotMatch(JSON.stringify((await client.query('select * from copy_of')).rows), leaks);
  });
  const entries = JSON.stringify(await protecting.entries());
  assert.match(entries, /"pg_temp\.copy_of"/);
  assert.doesNotMatch(entries, leaks);
});

test('what a rollback, a savepoint, the end of a transaction or DISCARD takes away or brings back is followed', async () => {
  await withClient(protecting, async (client) => {
    await client.query('create temp table t as select id, zip as v from patients where id = 1');
    await client.query('begin');
    await client.query('drop table t');
    await client.query('savepoint a');
    await client.query('create temp table t as select id, ssn as v from patients where id = 1');
    assert.deepEqual((await client.query('select v from t')).rows, [{ v: '***' }]);
    await client.query('rollback to a');
    assert.match(await refusal(client, 'select v from t'), /^42P01/);
    await client.query('rollback');
    assert.deepEqual((await client.query("select v || '' as v from t")).rows, [{ v: '94110' }]);
    await client.query('drop table t; create temp table t as select id, ssn as v from patients where id = 1');
    assert.match(await refusal(client, "select v || '' from t"), /^42501/);
    await client.query('begin');
    await client.query('drop table t');
    await client.query('create temp table t on commit drop as select id, zip as v from patients where id = 1');
    assert.deepEqual((await client.query("select v || '' as v from t")).rows, [{ v: '94110' }]);
    assert.match(await refusal(client, "rollback; select v || '' from t"), /^0A000/);
    await client.query('rollback');
    assert.match(await refusal(client, "select v || '' from t"), /^42501/);
    await client.query('begin; create temp table gone (a int) on commit drop');
    await client.query('insert into gone values (1)');
    await client.query('commit');
    assert.match(await refusal(client, 'select * from gone'), /^42P01/);
    await client.query('discard temp');
    assert.match(await refusal(client, 'select * from t'), /^42P01/);
    assert.match(await refusal(client, 'create temp table half (a int); select * from half; select 1/0'), /^22012/);
    assert.match(await refusal(client, 'select * from half'), /^42P01/);
  });
});

test('a name that could be an ordinary table as well is not guessed at', async () => {
  for (const clinic of [protecting, open])
    await withClient(clinic, async (client) => {
      await client.query('create temp table providers as select 7 as id');
      assert.match(
        await refusal(client, 'select id from providers'),
        /^42501 .*could be the temporary table or another/,
      );
      assert.deepEqual((await client.query('select id from pg_temp.providers')).rows, [{ id: 7 }]);
      assert.equal((await client.query('select id from public.providers')).rowCount, 2);
      await client.query('drop table pg_temp.providers');
      assert.equal((await client.query('select id from providers')).rowCount, 2);
    });
});

test('where nothing is protected a column may be added', async () => {
  await withClient(open, async (client) => {
    await client.query('create temp table loaded (a int, b text)');
    await client.query('alter table loaded add column c int default 3');
    await client.query("insert into loaded values (1, 'x')");
    assert.deepEqual((await client.query('select * from loaded')).rows, [{ a: 1, b: 'x', c: 3 }]);
  });
});
