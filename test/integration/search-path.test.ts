import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type pg from 'pg';
import { availablePostgres, type PostgresMajor } from '../../src/app/demo/postgres-binaries.ts';
import type { ClinicGateway } from '../support/clinic-gateway.ts';
import { startPathClinic } from '../support/path-clinic.ts';
import { fe } from '../support/pg-bytes.ts';
import { RawWire } from '../support/raw-wire.ts';

// What a name means after code that Sluice has not reviewed: PostgreSQL 18 says so, before it nobody does.

const majors = availablePostgres().filter((major) => major === 15 || major === 18);

/** Each leaves the path as it is. */
const keeping: Readonly<Record<string, string>> = {
  nextval: "select nextval('public.numbers')",
  setval: "select setval('public.numbers', 7)",
  lastval: "select nextval('public.numbers'), currval('public.numbers'), lastval()",
  pg_sleep: 'select pg_sleep(0.001)',
  lo_create: 'select lo_create(0)',
  pg_current_wal_lsn: 'select pg_current_wal_lsn()',
  pg_stat_activity: 'select count(*) from pg_stat_activity',
  pg_stat_get_activity: 'select count(*) from pg_stat_get_activity(null)',
  advisory: 'select pg_advisory_xact_lock(7)',
  pg_terminate_backend: 'select pg_terminate_backend(pid) from pg_stat_activity where pid = 0',
};

/** What `t` is afterwards, where the target reports the path. */
const moving: readonly (readonly [string, readonly string[], string])[] = [
  ['a function that changes nothing', ['select public.still()'], 'a'],
  ['a function that changes it', ["select public.move('b')"], 'b'],
  ['to what is closed', ["select public.move('closed')"], 'denied'],
  ['for its transaction alone', ["select public.move_local('b')"], 'a'],
  ['for its block', ['begin', "select public.move_local('b')"], 'b'],
  ['for its block, which has ended', ['begin', "select public.move_local('b')", 'commit'], 'a'],
  ['in a block that is committed', ['begin', "select public.move('b')", 'commit'], 'b'],
  ['a SET clause', ["select public.move_back('b')"], 'a'],
  ['a SET clause that is overridden', ["select public.move_past('b')"], 'b'],
  ['a function that failed', ["select public.move_fail('b')"], 'a'],
  ['a function that caught its own failure', ["select public.move_caught('b')"], 'a'],
  ['a procedure that committed it', ["call public.move_commit('b')"], 'b'],
  ['and failed behind it', ["call public.move_commit_fail('b')"], 'b'],
  ['DO', ["do $$ begin perform set_config('search_path', 'b', false); end $$"], 'b'],
  ['a name in quotes', ['create schema if not exists "B, b"', `select public.move('"B, b", b')`], 'b'],
  ['nothing', ["select public.move('')"], '42P01'],
];

const texts: readonly (readonly [string, string])[] = [
  ['set search_path = b; select mark from t', 'b'],
  ["select set_config('search_path', 'b', false); select mark from t", 'b'],
  ['begin; set local search_path = b; select mark from t', 'b'],
  ['set local search_path = b; select mark from t', 'b'],
  ['set search_path = closed; select mark from t', 'denied'],
  ['set search_path = closed; set search_path = b; select mark from t', 'b'],
  ['set search_path = b; rollback; select mark from t', 'unknown'],
  ['begin; set search_path = b; rollback; select mark from t', 'unknown'],
  ['set search_path = b; rollback; select mark from a.t', 'a'],
  ['reset search_path; select mark from t', 'unknown'],
  ["select public.move('closed'); select mark from t", 'unknown'],
  ["select public.move('closed'); select mark from a.t", 'a'],
  ["select public.move('closed'); set search_path = b; select mark from t", 'b'],
];

for (const major of majors) describe(`PostgreSQL ${major}`, () => paths(major));

function paths(major: PostgresMajor): void {
  const reports = major >= 18;
  let clinic: ClinicGateway;
  before(async () => {
    clinic = await startPathClinic(major);
  });
  after(() => clinic.stop());

  /** What `t` is read as after these: its mark, or why it was refused. */
  async function meant(...before: readonly string[]): Promise<string> {
    const client = await clinic.connect({ options: '-csearch_path=a' });
    try {
      for (const sql of before) await client.query(sql).catch((error: Error) => refused(error));
      return await read(client);
    } finally {
      await client.end();
    }
  }

  for (const [name, sql] of Object.entries(keeping))
    test(`${name}: names mean what they meant`, async () => {
      assert.equal(await meant(sql), 'a');
      assert.equal(await meant('begin', sql), 'a');
    });

  test('they are still called, and policy still decides that', async () => {
    const client = await clinic.connect();
    await client.query('select pg_sleep(0), nextval($1)', ['numbers']);
    await client.end();
    const entry = (await clinic.entries()).findLast(({ verb }) => verb === 'select');
    assert.deepEqual(entry?.policies, ['code']);
  });

  for (const [name, sql, expected] of moving)
    test(`${name}: ${reports ? expected : 'unknown'}`, async () => {
      assert.equal(await meant(...sql), reports ? expected : 'unknown');
    });

  // Before that Sluice does not see it at all: docs/threat-model.md.
  if (reports)
    test('code that nobody called by name, as a trigger, is followed too', async () => {
      assert.equal(await meant("insert into public.moved values ('b')"), 'b');
      assert.equal(await meant("insert into public.moved values ('closed')"), 'denied');
      assert.equal(await meant('begin', "insert into public.moved values ('closed')", 'rollback'), 'a');
    });

  test('SET search_path makes it known again', async () => {
    assert.equal(await meant("select move('b')", 'set search_path = a'), 'a');
  });

  test('a rollback takes back what ran in its block, and is known without a report', async () => {
    assert.equal(await meant('begin', "select move('b')", 'rollback'), 'a');
    assert.equal(await meant('begin', "select move_fail('b')", 'rollback'), 'a');
    assert.equal(await meant('begin', 'savepoint s', "select move('b')", 'rollback to s'), 'a');
  });

  test('a portal that was suspended goes on unasked: what it moves meanwhile is never taken for known', async () => {
    const wire = await RawWire.open({ port: clinic.port, user: 'whoever', password: await clinic.token() });
    await wire.exchange([fe.query('begin')]);
    await wire.exchange([
      fe.parse('', "select 'first' union all select public.move('closed')"),
      fe.bind('p', ''),
      fe.execute('p', 1),
      fe.sync,
    ]);
    await wire.exchange([fe.query('set search_path = a')]);
    const rest = await wire.exchange([
      fe.execute('p'),
      fe.parse('', 'select mark from t'),
      fe.bind('q', ''),
      fe.execute('q'),
      fe.sync,
    ]);
    const rows = rest.filter(({ type }) => type === 'D').map(({ body }) => body.subarray(6).toString());
    const error = rest.find(({ type }) => type === 'E')?.body.toString() ?? '';
    assert.deepEqual(rows, ['closed']);
    assert.match(error, /search_path of the session is not known/);
    wire.destroy();
  });

  for (const [sql, expected] of texts)
    test(`in one text: ${sql}`, async () => {
      const client = await clinic.connect({ options: '-csearch_path=a' });
      const answer = await client.query(sql).then(
        (results) => [results].flat().at(-1)?.rows[0]?.mark,
        (error: Error) => refused(error),
      );
      assert.equal(answer, expected);
      await client.end();
    });
}

async function read(client: pg.Client): Promise<string> {
  try {
    return (await client.query('select mark from t')).rows[0].mark;
  } catch (error) {
    return refused(error as Error);
  }
}

function refused(error: Error): string {
  if (/search_path of the session is not known/.test(error.message)) return 'unknown';
  if (/denied by policy "closed"/.test(error.message)) return 'denied';
  return (error as pg.DatabaseError).code ?? error.message;
}
