import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type pg from 'pg';
import { clinicPolicies } from '../support/clinic.ts';
import { type ClinicGateway, startClinicGateway } from '../support/clinic-gateway.ts';

// PREPARE, cursors, CALL, DO, tables made a moment ago and search_path at startup, before a real PostgreSQL.

const policies = `${clinicPolicies.replace(/@id\("no-ddl"\)[\s\S]*?;\n/, '')}
@id("code") @description("pipelines run code")
permit(principal in Group::"pipelines", action in [Action::"call", Action::"ddl"], resource in Connection::"clinic");`;

let protecting: ClinicGateway;
let open: ClinicGateway;
before(async () => {
  [protecting, open] = await Promise.all([startClinicGateway(), startClinicGateway({ protect: '', policies })]);
  const setup = await open.direct();
  await setup.query(
    `create procedure note(n int) language sql as 'update encounters set kind = ''noted'' where id = n'`,
  );
  await setup.end();
});
after(() => Promise.all([protecting.stop(), open.stop()]));

async function refusal(client: pg.Client, sql: string): Promise<string> {
  try {
    await client.query(sql);
  } catch (error) {
    const { code, message } = error as { readonly code?: string; readonly message: string };
    return `${code} ${message}`;
  }
  return 'nothing';
}

test('a statement prepared in SQL is decided when it is executed, and outlives a rollback', async () => {
  const client = await open.connect();
  await client.query('begin');
  await client.query('prepare q (int) as select kind from encounters where id = $1');
  assert.deepEqual((await client.query('execute q (7)')).rows, [{ kind: 'visit' }]);
  await client.query('rollback');
  assert.deepEqual((await client.query('execute q (4 + 4)')).rows, [{ kind: 'visit' }]);
  assert.match(await refusal(client, 'prepare q as select 1'), /^42P05/);
  assert.deepEqual((await client.query('execute q (9)')).rows, [{ kind: 'visit' }]);
  await client.query('deallocate q');
  assert.match(await refusal(client, 'execute q (9)'), /^26000/);
  await client.query("prepare r as values ('x'); execute r");
  assert.deepEqual((await client.query('execute r')).rows, [{ column1: 'x' }]);
  await client.query('deallocate all');
  assert.match(await refusal(client, 'execute r'), /^26000/);
  assert.match(await refusal(client, 'prepare s as select * from other.patients'), /^42501/);
  await client.end();
});

test('a cursor is fetched from until it is closed or its transaction is over, WITH HOLD for longer', async () => {
  const client = await open.connect();
  await client.query('begin');
  await client.query('declare c cursor for select id from encounters order by id');
  await client.query('declare h cursor with hold for select id from encounters order by id');
  assert.deepEqual((await client.query('fetch 2 from c')).rows, [{ id: 1 }, { id: 2 }]);
  await client.query('move 10 in c');
  assert.deepEqual((await client.query('fetch c')).rows, [{ id: 13 }]);
  await client.query('commit');
  assert.match(await refusal(client, 'fetch c'), /^34000/);
  assert.deepEqual((await client.query('fetch h')).rows, [{ id: 1 }]);
  await client.query('close h');
  assert.match(await refusal(client, 'fetch h'), /^34000/);
  await client.query('begin; declare d cursor for select 1 as one; fetch d');
  await client.query('rollback');
  assert.match(await refusal(client, 'fetch d'), /^34000/);
  await client.end();
});

test('where something is protected, queries named in SQL and code are refused with a sentence', async () => {
  const client = await protecting.connect();
  for (const sql of [
    'prepare q as select 1',
    'execute q',
    'declare c cursor for select 1',
    'fetch c',
    'do $$ begin end $$',
    'call note(1)',
  ])
    assert.match(await refusal(client, sql), /^0A000 sluice: .*on a connection that protects columns/, sql);
  await client.end();
});

test('CALL and DO run where policy permits them, and the target tells what path they leave', async () => {
  const client = await open.connect();
  await client.query('call note(3)');
  await client.query('do $$ begin perform 1; end $$');
  assert.deepEqual((await client.query('select kind from encounters where id = 3')).rows, [{ kind: 'noted' }]);
  await client.end();
  const verbs = (await open.entries()).filter((entry) => entry['verb'] === 'call');
  assert.ok(verbs.length >= 2);
});

test('a table made by a statement is known to the next one', async () => {
  const client = await open.connect();
  for (let at = 0; at < 4; at += 1) {
    const started = performance.now();
    await client.query(`create table made_${at} (a int)`);
    await client.query(`insert into made_${at} values (1)`);
    assert.equal((await client.query(`select a from made_${at}`)).rowCount, 1);
    assert.ok(performance.now() - started < 5000);
  }
  await client.query('begin');
  await client.query('create table unseen (a int)');
  assert.match(await refusal(client, 'select a from unseen'), /^42P01/);
  await client.query('rollback');
  await client.end();
});

test('search_path as a startup parameter is followed', async () => {
  for (const clinic of [protecting, open]) {
    const client = await clinic.connect({ options: '-c search_path=other,public' });
    assert.match(await refusal(client, 'select * from patients limit 1'), /^42501 .*the other schema is closed/);
    assert.equal((await client.query('show search_path')).rows[0].search_path, 'other,public');
    await client.end();
  }
});
