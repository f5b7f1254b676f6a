import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import type pg from 'pg';
import type { ClinicGateway } from '../../support/clinic-gateway.ts';
import { decide, refusalOf, startApprovals } from './story.ts';

let clinic: ClinicGateway;
let client: pg.Client;
let dana: string;
before(async () => {
  clinic = await startApprovals();
  dana = await clinic.person('dana', 'compliance');
  client = await clinic.connect();
});
after(async () => {
  await client.end();
  await clinic.stop();
});

interface Run {
  readonly text: string;
  readonly values?: readonly unknown[];
}

/** Another run of the statement, by whom, and where: never what was approved. */
type Elsewhere = (exact: Run) => Promise<unknown>;

const run = (by: pg.Client, { text, values }: Run) => by.query(text, values === undefined ? undefined : [...values]);

/** Somebody else's session, or the same principal's in other circumstances, for one statement. */
const visiting =
  (options: () => Promise<Partial<pg.ClientConfig>>, first?: string): Elsewhere =>
  async (exact) => {
    const visitor = await clinic.connect(await options());
    try {
      if (first !== undefined) await visitor.query(first);
      return await run(visitor, exact);
    } finally {
      await visitor.end();
    }
  };

const circumstances: readonly (readonly [string, Elsewhere])[] = [
  ['another principal', visiting(async () => ({ password: await clinic.token('other') }))],
  [
    'the same principal for somebody else',
    visiting(async () => ({
      password: await clinic.issuer.token({ sub: 'job', kind: 'workload', act: { sub: 'dana' } }),
    })),
  ],
  ['another search path', visiting(async () => ({}), 'set search_path = other, public')],
  ['a longer search path', visiting(async () => ({}), 'set search_path = public, other')],
  [
    'another search path from the start',
    visiting(async () => ({ options: '-c search_path=other,public' }) as Partial<pg.ClientConfig>),
  ],
];

/** What stands between two tokens, and means nothing. */
const gaps = fc.constantFrom('  ', '\t', '\n', ' /* x */ ', ' -- x\n', '/**/ ', '\r\n', ' /* a /* b */ c */ ');

/** Texts that mean the same, or nearly: the statement spelt otherwise, at a place that chance picks. */
const respelt = (text: string): fc.Arbitrary<string> => {
  const spaces = [...text.matchAll(/ /g)].map(({ index }) => index);
  const letters = [...text.matchAll(/[a-z]/g)].map(({ index }) => index);
  return fc.oneof(
    fc.tuple(fc.constantFrom(...spaces), gaps).map(([at, gap]) => text.slice(0, at) + gap + text.slice(at + 1)),
    fc.constantFrom(...letters).map((at) => text.slice(0, at) + text.charAt(at).toUpperCase() + text.slice(at + 1)),
    gaps.map((gap) => gap + text),
    gaps.map((gap) => text + gap),
    fc.constantFrom(
      `${text};`,
      text.replace('encounters', 'public.encounters'),
      text.replace('encounters', '"encounters"'),
      text.replace('encounters', 'encounters as e'),
      text.replace('encounters', 'only encounters'),
      text.replace('id =', '(id) ='),
      text.replace(/= (\S+)$/, '= ($1)'),
      text.replace(/= (\S+)$/, '= $1::int'),
      text.replace(/= (\S+)$/, '>= $1'),
      text.replace(/= (\S+)$/, '= $1 or true'),
      text.replace('delete', 'explain analyze delete'),
      `${text} returning id`,
      `with x as (${text}) select 1`,
      `select 1; ${text}`,
    ),
  );
};

const four = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};

test('nothing but the approved statement runs on a once: literals', async () => {
  const exact = { text: 'delete from encounters where id = 1200' };
  const approval = await approved(exact);
  for (const id of [0, 1, 1199, 1201, 12_000, '01200', "'1200'", '1200.0', '+1200', '0x4b0', '1_200'])
    await isRefused(run(client, { text: exact.text.replace('1200', String(id)) }));
  await fc.assert(
    fc.asyncProperty(respelt(exact.text), async (text) => {
      await isRefused(run(client, { text }));
    }),
    { numRuns: 60 },
  );
  // As a prepared statement it is no longer the simple one.
  await isRefused(client.query({ name: 'named', text: exact.text }));
  for (const [name, elsewhere] of circumstances) await isRefused(elsewhere(exact), name);
  await runsOnce(exact, approval, 1200);
});

test('nothing but the approved statement runs on a once: parameters', async () => {
  const exact = { text: 'delete from encounters where id = $1', values: ['1300'] };
  const approval = await approved(exact);
  for (const value of [
    '1301',
    ' 1300',
    '1300 ',
    '01300',
    '+1300',
    '',
    null,
    four(1300),
    four(1301),
    Buffer.from('1300'),
  ])
    await isRefused(run(client, { ...exact, values: [value] }));
  await fc.assert(
    fc.asyncProperty(respelt(exact.text), fc.constantFrom('1300', '1301', null), async (text, value) => {
      await isRefused(run(client, { text, values: [value] }));
    }),
    { numRuns: 40 },
  );
  await isRefused(run(client, { text: 'delete from encounters where id = 1300' }));
  for (const [name, elsewhere] of circumstances) await isRefused(elsewhere(exact), name);
  await runsOnce(exact, approval, 1300);
});

/** Files a request for it, and has it approved. */
async function approved(exact: Run): Promise<string> {
  const { message } = await refusalOf(run(client, exact));
  const approval = /apr_[0-9a-f-]+/.exec(message)?.[0] ?? '';
  assert.equal((await decide(clinic, dana, approval)).status, 200);
  return approval;
}

/** By Sluice; or by the target where it cannot read a parameter, which it is asked to before anything would be executed. */
async function isRefused(result: Promise<unknown>, name = ''): Promise<void> {
  const { code, message } = await refusalOf(result);
  if (code !== '22P02') assert.match(message, /^sluice: /, name);
  assert.match(code, /^(42501|42601|0A000|22023|22P02)$/, message);
}

/** It is untouched by all the attempts, runs now, by the grant of that request, and never again. */
async function runsOnce(exact: Run, approval: string, id: number): Promise<void> {
  const direct = await clinic.direct();
  const left = async () =>
    (await direct.query<{ n: number }>('select count(*)::int as n from encounters where id = $1', [id])).rows[0]?.n;
  const all = async () =>
    (await direct.query<{ n: number }>('select count(*)::int as n from encounters')).rows[0]?.n ?? 0;
  const before = await all();
  assert.equal(await left(), 1);
  assert.equal((await run(client, exact)).rowCount, 1);
  assert.deepEqual([await left(), await all()], [0, before - 1]);
  const again = await refusalOf(run(client, exact));
  assert.match(again.message, /apr_/);
  assert.ok(!again.message.includes(approval));
  await direct.end();
  const used = (await clinic.entries()).filter(
    (entry) => entry['type'] === 'statement.decided' && entry['decision'] === 'allow' && 'grant' in entry,
  );
  assert.equal(new Set(used.map((entry) => entry['grant'])).size, used.length);
}
