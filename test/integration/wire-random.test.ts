import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import type pg from 'pg';
import { unaccounted } from '../../conformance/kill-nine/match-log.ts';
import { ledgerText } from '../../src/sql/normalise.ts';
import { canaries } from '../support/clinic.ts';
import { type ClinicGateway, startClinicGateway } from '../support/clinic-gateway.ts';
import { loggedStatements, statementLog } from '../support/logged-statements.ts';
import { fieldsOf, type Message } from '../support/pg-bytes.ts';
import { conversations, last, type Writes } from '../support/random-wire.ts';
import { RawWire } from '../support/raw-wire.ts';

const policies = '@id("all") permit(principal, action, resource);';
const scratch =
  "delete from encounters where id < 100; insert into encounters values (1, 1, 'a'), (2, 2, 'b'), (3, 3, null)";
const seed = 20261121;

let clinic: ClinicGateway;
let control: pg.Client;
before(async () => {
  const settings = {
    ...statementLog,
    // A transaction that waits for another one's lock would wait for ever: both belong to the same test.
    lock_timeout: '5s',
  };
  clinic = await startClinicGateway({ policies, settings });
  control = await clinic.direct();
});
after(async () => {
  await control.end();
  await clinic.stop();
});

const values = [[], [], ['1'], ['x'], ['1', '2']];

test('whatever a client sends, nothing protected comes back', { timeout: 60_000 }, async () => {
  const texts = [
    ...plain,
    'select ssn, mrn, full_name, birth_date, phone, notes from patients where id = 1',
    'select * from patients where id = 1',
    'select p from patients p limit 1',
    "select ssn || '' from patients limit 1",
    'select 1 from patients where ssn like $1',
    'select code, full_name from patient_directory where id = 1',
    "update patients set status = 'x' where id = 1 returning *",
    "insert into patients values (1, 'm', 's', 'n')",
    'select 1 / length(ssn) from patients where id = 1',
    'select cast(ssn as int) from patients where id = 1',
    'select lookup(1)',
    'select fixed()',
    'select shout(p) from patients p where id = 1',
    'set search_path = other',
    'set search_path = other, public',
    'set local search_path = other',
    'reset search_path',
  ];
  await fc.assert(
    fc.asyncProperty(conversations({ texts, values }), async (writes) => {
      const answered = await converse(await clinic.connect(), writes);
      const text = Buffer.concat(answered.map(({ body }) => body)).toString('latin1');
      for (const [name, value] of Object.entries(canaries)) assert.ok(!text.includes(value), `${name} leaked`);
    }),
    { seed, numRuns: 150 },
  );
});

test('where nothing is protected, the answers are those of the server', { timeout: 60_000 }, async () => {
  clinic.rewrite((yaml) => yaml.replace(/ {4}protect:\n(?: {6}.*\n)+/, ''));
  assert.deepEqual(await clinic.gateway.reload(), { ok: true, value: null });
  await fc.assert(
    fc.asyncProperty(conversations({ texts: plain, values }), async (writes) => {
      await control.query(scratch);
      const direct = await converse(await clinic.direct(), writes);
      await control.query(scratch);
      const through = await converse(await clinic.connect(), writes);
      assert.deepEqual(through.map(shown), direct.map(shown));
    }),
    { seed, numRuns: 150 },
  );
});

test('every statement in the log of the server has an earlier entry of its session', async () => {
  const entries = await clinic.entries();
  const opened = entries
    .filter((entry) => entry['type'] === 'session.opened')
    .map((entry) => ({
      session: String(entry['session']),
      pid: (entry['target'] as { backendPid: number }).backendPid,
    }));
  const decided = entries
    .filter((entry) => entry['type'] === 'statement.decided')
    .map((entry) => ({
      session: String(entry['session']),
      digest: entry['digest'] === null ? null : String(entry['digest']),
      step: String(entry['step']),
      decision: String(entry['decision']),
      at: Date.parse(String(entry['time'])),
    }));
  const logged = loggedStatements(join(clinic.folder, 'postgres'));
  assert.ok(logged.length > 500, `${logged.length} statements in the log`);
  assert.deepEqual(unaccounted(logged, opened, decided, normalised), []);
});

/** No text of these conversations has a semicolon in a literal. Where nothing stands, nothing ran. */
function normalised(text: string): readonly string[] {
  return text
    .split(';')
    .map((part) => Buffer.from(part.trim()))
    .map((bytes) => ledgerText(bytes, 0, bytes.length) ?? '')
    .filter((statement) => statement !== '');
}

/** Sends the writes one by one and takes what comes up to the end of the last answer, or of the session. */
async function converse(client: pg.Client, writes: Writes): Promise<readonly Message[]> {
  const wire = RawWire.over(client);
  for (const bytes of writes) {
    wire.send(bytes);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const answered = await wire.until((messages) => {
    const at = messages.findLastIndex(({ body }) => body.includes(last));
    return at >= 0 && messages.slice(at).some(({ type }) => type === 'Z');
  });
  wire.destroy();
  assert.ok(
    answered.some(({ body }) => body.includes(last)),
    `the session ended: ${answered.map(({ type }) => type).join('')}`,
  );
  return answered;
}

/** A message for comparison. The words of an error are Sluice's own where it refuses what the server would refuse too. */
function shown({ type, body }: Message): readonly string[] {
  if (type !== 'E') return [type, body.toString('latin1')];
  const { V = '', C = '' } = fieldsOf(body);
  return [type, V, C];
}

const plain: readonly string[] = [
  'select 1 as one',
  'select id, kind from encounters where id < 10 order by id',
  'select n from generate_series(1, 5) n',
  'select from encounters where id < 3',
  'select $1::int + 1 as more',
  'select 1 / 0',
  "insert into encounters values (10, 1, 'new') returning id",
  "update encounters set kind = 'u' where id = 1",
  'delete from encounters where id = 2 returning id, kind',
  'values (1), (2)',
  'begin',
  'begin',
  'commit',
  'rollback',
  'savepoint a',
  'rollback to a',
  'release a',
  'selec 1',
  '',
  ' -- nothing',
  'show datestyle',
  "set datestyle = 'SQL, DMY'",
  'reset datestyle',
  'deallocate all',
  'discard all',
  'select 1 as one; select 2 as two',
  'select 1 as one; select 1 / 0; select 3',
  "begin; update encounters set kind = 'in' where id = 3; select kind from encounters where id = 3",
  'explain (costs off) select 1',
];
