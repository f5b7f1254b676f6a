import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type pg from 'pg';
import { type ClinicGateway, startClinicGateway } from '../support/clinic-gateway.ts';

const policies = `
@id("in") permit(principal, action in [Action::"connect", Action::"session"], resource == Connection::"clinic");
@id("few-rows") @maxRows("10") permit(principal, action in [Action::"select", Action::"insert", Action::"update"], resource == Table::"clinic/public.encounters");
@id("fewer-providers") @maxRows("1") permit(principal, action == Action::"select", resource == Table::"clinic/public.providers");
@id("some-patients") @maxRows("400") permit(principal, action == Action::"select", resource == Table::"clinic/public.patients");
`;

let clinic: ClinicGateway;
let client: pg.Client;
before(async () => {
  clinic = await startClinicGateway({ policies });
  client = await clinic.connect();
});
after(async () => {
  await client.end();
  await clinic.stop();
});

interface Refusal {
  readonly code: string;
  readonly message: string;
}

function refusalOf(run: Promise<unknown>): Promise<Refusal | null> {
  return run.then(
    () => null,
    (error: unknown) => error as Refusal,
  );
}

async function cuts(): Promise<readonly Record<string, unknown>[]> {
  return (await clinic.entries()).filter(({ type, result }) => type === 'statement.completed' && result === 'cut');
}

const ways: readonly { readonly name: string; readonly text: (n: number) => pg.QueryConfig }[] = [
  { name: 'simple', text: (n) => ({ text: `select id from encounters where id <= ${n}` }) },
  { name: 'extended', text: (n) => ({ text: 'select id from encounters where id <= $1', values: [n] }) },
  {
    name: 'prepared',
    text: (n) => ({ name: 'few', text: 'select id from encounters where id <= $1 order by id', values: [n] }),
  },
];

for (const { name, text } of ways) {
  test(`${name}: as many rows as the policy allows pass, one more fails the statement; the session lives on`, async () => {
    assert.equal((await client.query(text(10))).rowCount, 10);
    assert.equal((await client.query(text(0))).rowCount, 0);
    const refused = await refusalOf(client.query(text(11)));
    assert.deepEqual(
      [refused?.code, refused?.message],
      ['54000', 'sluice: the policy "few-rows" allows at most 10 rows'],
    );
    assert.equal((await client.query(text(3))).rowCount, 3);
    const entry = (await cuts()).at(-1);
    assert.deepEqual([entry?.['sqlstate'], entry?.['rows']], ['54000', '10']);
  });
}

test('a large result is cut as soon as a small one', async () => {
  assert.equal((await refusalOf(client.query('select a.id from encounters a, encounters b')))?.code, '54000');
  assert.equal((await client.query('select 1 as one')).rows[0]?.one, 1);
});

test('rows of a masked connection are cut as well', async () => {
  const refused = await refusalOf(client.query('select id, ssn from patients'));
  assert.match(refused?.message ?? '', /"some-patients" allows at most 400 rows/);
  const within = await client.query('select ssn from patients where id <= 400');
  assert.equal(within.rowCount, 400);
  assert.doesNotMatch(JSON.stringify(within.rows), /900-55-7391/);
});

test('in a transaction: both sides see a failed one, and nothing of it stays', async () => {
  for (const values of [undefined, []] as const) {
    await client.query('begin');
    await client.query("update encounters set kind = 'touched' where id = 1");
    assert.equal(
      (await refusalOf(client.query({ text: 'select id from encounters', values: values as [] })))?.code,
      '54000',
    );
    assert.equal((await refusalOf(client.query('select 1')))?.code, '25P02');
    await client.query('rollback');
    const direct = await clinic.direct();
    assert.deepEqual((await direct.query('select kind from encounters where id = 1')).rows, [{ kind: 'visit' }]);
    await direct.end();
  }
});

test('what a cut statement wrote is undone', async () => {
  for (const query of [
    { text: "update encounters set kind = 'cut' returning id" },
    { text: 'update encounters set kind = $1 returning id', values: ['cut'] },
  ]) {
    assert.equal((await refusalOf(client.query(query)))?.code, '54000');
    const direct = await clinic.direct();
    assert.equal((await direct.query("select id from encounters where kind = 'cut'")).rowCount, 0);
    await direct.end();
  }
  const within = await client.query("update encounters set kind = 'visit' where id <= 10 returning id");
  assert.equal(within.rowCount, 10);
  const silent = await client.query("update encounters set kind = 'visit'");
  assert.equal(silent.rowCount, 2000, 'rows that are written and not returned are not bounded');
});

test('a transaction of simple queries commits what was within the bound', async () => {
  await client.query('begin');
  await client.query("insert into encounters values (9001, 1, 'mine', '2026-01-01') returning id");
  await client.query('commit');
  assert.equal((await client.query('select kind from encounters where id = 9001')).rowCount, 1);
  await client.query("insert into encounters values (9002, 1, 'mine', '2026-01-01') returning id");
  const direct = await clinic.direct();
  assert.equal((await direct.query('delete from encounters where id > 9000')).rowCount, 2, 'both are committed');
  await direct.end();
});

test('the strictest of the permits that let a statement through binds it', async () => {
  const refused = await refusalOf(client.query('select e.id from encounters e, providers p where e.id < 4'));
  assert.match(refused?.message ?? '', /"fewer-providers" allows at most 1 row$/);
});

test('a bounded statement is alone in its query', async () => {
  const refused = await refusalOf(client.query('select id from encounters where id = 1; select 1'));
  assert.match(refused?.message ?? '', /must be the only one of its query/);
  assert.equal(((await client.query('select 1; select 2')) as unknown as pg.QueryResult[]).length, 2);
});

test('errors of the target come as ever, and the session goes on', async () => {
  const direct = await refusalOf(client.query('select id / 0 from encounters'));
  assert.equal(direct?.code, '22012');
  assert.equal((await client.query('select id from encounters where id = 1')).rowCount, 1);
});

test('SHOW, BEGIN and other statements of the session are not bounded, whatever else is', async () => {
  assert.equal((await client.query('show datestyle')).rows.length, 1);
  assert.equal((await client.query('select generate_series(1, 11)')).rowCount, 11);
});
