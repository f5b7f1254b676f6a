import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type pg from 'pg';
import { type ClinicGateway, startClinicGateway } from '../support/clinic-gateway.ts';

const policies = `
@id("in") permit(principal, action in [Action::"connect", Action::"session"], resource == Connection::"clinic");
@id("encounters") permit(principal, action == Action::"select", resource == Table::"clinic/public.encounters");
@id("small-reads") @description("at most 100 rows are to be expected")
forbid(principal, action == Action::"select", resource == Table::"clinic/public.encounters")
unless { context.statement has estimatedRows && context.statement.estimatedRows <= 100 };
@id("patients") permit(principal, action == Action::"select", resource == Table::"clinic/public.patients")
when { context.principal.rowsHour < 30 && !context.principal.classesReadDay.contains("mrn") };
@id("providers") @purpose("required") @reason("required") permit(principal, action == Action::"select", resource == Table::"clinic/public.providers");
@id("over") @validUntil("2020-01-01") permit(principal, action in [Action::"select", Action::"delete"], resource in Connection::"clinic");
`;

let clinic: ClinicGateway;
before(async () => {
  clinic = await startClinicGateway({ policies });
  const direct = await clinic.direct();
  await direct.query('analyze');
  await direct.end();
});
after(() => clinic.stop());

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

function refusalOf(run: Promise<unknown>): Promise<Refusal | null> {
  return run.then(
    () => null,
    (error: unknown) => error as Refusal,
  );
}

async function withClient<T>(run: (client: pg.Client) => Promise<T>, options = {}): Promise<T> {
  const client = await clinic.connect(options);
  try {
    return await run(client);
  } finally {
    await client.end();
  }
}

test('a statement is refused by the rows that the target expects of it, and the EXPLAIN is an entry without its literals', () =>
  withClient(async (client) => {
    const few = "select id from encounters where id < 20 and kind <> 'sentinel-4711'";
    assert.equal((await client.query(few)).rowCount, 19);
    assert.match(
      (await refusalOf(client.query('select id from encounters')))?.message ?? '',
      /at most 100 rows are to be/,
    );
    const own = (await clinic.entries()).filter(({ purpose }) => purpose === 'estimate the rows of a statement');
    const texts = own.map(({ text }) => String(text));
    assert.ok(
      texts.some((text) => /^EXPLAIN \(FORMAT JSON\) select id from encounters where id < /.test(text)),
      texts.join(),
    );
    assert.doesNotMatch(JSON.stringify(own), /sentinel-4711/);
    await client.query(few);
    const again = (await clinic.entries()).filter(({ purpose }) => purpose === 'estimate the rows of a statement');
    assert.equal(again.length, own.length, 'what is repeated is planned once');
  }));

test('with parameters, the plan for any value counts', () =>
  withClient(async (client) => {
    const one = await client.query({ text: 'select id from encounters where id = $1', values: [3] });
    assert.equal(one.rowCount, 1);
    const most = client.query({ text: 'select id from encounters where id > $1', values: [1990] });
    assert.match((await refusalOf(most))?.message ?? '', /at most 100 rows/);
  }));

test('what cannot be estimated is refused with the way forward', () =>
  withClient(async (client) => {
    for (const [sql, says] of [
      ['select id from encounters where id = 1; select 1', /only one of its query/],
      ['select id from encounters where kind > 3', /could not plan it/],
    ] as const) {
      const refused = await refusalOf(client.query(sql));
      assert.match(refused?.message ?? '', says);
      assert.ok((refused?.hint ?? '') !== '');
    }
  }));

test('a statement that filters by a column without a grant is not planned at all', () =>
  withClient(async (client) => {
    const before = (await clinic.entries()).length;
    const sql = "select e.id from encounters e, patients p where e.id = 1 and p.ssn = '900-55-7391'";
    assert.equal((await refusalOf(client.query(sql)))?.code, '42501');
    const since = (await clinic.entries()).slice(before);
    assert.equal(since.filter(({ type }) => type === 'statement.own').length, 0);
  }));

test('rows are counted per principal, over sessions, and others have their own count', async () => {
  const read = async (user: string) => {
    const password = await clinic.token(user);
    return withClient((client) => refusalOf(client.query('select id from patients where id <= 20')), { password });
  };
  assert.equal(await read('reader'), null);
  assert.equal(await read('reader'), null, '20 rows are less than 30');
  assert.match((await read('reader'))?.message ?? '', /no policy permits select on public\.patients/);
  assert.equal(await read('other-reader'), null);
});

test('classes are counted as well', async () => {
  const password = await clinic.token('class-reader');
  await withClient((client) => client.query('select mrn from patients where id = 1'), { password });
  const again = await withClient((client) => refusalOf(client.query('select id from patients where id = 1')), {
    password,
  });
  assert.match(again?.message ?? '', /no policy permits/);
});

test('a permit that requires a purpose and a reason counts once the session states them', () =>
  withClient(async (client) => {
    const sql = 'select id from providers';
    assert.match((await refusalOf(client.query(sql)))?.hint ?? '', /SET sluice\.reason = /);
    await client.query("set sluice.reason = 'ticket 7'");
    assert.match((await refusalOf(client.query(sql)))?.hint ?? '', /SET sluice\.purpose = 'TREAT'/);
    await client.query("set sluice.purpose = 'TREAT'");
    assert.equal((await client.query(sql)).rowCount, 2);
  }));

test('a permit past its day grants nothing, and says when that was', () =>
  withClient(async (client) => {
    const refused = await refusalOf(client.query('delete from encounters where id = 1'));
    assert.match(refused?.message ?? '', /no policy permits delete on public\.encounters/);
    assert.match(refused?.hint ?? '', /policy "over" permitted it until 2020-01-01/);
  }));
