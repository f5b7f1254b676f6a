import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { availablePostgres, type PostgresMajor } from '../../src/app/demo/postgres-binaries.ts';
import type { ClinicGateway } from '../support/clinic-gateway.ts';
import { startPathClinic } from '../support/path-clinic.ts';
import { fe, type Message } from '../support/pg-bytes.ts';
import { RawWire } from '../support/raw-wire.ts';

// Sluice believes in one search path while PostgreSQL looks names up in another: then a table is read that policy closes.
// Random sequences that set the path in every way there is, alone, in one text and in pipelines, and read by an unqualified name.

const path = fc.constantFrom('a', 'a', 'b', 'closed', 'closed', '', 'nowhere, closed', '"$user", b', 'pg_temp, a');
const routine = fc.constantFrom(
  ...['move', 'move_local', 'move_back', 'move_past', 'move_fail', 'move_caught', 'move_later'],
);
const point = fc.constantFrom('p', 'p', 'q');
const sets = fc.oneof(
  path.map((to) => `set search_path = ${to === '' ? "''" : to}`),
  path.map((to) => `set local search_path = ${to === '' ? "''" : to}`),
  fc.tuple(path, fc.boolean()).map(([to, local]) => `select set_config('search_path', '${to}', ${local})`),
  fc.constantFrom('reset search_path', 'discard all', 'reset all'),
);
const code = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(routine, path).map(([name, to]) => `select public.${name}('${to}')`) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom('move_commit', 'move_commit_fail'), path)
      .map(([name, to]) => `call public.${name}('${to}')`),
  },
  {
    weight: 1,
    arbitrary: path.map((to) => `do $$ begin perform set_config('search_path', '${to}', false); end $$`),
  },
  { weight: 2, arbitrary: fc.constantFrom("select nextval('public.numbers')", 'select public.still()') },
);
const ends = fc.oneof(
  fc.constantFrom(
    'begin',
    'begin',
    'begin',
    'commit',
    'rollback',
    'commit and chain',
    'rollback and chain',
    'select 1/0',
  ),
  point.map((at) => `savepoint ${at}`),
  point.map((at) => `rollback to ${at}`),
  point.map((at) => `release ${at}`),
);
const read = fc.constant("select mark || '!' from t");
const statement = fc.oneof(
  { weight: 3, arbitrary: sets },
  { weight: 4, arbitrary: code },
  { weight: 4, arbitrary: ends },
  { weight: 7, arbitrary: read },
);

type Step =
  | { readonly kind: 'text'; readonly statements: readonly string[] }
  | {
      readonly kind: 'pipeline';
      readonly statements: readonly string[];
      readonly flush: boolean;
      readonly rows: number;
    };
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: statement.map((sql): Step => ({ kind: 'text', statements: [sql] })) },
  {
    weight: 1,
    arbitrary: fc
      .array(statement, { minLength: 2, maxLength: 4 })
      .map((statements): Step => ({ kind: 'text', statements })),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({
        statements: fc.array(statement, { minLength: 1, maxLength: 4 }),
        flush: fc.boolean(),
        rows: fc.constantFrom(0, 0, 1),
      })
      .map((fields): Step => ({ kind: 'pipeline', ...fields })),
  },
);
// A refusal for want of a path takes a second, in which the catalogue is read anew: many sessions at once share it.
const session = fc.array(step, { minLength: 8, maxLength: 16 });

const majors = availablePostgres().filter((major) => major === 15 || major === 18);
for (const major of majors) describe(`PostgreSQL ${major}`, () => random(major));

function random(major: PostgresMajor): void {
  let clinic: ClinicGateway;
  let password: string;
  before(async () => {
    clinic = await startPathClinic(major);
    password = await clinic.token();
  });
  after(() => clinic.stop());

  test('no sequence of path changes lets a closed table be read by the name of an open one', async () => {
    const met: Met = { rows: 0, closed: 0, unknown: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(session, { minLength: 60, maxLength: 60 }), async (sessions) => {
        const faults = await Promise.all(sessions.map((steps) => play({ port: clinic.port, password }, steps, met)));
        for (const fault of faults) assert.equal(fault, null);
      }),
      { numRuns: 1, endOnFailure: true },
    );
    assert.ok(met.rows > 50 && met.closed > 2 && met.unknown > 20, JSON.stringify(met));
  });

  test('what one statement at a time means is known wherever the target reports the path', async () => {
    const met: Met = { rows: 0, closed: 0, unknown: 0 };
    const alone = fc.array(
      fc.oneof(sets, code, ends, read).map((sql): Step => ({ kind: 'text', statements: [sql] })),
      { minLength: 10, maxLength: 15 },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(alone, { minLength: 30, maxLength: 30 }), async (sessions) => {
        const faults = await Promise.all(sessions.map((steps) => play({ port: clinic.port, password }, steps, met)));
        for (const fault of faults) assert.equal(fault, null);
      }),
      { numRuns: 1, endOnFailure: true },
    );
    assert.equal(met.unknown > 0, major < 18, JSON.stringify(met));
  });
}

interface Met {
  rows: number;
  closed: number;
  unknown: number;
}

/** Answers what was read that must not be, with what led there; null: nothing. */
async function play(
  { port, password }: { readonly port: number; readonly password: string },
  steps: readonly Step[],
  met: Met,
): Promise<string | null> {
  const wire = await RawWire.open({ port, user: 'whoever', password });
  const sent: string[] = [];
  try {
    wire.send(fe.query('set search_path = a'));
    await wire.ready();
    for (const one of steps) {
      sent.push(JSON.stringify(one));
      for (const { type, body } of await exchanged(wire, one)) {
        const text = body.toString('latin1');
        if (type === 'D' && text.includes('opened')) return sent.join('\n');
        if (type === 'D' && /[ab]!$/.test(text)) met.rows += 1;
        if (type === 'E' && text.includes('denied by policy "closed"')) met.closed += 1;
        if (type === 'E' && text.includes('search_path of the session is not known')) met.unknown += 1;
        if (type === 'E' && text.includes('CXX000')) return `${sent.join('\n')}\n-> ${text}`;
      }
      if (wire.closed) return `${sent.join('\n')}\n-> the session ended`;
    }
    return null;
  } finally {
    wire.destroy();
  }
}

/** A pipeline is sent in one go, or, with Flush, waits for the end of each statement: what follows is decided in between. */
async function exchanged(wire: RawWire, one: Step): Promise<readonly Message[]> {
  if (one.kind === 'text') return wire.exchange([fe.query(one.statements.join('; '))]);
  const each = one.statements.map((sql, at) => [
    fe.parse('', sql),
    fe.bind(`p${at}`, ''),
    fe.execute(`p${at}`, one.rows),
    ...(one.rows > 0 ? [fe.execute(`p${at}`, 0)] : []),
  ]);
  if (!one.flush) return wire.exchange([...each.flat(), fe.sync]);
  const seen: Message[] = [];
  for (const messages of each) {
    wire.send(...messages, fe.flush);
    const executes = messages.length - 2;
    const came = await wire.until(
      (all) =>
        all.some(({ type }) => type === 'E') || all.filter(({ type }) => 'CsI'.includes(type)).length >= executes,
    );
    seen.push(...came);
    if (came.some(({ type }) => type === 'E')) break;
  }
  return [...seen, ...(await wire.exchange([fe.sync]))];
}
