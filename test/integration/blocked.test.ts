import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type ClinicGateway, startClinicGateway } from '../support/clinic-gateway.ts';

let clinic: ClinicGateway;
before(async () => {
  clinic = await startClinicGateway();
});
after(() => clinic.stop());

const blocked: readonly { readonly sql: string; readonly code: string; readonly says: RegExp }[] = [
  { sql: 'drop table encounters', code: '0A000', says: /DDL on a connection with protected columns/ },
  { sql: `/*${'x'.repeat(7 * 1024 * 1024)}*/ drop table encounters`, code: '54000', says: /statementBytes/ },
  { sql: `/*${'x'.repeat(9 * 1024 * 1024)}*/ drop table encounters`, code: '54000', says: /statementBytes/ },
  { sql: `${' '.repeat(9 * 1024 * 1024)}drop table encounters`, code: '54000', says: /statementBytes/ },
  { sql: 'truncate encounters', code: '42501', says: /no-ddl|truncate/ },
  {
    sql: 'select id from patients',
    code: '42501',
    says: /denied by policy "no-bulk-phi-read": reads of protected tables must be filtered or limited/,
  },
  { sql: 'select id from patients where true', code: '42501', says: /no-bulk-phi-read/ },
  { sql: 'select id from patients where id = id', code: '42501', says: /no-bulk-phi-read/ },
  { sql: 'select * from other.patients', code: '42501', says: /other-tables/ },
  { sql: "copy encounters to program 'cat'", code: '0A000', says: /COPY with files or programs/ },
  { sql: 'copy patients to stdout', code: '0A000', says: /COPY TO of tables with protected columns/ },
  { sql: "set sluice.ticket = 'not a number'", code: '0A000', says: /not the number of a ticket/ },
  { sql: "set sluice.reason = 'x'; select 1", code: '0A000', says: /holds nothing else/ },
  { sql: 'do $$ begin end $$', code: '0A000', says: /DO/ },
  { sql: 'set role postgres', code: '0A000', says: /role/ },
  { sql: "set session authorization 'x'", code: '0A000', says: /session_authorization|SESSION AUTHORIZATION/i },
  { sql: 'alter role postgres set search_path = x', code: '0A000', says: /DDL/ },
  { sql: "select pg_read_file('/etc/passwd')", code: '42501', says: /pg_read_file/ },
  { sql: 'select pg_terminate_backend(1)', code: '42501', says: /pg_terminate_backend/ },
  { sql: "set client_encoding = 'sjis'", code: '0A000', says: /client_encoding/ },
  { sql: 'set standard_conforming_strings = off', code: '0A000', says: /standard_conforming_strings/ },
  {
    sql: 'select 1 from patients where ssn = $$900-55-7391$$',
    code: '42501',
    says: /public\.patients\.ssn is used in WHERE; `filter` on it is not granted/,
  },
  {
    sql: 'select id from patients where id < 9 order by full_name',
    code: '42501',
    says: /public\.patients\.full_name.*ORDER BY/,
  },
  { sql: 'selec 1', code: '42601', says: /syntax error at or near "selec"/ },
  { sql: `select ${'('.repeat(20_000)}1${')'.repeat(20_000)}`, code: '54000', says: /nest|depth|limit/i },
  { sql: `select 1${'+1'.repeat(200_000)}`, code: '54000', says: /limit|chain|too many/i },
];

for (const { sql, code, says } of blocked) {
  test(`refused: ${sql.slice(0, 60).trim() || 'a statement behind blanks'}${sql.length > 60 ? ` ... (${sql.length} characters)` : ''}`, async () => {
    const client = await clinic.connect();
    const before = (await clinic.entries()).length;
    const error = await client.query(sql).then(
      () => null,
      (caught: unknown) => caught as { code: string; message: string; detail?: string; hint?: string },
    );
    assert.equal(error?.code, code, error?.message);
    assert.match(error?.message ?? '', says);
    if (code !== '42601') assert.ok((error?.hint ?? '').length > 5, 'a refusal says the way forward');
    const decided = (await clinic.entries()).slice(before).filter((entry) => entry['type'] === 'statement.decided');
    assert.deepEqual(
      decided.map((entry) => entry['decision']),
      ['deny'],
    );
    assert.equal(
      (await client.query('select count(*)::int as n from encounters')).rows[0].n,
      2000,
      'the session lives on',
    );
    await client.end();
  });
}

test('a denial inside a transaction fails it on both sides', async () => {
  const client = await clinic.connect();
  await client.query('begin');
  await client.query("insert into encounters values (5001, 1, 'visit', now())");
  await assert.rejects(client.query('drop table encounters'), { code: '0A000' });
  await assert.rejects(client.query('select 1'), { code: '25P02' });
  await client.query('commit');
  assert.equal((await client.query('select count(*)::int as n from encounters where id = 5001')).rows[0].n, 0);
  await client.end();
});

test('a denial after earlier statements of one query runs none of them', async () => {
  const client = await clinic.connect();
  await assert.rejects(client.query("insert into encounters values (5002, 1, 'visit', now()); drop table encounters"), {
    code: '0A000',
  });
  assert.equal((await client.query('select count(*)::int as n from encounters where id = 5002')).rows[0].n, 0);
  await client.end();
});

test('a syntax error has the position that PostgreSQL gives', async () => {
  const client = await clinic.connect();
  const direct = await clinic.direct();
  for (const sql of [
    'select 1 from from',
    'select * from where',
    "select 'unterminated",
    'selec 1',
    "select 'é', * fro x",
  ]) {
    const [ours, theirs] = await Promise.all(
      [client.query(sql), direct.query(sql)].map((query) =>
        query.then(
          () => null,
          (error) => error,
        ),
      ),
    );
    assert.deepEqual(
      [ours.code, ours.position, ours.message.replace(/^sluice: /, '')],
      [theirs.code, theirs.position, theirs.message],
      sql,
    );
  }
  await client.end();
  await direct.end();
});
