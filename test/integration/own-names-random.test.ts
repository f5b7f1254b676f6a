import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import type pg from 'pg';
import { type ClinicGateway, startClinicGateway } from '../support/clinic-gateway.ts';

// Sluice believes that a name means one table while PostgreSQL believes it means another: then a masked column is read as
// one that is not. Random sequences that make, drop, roll back and bring back tables of the same names, some of which
// hold protected values and some of which do not, in columns of the same names.

let clinic: ClinicGateway;
before(async () => {
  clinic = await startClinicGateway();
});
after(() => clinic.stop());

const name = fc.constantFrom('t', 't', 't', 't', 'u', 'patients');
const source = fc.constantFrom('zip as ssn', 'ssn');
const point = fc.constantFrom('a', 'a', 'b');

const make = fc
  .tuple(name, source, fc.constantFrom('', '', 'if not exists '), fc.constantFrom('', '', 'on commit drop '))
  .map(
    ([of, column, unless, end]) =>
      `create temp table ${unless}${of} ${end}as select id, ${column} from public.patients where id = 1`,
  );
const drop = name.map((of) => `drop table if exists pg_temp.${of}`);
const remake = fc.tuple(drop, make).map((both) => both.join('; '));
const like = name.map((of) => `create temp table ${of} (like public.patients)`);
const fill = fc
  .tuple(name, source)
  .map(
    ([of, column]) =>
      `insert into pg_temp.${of} (id, ssn) select id, ${column.split(' ')[0]} from public.patients where id = 1`,
  );
const back = fc.oneof(
  { weight: 3, arbitrary: point.map((at) => `rollback to ${at}`) },
  { weight: 2, arbitrary: fc.constantFrom('rollback', 'rollback', 'rollback and chain') },
);
const ends = fc.oneof(
  fc.constantFrom('begin', 'begin', 'commit', 'commit and chain', 'discard temp', 'select 1/0'),
  point.map((at) => `savepoint ${at}`),
  point.map((at) => `savepoint ${at}`),
  point.map((at) => `release ${at}`),
  back,
  fc.constantFrom(
    'set search_path = public',
    'set search_path = other, public',
    'set local search_path = pg_temp, public',
  ),
);
const read = fc
  .tuple(
    fc.constantFrom('', '', 'pg_temp.'),
    name,
    fc.constantFrom("ssn || '' as seen", "ssn || '' as seen", 'ssn', '*'),
  )
  .map(([schema, of, column]) => `select ${column} from ${schema}${of} limit 3`);
const statement = fc.oneof(
  { weight: 2, arbitrary: make },
  { weight: 4, arbitrary: remake },
  { weight: 1, arbitrary: like },
  { weight: 1, arbitrary: fill },
  { weight: 1, arbitrary: drop },
  { weight: 6, arbitrary: ends },
  { weight: 7, arbitrary: read },
);
/** A read that is refused aborts the transaction, and nothing much happens behind it: it comes last. */
const episode = fc
  .record({
    first: source,
    steps: fc.array(
      fc.oneof(
        { weight: 3, arbitrary: remake },
        { weight: 1, arbitrary: drop },
        { weight: 2, arbitrary: point.map((at) => `savepoint ${at}`) },
        { weight: 1, arbitrary: point.map((at) => `release ${at}`) },
        { weight: 2, arbitrary: point.map((at) => `rollback to ${at}`) },
        {
          weight: 1,
          arbitrary: fc.constantFrom('select ssn from pg_temp.t', 'commit and chain', 'rollback and chain'),
        },
      ),
      { minLength: 1, maxLength: 6 },
    ),
    end: fc.constantFrom('commit', 'rollback', 'rollback to a', 'rollback to b', 'discard temp', 'select 1'),
    last: read,
  })
  .map(({ first, steps, end, last }) => [
    say('rollback'),
    say('drop table if exists pg_temp.t'),
    say(`create temp table t as select id, ${first} from public.patients where id = 1`),
    say('begin'),
    say('savepoint a'),
    ...[...steps, end, last, "select ssn || '' as seen from t"].map(say),
  ]);
/** Alone, prepared, or several to a text; and how the session goes on should it fail. */
const message = fc.record({
  sql: fc.oneof(
    { weight: 4, arbitrary: statement },
    { weight: 1, arbitrary: fc.array(statement, { minLength: 2, maxLength: 3 }).map((all) => all.join('; ')) },
  ),
  prepared: fc.boolean(),
  recover: fc.option(back, { freq: 4 }),
});
const session = fc.oneof(
  { weight: 3, arbitrary: fc.array(episode, { minLength: 4, maxLength: 8 }).map((all) => all.flat()) },
  { weight: 1, arbitrary: fc.array(message, { minLength: 10, maxLength: 25 }) },
);

function say(sql: string): Message {
  return { sql, prepared: false, recover: null };
}

const secret = /90[01]-\d\d-\d{4}/;

test('no sequence of tables made and taken away lets a protected value be read', async () => {
  const met = { clear: 0, masked: 0, refused: 0 };
  await fc.assert(
    fc.asyncProperty(fc.array(session, { minLength: 20, maxLength: 20 }), async (sessions) => {
      const played = await Promise.all(sessions.map((messages) => play(messages, met)));
      for (const fault of played) assert.equal(fault, null);
    }),
    { numRuns: 2, endOnFailure: true },
  );
  assert.ok(met.clear > 20 && met.masked > 20 && met.refused > 20, JSON.stringify(met));
});

interface Message {
  readonly sql: string;
  readonly prepared: boolean;
  readonly recover: string | null;
}

/** Answers what was seen that must not be, with what led there; null: nothing. */
async function play(
  messages: readonly Message[],
  met: Record<'clear' | 'masked' | 'refused', number>,
): Promise<string | null> {
  const client = await clinic.connect();
  const sent: string[] = [];
  try {
    for (const { sql, prepared, recover } of messages) {
      sent.push(sql);
      try {
        const answers = await client.query(
          prepared && !sql.includes(';') ? { text: sql, name: `p${sql}`.slice(0, 60) } : sql,
        );
        const text = JSON.stringify([answers].flat().map(({ rows }) => rows));
        if (secret.test(text)) return `${sent.join(';\n')}\n-> ${text}`;
        if (text.includes('94110')) met.clear += 1;
        if (text.includes('***')) met.masked += 1;
      } catch (error) {
        const { message, code } = error as pg.DatabaseError;
        if (secret.test(message) || message.includes('analysis') || code === undefined || code.startsWith('XX'))
          return `${sent.join(';\n')}\n-> ${code} ${message}`;
        met.refused += 1;
        if (recover !== null) {
          sent.push(recover);
          await client.query(recover).catch(() => undefined);
        }
      }
    }
    return null;
  } finally {
    await client.end();
  }
}
