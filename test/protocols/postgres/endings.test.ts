import assert from 'node:assert/strict';
import { test } from 'node:test';
import { be, errorOf, fe, typesOf } from '../../support/pg-bytes.ts';
import { PgSession } from '../../support/pg-session.ts';

const columns = be.fields([{ name: 'a' }]);
const denial = { code: 'session_ended', message: 'the principal was disabled' } as const;

test('terminate passes, and the client has left', () => {
  const session = PgSession.open().client(fe.terminate);
  assert.deepEqual(session.out.bytes('server'), fe.terminate);
  assert.deepEqual(session.out.closed, { kind: 'client-left' });
});

test('a client that hangs up: left when idle, lost otherwise', () => {
  const idle = PgSession.open();
  idle.machine.ended('client', null, idle.out);
  assert.deepEqual(idle.out.closed, { kind: 'client-left' });
  const prompts: readonly (readonly [boolean, Buffer])[] = [
    [true, fe.query('select 1')],
    [false, fe.query('select 1')],
    [true, fe.query('select 1').subarray(0, 3)],
    [true, fe.query('select 1').subarray(0, 9)],
  ];
  for (const [prompt, bytes] of prompts) {
    const busy = PgSession.open({ prompt }).client(bytes);
    busy.machine.ended('client', null, busy.out);
    assert.deepEqual(busy.out.closed, { kind: 'client-lost' });
  }
});

test('terminated between messages: said; in the middle of a row: only closed', () => {
  const between = PgSession.open()
    .client(fe.query('q'))
    .server(columns, be.row(['1']));
  between.machine.terminate(denial, between.out);
  assert.equal(typesOf(between.out.bytes('client')), 'TDE');
  assert.equal(errorOf(between.out.bytes('client')).C, '57P01');
  assert.deepEqual(between.out.closed, { kind: 'denied', denial });

  const middle = PgSession.open()
    .client(fe.query('q'))
    .server(columns, be.row(['1234']).subarray(0, 13));
  const before = middle.out.bytes('client');
  middle.machine.terminate(denial, middle.out);
  assert.deepEqual(middle.out.bytes('client'), before);
  assert.deepEqual(middle.out.closed, { kind: 'denied', denial });
});

test('the target dies with a word: the word passes, nothing is added, no ReadyForQuery is made up', () => {
  const session = PgSession.open().client(fe.query('q'));
  session.server(columns, be.row(['1']), be.fatal('57P01', 'terminating connection'));
  session.machine.ended('server', null, session.out);
  assert.equal(typesOf(session.out.bytes('client')), 'TDE');
  assert.equal(errorOf(session.out.bytes('client')).C, '57P01');
  assert.deepEqual(session.out.closed, { kind: 'target-lost' });
});

test('the target dies with a word while idle, or in place of a stand-in', () => {
  for (const query of [null, 'deny this']) {
    const session = PgSession.open();
    if (query !== null) session.client(fe.query(query));
    session.server(be.fatal('57P05', 'idle'));
    session.machine.ended('server', null, session.out);
    assert.equal(errorOf(session.out.bytes('client')).C, '57P05');
    assert.deepEqual(session.out.closed, { kind: 'target-lost' });
  }
});

test('the target dies without a word, between rows and in the middle of one', () => {
  const between = PgSession.open()
    .client(fe.query('q'))
    .server(columns, be.row(['1']));
  between.machine.ended('server', null, between.out);
  assert.equal(typesOf(between.out.bytes('client')), 'TDE');
  assert.deepEqual(
    [errorOf(between.out.bytes('client')).S, errorOf(between.out.bytes('client')).C],
    ['FATAL', '08006'],
  );
  assert.deepEqual(between.out.closed, { kind: 'target-lost' });

  const part = Buffer.concat([columns, be.row(['1234']).subarray(0, 13)]);
  const middle = PgSession.open().client(fe.query('q')).server(part);
  middle.machine.ended('server', null, middle.out);
  assert.deepEqual(middle.out.bytes('client'), part);
  assert.deepEqual(middle.out.closed, { kind: 'target-lost' });
});

test('the target dies while a result waits for its verdict: what it had said is told first', () => {
  const session = PgSession.open({ prompt: false }).client(fe.query('watch'));
  session.answer();
  session.server(Buffer.concat([columns, be.row(['1']), be.complete('SELECT 1'), be.ready('I')]));
  session.machine.ended('server', null, session.out);
  assert.equal(session.out.closed, null);
  session.answer();
  assert.equal(typesOf(session.out.bytes('client')), 'TDCZE');
  assert.deepEqual(session.out.closed, { kind: 'target-lost' });
});

test('after the end every call does nothing', () => {
  const session = PgSession.open({ prompt: false }).client(fe.query('select 1'));
  const asked = session.out.asked[0];
  session.machine.terminate(denial, session.out);
  const before = session.out.bytes('client');
  const { machine, out } = session;
  machine.receive('client', fe.query('select 2'), out);
  machine.receive('server', be.row(['1']), out);
  machine.terminate(denial, out);
  machine.ended('client', null, out);
  machine.ended('server', null, out);
  if (asked?.kind === 'statement') {
    const verdict = { kind: 'deny', id: 'stm_1' as never, denial } as const;
    machine.decide({ kind: 'statement', id: asked.id, verdict }, out);
  }
  assert.deepEqual(out.bytes('client'), before);
  assert.equal(out.bytes('server').length, 0);
  assert.equal(out.closes.length, 1);
  assert.equal(machine.wants('client') || machine.wants('server'), false);
});

test('an answer that nobody asked for is a bug and ends the session', () => {
  const { machine, out } = PgSession.open();
  machine.decide({ kind: 'result', id: 99 as never, verdict: { kind: 'rows', masks: null } }, out);
  assert.deepEqual(out.closed, { kind: 'bug' });
});
