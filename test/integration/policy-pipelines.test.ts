import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type ClinicGateway, startClinicGateway } from '../support/clinic-gateway.ts';
import { fe } from '../support/pg-bytes.ts';
import { RawWire } from '../support/raw-wire.ts';

const policies = `
@id("in") permit(principal, action in [Action::"connect", Action::"session"], resource == Connection::"clinic");
@id("few-rows") @maxRows("10") permit(principal, action == Action::"select", resource == Table::"clinic/public.encounters");
@id("write") permit(principal, action == Action::"insert", resource == Table::"clinic/public.providers");
@id("copy") permit(principal, action == Action::"copy", resource);
`;

let clinic: ClinicGateway;
before(async () => {
  clinic = await startClinicGateway({ policies, protect: '' });
});
after(() => clinic.stop());

async function raw(run: (session: RawWire) => Promise<void>): Promise<void> {
  const session = RawWire.over(await clinic.connect());
  try {
    await run(session);
  } finally {
    session.destroy();
  }
}

async function providers(): Promise<number> {
  const direct = await clinic.direct();
  const { rowCount } = await direct.query('select 1 from providers');
  await direct.end();
  return rowCount ?? 0;
}

const typesOf = (messages: readonly { readonly type: string }[]) =>
  messages
    .map(({ type }) => type)
    .join('')
    .replaceAll(/D+/g, (rows) => `${rows.length}D`);

const read = (where: string, portal = '') => [fe.parse('', `select id from encounters ${where}`), fe.bind(portal, '')];
const write = (id: number) => [
  fe.parse('', `insert into providers values (${id}, 'x')`),
  fe.bind('', ''),
  fe.execute(''),
];

test('in a pipeline, what is behind a cut statement does not run; what is behind its Sync does', () =>
  raw(async (session) => {
    const before = await providers();
    const answers = await session.exchange(
      [...write(101), ...read('where id <= 11'), fe.execute(''), ...write(102), fe.sync, ...write(103), fe.sync],
      2,
    );
    assert.equal(typesOf(answers), '12C1210DEZ12CZ');
    assert.match(answers.find(({ type }) => type === 'E')?.body.toString() ?? '', /C54000\0.*at most 10 rows/);
    assert.equal(await providers(), before + 1, 'the one before it is undone with it');
  }));

test('in a pipeline, a statement within its bound is like any other', () =>
  raw(async (session) => {
    const before = await providers();
    const answers = await session.exchange([...read('where id <= 10'), fe.execute(''), ...write(104), fe.sync]);
    assert.equal(typesOf(answers), '1210DC12CZ');
    assert.equal(await providers(), before + 1);
  }));

test('a portal that is fetched in parts is bounded over all of them', () =>
  raw(async (session) => {
    const parts = [fe.execute('p', 4), fe.execute('p', 4), fe.execute('p', 4), fe.sync];
    const answers = await session.exchange([fe.query('begin'), ...read('', 'p'), ...parts], 2);
    assert.equal(typesOf(answers), 'CZ124Ds4Ds2DEZ');
    assert.equal(answers.at(-1)?.body.toString(), 'E', 'the transaction has failed');
    assert.equal(typesOf(await session.exchange([fe.query('rollback')])), 'CZ');
  }));

test('a portal of as many rows as the bound ends by itself', () =>
  raw(async (session) => {
    const answers = await session.exchange([
      ...read('where id <= 10', 'p'),
      fe.execute('p', 10),
      fe.execute('p'),
      fe.sync,
    ]);
    assert.equal(typesOf(answers), '1210DsCZ');
  }));

test('simple queries that come all at once keep their order', () =>
  raw(async (session) => {
    const queries = [3, 11, 10].map((n) => fe.query(`select id from encounters where id <= ${n}`));
    const answers = await session.exchange([...queries, fe.query('select 1')], 4);
    assert.equal(typesOf(answers), 'T3DCZT10DEZT10DCZT1DCZ');
    assert.deepEqual(
      answers.filter(({ type }) => type === 'Z').map(({ body }) => body.toString()),
      ['I', 'I', 'I', 'I'],
    );
  }));

test('COPY is refused where the rows are bounded', () =>
  raw(async (session) => {
    const answers = await session.exchange([fe.query('copy encounters to stdout')]);
    assert.equal(typesOf(answers), 'EZ');
    assert.match(answers[0]?.body.toString() ?? '', /"few-rows" bounds the rows, which cannot be done to COPY/);
  }));
