import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CellMask } from '../../../src/core/cell-mask.ts';
import type { Fact } from '../../../src/core/fact.ts';
import { be, errorOf, fe, messagesOf, typesOf } from '../../support/pg-bytes.ts';
import { PgSession } from '../../support/pg-session.ts';

const fields = be.fields([{ name: 'a' }]);
const rows = (count: number) => Array.from({ length: count }, (_, at) => be.row([String(at)]));
/** What a target says to the messages that stand for a bounded simple query, up to its rows. */
const opened = [be.parseComplete, be.bindComplete, fields];
const standInFails = be.error('42601', 'syntax error');

const outcomes = (session: PgSession) =>
  session.out.facts.flatMap((fact) => (fact.kind === 'completed' ? [fact.outcome] : []));
const readies = (session: PgSession): readonly Extract<Fact, { kind: 'ready' }>[] =>
  session.out.facts.flatMap((fact) => (fact.kind === 'ready' ? [fact] : []));
/** How many rows each Execute asked the target for. */
const asked = (session: PgSession) =>
  messagesOf(session.out.bytes('server')).flatMap(({ type, body }) =>
    type === 'E' ? [body.readInt32BE(body.length - 4)] : [],
  );

test('a bounded simple query asks the target for one row more than may leave, and for nothing that would commit', () => {
  const session = PgSession.open().client(fe.query('select most-2'));
  assert.equal(typesOf(session.out.bytes('server')), 'PBDEH');
  assert.deepEqual(asked(session), [3]);
  assert.deepEqual(messagesOf(session.out.bytes('server'))[0]?.body, Buffer.from('\0select most-2\0\0\0'));
  assert.equal(session.machine.wants('client'), false);
});

test('within the bound a simple query is answered as ever, and ends with a Sync', () => {
  const session = PgSession.open().client(fe.query('select most-2'), fe.query('next'));
  session.server(...opened, ...rows(2));
  assert.equal(typesOf(session.out.take('server')), 'PBDEH');
  session.server(be.complete('SELECT 2'));
  assert.equal(typesOf(session.out.take('server')), 'S');
  session.server(be.ready('I'));
  assert.deepEqual(
    session.out.bytes('client'),
    Buffer.concat([fields, ...rows(2), be.complete('SELECT 2'), be.ready('I')]),
  );
  assert.equal(typesOf(session.out.bytes('server')), 'Q', 'what came behind it follows');
  assert.deepEqual(outcomes(session), [
    { result: 'completed', sqlstate: null, tag: 'SELECT', rows: 2, bytes: 24, masked: null },
  ]);
});

test('the first row beyond is not forwarded; the target is made to fail, and the client is told why', () => {
  const session = PgSession.open().client(fe.query('select most-2'), fe.query('next'));
  session.server(...opened, ...rows(3), be.suspended);
  assert.equal(typesOf(session.out.bytes('server')), 'PBDEHQQ');
  session.server(standInFails, be.ready('E'));
  assert.equal(typesOf(session.out.bytes('client')), 'TDDEZ');
  const error = errorOf(session.out.bytes('client'));
  assert.deepEqual([error.C, error.M, error.D], ['54000', 'sluice: at most 2 rows', 'statement stm_1']);
  assert.deepEqual(outcomes(session), [
    { result: 'cut', sqlstate: '54000', tag: null, rows: 2, bytes: 24, masked: null },
  ]);
  assert.deepEqual(readies(session), [{ kind: 'ready', transaction: 'E', failed: true }]);
  session.server(be.error('25P02', 'aborted'), be.ready('E'));
  assert.equal(session.machine.phase, 'idle');
});

test('a simple query that fails at any stage is ended by a Sync that the client knows nothing of', () => {
  for (const before of [0, 1, 2, 3]) {
    const session = PgSession.open().client(fe.query('select most-2'));
    session.server(...opened.slice(0, before), be.error('42P01', 'no such table'));
    assert.equal(typesOf(session.out.bytes('server')), 'PBDEHS');
    session.server(be.ready('I'));
    assert.equal(typesOf(session.out.bytes('client')), before === 3 ? 'TEZ' : 'EZ');
    assert.equal(outcomes(session)[0]?.result, 'failed');
    assert.equal(session.machine.phase, 'idle');
  }
});

test('a statement without rows, and a failing commit behind one', () => {
  const session = PgSession.open().client(fe.query('update most-2'));
  session.server(be.parseComplete, be.bindComplete, be.noData, be.complete('UPDATE 9'));
  session.server(be.error('23503', 'deferred'), be.ready('I'));
  assert.equal(typesOf(session.out.bytes('server')), 'PBDEHS');
  assert.equal(typesOf(session.out.bytes('client')), 'CEZ');
  assert.deepEqual(readies(session), [{ kind: 'ready', transaction: 'I', failed: true }]);
});

test('a pipeline waits at a bounded Execute, and nothing behind a cut one runs before Sync', () => {
  const session = PgSession.open();
  const first = [fe.parse('', 'select most-1'), fe.bind('', ''), fe.execute('')];
  session.client(...first, fe.parse('', 'insert'), fe.bind('', ''), fe.execute(''), fe.sync, fe.query('after'));
  assert.equal(typesOf(session.out.bytes('server')), 'PBEH');
  session.server(be.parseComplete, be.bindComplete, ...rows(2), be.suspended);
  assert.equal(typesOf(session.out.bytes('server')), 'PBEHPSQ');
  assert.doesNotMatch(session.out.bytes('server').toString('latin1'), /insert/);
  session.server(standInFails, be.ready('I'));
  assert.equal(typesOf(session.out.bytes('client')), '12DEZ');
  assert.equal(errorOf(session.out.bytes('client')).C, '54000');
});

test('within the bound a pipeline goes on', () => {
  const session = PgSession.open();
  session.client(fe.parse('', 'select most-1'), fe.bind('', ''), fe.execute(''), fe.parse('', 'b'), fe.bind('', ''));
  session.client(fe.execute(''), fe.sync);
  session.server(be.parseComplete, be.bindComplete, ...rows(1), be.complete('SELECT 1'));
  assert.equal(typesOf(session.out.bytes('server')), 'PBEHPBES');
});

test('the client fetches in parts: what it wants is asked for up to the bound, over all parts', () => {
  const session = PgSession.open();
  session.client(fe.parse('', 'select most-5'), fe.bind('c', ''), fe.execute('c', 2), fe.flush);
  session.server(be.parseComplete, be.bindComplete, ...rows(2), be.suspended);
  session.client(fe.execute('c', 2), fe.flush).server(...rows(2), be.suspended);
  session.client(fe.execute('c', 2), fe.flush);
  assert.deepEqual(asked(session), [2, 2, 2]);
  session.server(...rows(2), be.suspended);
  session.client(fe.sync).server(standInFails, be.ready('I'));
  assert.equal(typesOf(session.out.bytes('client')), '12DDsDDsDEZ');
  assert.deepEqual(
    outcomes(session).map(({ result, rows: count }) => `${result} ${count}`),
    ['suspended 2', 'suspended 2', 'cut 1'],
  );
});

test('a target that sends more rows than it was asked for ends the session', () => {
  for (const more of [[...rows(4)], [...rows(3), be.complete('SELECT 3')]]) {
    const session = PgSession.open()
      .client(fe.query('select most-2'))
      .server(...opened, ...more);
    assert.equal(session.out.closed?.kind, 'denied');
    assert.equal(typesOf(session.out.bytes('client')), 'TDDE');
    assert.equal(errorOf(session.out.bytes('client')).S, 'FATAL');
  }
});

test('answers out of order end the session', () => {
  for (const answers of [[be.complete('SELECT 0')], [be.parseComplete, fields], [...opened, be.suspended]]) {
    const session = PgSession.open()
      .client(fe.query('select most-2'))
      .server(...answers);
    assert.equal(session.out.closed?.kind, 'denied');
  }
});

const mask: CellMask = {
  column: 'public.t.a',
  class: 'name',
  transform: 'redact',
  bound: () => 1,
  write: (_source, _start, _end, sink, at) => {
    sink[at] = 0x2a;
    return 1;
  },
};

test('property: however rows arrive, masked or not, never more of them leave than the bound', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 6 }),
      fc.integer({ min: 0, max: 9 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 40 }),
      (most, there, masked, cut) => {
        const judgement = { result: () => ({ kind: 'rows', masks: [mask] }) as const };
        const session = PgSession.open({ judgement }).client(fe.query(`${masked ? 'watch ' : ''}most-${most}`));
        const sent = Math.min(there, most + 1);
        const end = there > most ? be.suspended : be.complete(`SELECT ${there}`);
        const bytes = Buffer.concat([...opened, ...rows(sent), end]);
        for (let at = 0; at < bytes.length; at += cut) session.server(bytes.subarray(at, at + cut));
        const left = typesOf(session.out.bytes('client')).replaceAll(/[^D]/g, '').length;
        assert.equal(left, Math.min(there, most));
        assert.equal(outcomes(session)[0]?.result, there > most ? 'cut' : 'completed');
        assert.equal(outcomes(session)[0]?.masked?.[0] ?? left, left);
      },
    ),
  );
});
