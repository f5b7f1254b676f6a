import assert from 'node:assert/strict';
import { test } from 'node:test';
import { be, errorOf, fe, typesOf } from '../../support/pg-bytes.ts';
import { PgSession, reported, route, statementId } from '../../support/pg-session.ts';

// A client that leaves before it has its answers: they are delivered first, then the session ends.

const answer: readonly Buffer[] = [be.fields([{ name: 'a' }]), be.row(['1']), be.complete('SELECT 1'), be.ready('I')];
const extended = [fe.parse('', 'q'), fe.bind('', ''), fe.execute('')];
const extendedAnswer = [be.parseComplete, be.bindComplete, be.complete('UPDATE 1'), be.ready('I')];
const left = { kind: 'client-left' } as const;

const asked: readonly (readonly [string, readonly Buffer[], readonly Buffer[]])[] = [
  ['a query', [fe.query('q')], answer],
  ['two queries', [fe.query('q'), fe.query('r')], [...answer, ...answer]],
  ['a pipeline', [...extended, fe.sync], extendedAnswer],
  ['a pipeline with more that nobody asked to be answered', [...extended, fe.sync, ...extended], extendedAnswer],
  ['a flush', [...extended, fe.flush], extendedAnswer.slice(0, 3)],
  ['a denied query', [fe.query('deny this')], [be.error('42601', 'no'), be.ready('I')]],
  ['a denied message', [fe.parse('', 'deny this')], [be.error('42601', 'no')]],
  ['a bounded query', [fe.query('most-5')], [be.parseComplete, be.bindComplete, ...answer]],
];

for (const [name, messages, answers] of asked) {
  test(`${name} and Terminate: the answers first, then goodbye on both sides`, () => {
    const session = PgSession.open().client(...messages, fe.terminate);
    for (const part of answers) {
      assert.equal(session.out.closed, null);
      assert.ok(!typesOf(session.out.bytes('server')).includes('X'));
      assert.equal(session.machine.wants('client'), false);
      session.server(part);
    }
    assert.match(typesOf(session.out.bytes('server')), /X$/);
    assert.equal(typesOf(session.out.bytes('client')).length, answers.length - (name.includes('bounded') ? 2 : 0));
    assert.deepEqual(session.out.closed, left);
  });

  test(`${name}, and nothing more ever comes: the same without a word to the target`, () => {
    const session = PgSession.open().client(...messages);
    session.machine.finished(session.out);
    for (const part of answers) {
      assert.equal(session.out.closed, null);
      session.server(part);
    }
    assert.ok(!typesOf(session.out.bytes('server')).includes('X'));
    assert.equal(typesOf(session.out.bytes('client')).length, answers.length - (name.includes('bounded') ? 2 : 0));
    assert.deepEqual(session.out.closed, name.includes('more that nobody') ? { kind: 'client-lost' } : left);
  });
}

test('Terminate where nothing is due ends the session at once: idle, unsynced, in the middle of a COPY', () => {
  for (const before of [[], extended]) {
    const session = PgSession.open().client(...before, fe.terminate);
    assert.match(typesOf(session.out.bytes('server')), /X$/);
    assert.deepEqual(session.out.closed, left);
  }
  const copying = PgSession.open().client(fe.query('copyin')).server(be.copyIn).client(fe.terminate);
  assert.deepEqual(copying.out.closed, left);
});

test('a client that ends within a message, with unsynced messages or in a COPY is lost', () => {
  const partly = [[fe.query('select 1').subarray(0, 3)], [fe.query('select 1').subarray(0, 9)], extended];
  for (const before of partly) {
    const session = PgSession.open().client(...before);
    session.machine.finished(session.out);
    assert.deepEqual(session.out.closed, { kind: 'client-lost' });
  }
  const copying = PgSession.open().client(fe.query('copyin')).server(be.copyIn);
  copying.machine.finished(copying.out);
  assert.deepEqual(copying.out.closed, { kind: 'client-lost' });
  const idle = PgSession.open();
  idle.machine.finished(idle.out);
  assert.deepEqual(idle.out.closed, left);
});

test('while the last answers come, the session can be ended, its target can die and its client can be gone', () => {
  const denial = { code: 'session_ended', message: 'the principal was disabled' } as const;
  const open = () => PgSession.open().client(fe.query('q'), fe.terminate);
  const ended = open();
  ended.machine.terminate(denial, ended.out);
  assert.deepEqual(ended.out.closed, { kind: 'denied', denial });
  assert.equal(ended.out.errands.length, 1);
  const orphaned = open();
  orphaned.machine.ended('server', null, orphaned.out);
  assert.equal(errorOf(orphaned.out.bytes('client')).C, '08006');
  assert.deepEqual(orphaned.out.closed, { kind: 'target-lost' });
  const gone = open();
  gone.machine.ended('client', null, gone.out);
  assert.deepEqual(gone.out.closed, { kind: 'client-lost' });
});

test('a client that closes its half before its login was never a session', () => {
  const session = new PgSession();
  session.client(fe.startup({ user: 'x', database: 'clinic' }));
  session.machine.finished(session.out);
  assert.deepEqual(session.out.closed, { kind: 'never-a-session' });
});

test('a client that said everything at once, and closed its half, gets everything', () => {
  const { machine, out } = new PgSession();
  const everything = [fe.startup({ user: 'x', database: 'clinic' }), fe.password('token'), fe.query('q')];
  machine.receive('client', Buffer.concat(everything), out);
  machine.finished(out);
  assert.equal(out.closed, null);
  const [login] = out.asked;
  assert.ok(login?.kind === 'login');
  machine.decide({ kind: 'login', id: login.id, verdict: { kind: 'accept', route } }, out);
  machine.connected(out);
  machine.receive('server', Buffer.concat([be.authOk, ...reported, be.key(4711), be.ready('I')]), out);
  const open = out.asked[1];
  assert.ok(open?.kind === 'open');
  machine.decide({ kind: 'open', id: open.id, verdict: { kind: 'accept' } }, out);
  const statement = out.asked[2];
  assert.ok(statement?.kind === 'statement');
  out.take('client');
  const id = statementId(1);
  const execution = { id, watched: false, ruling: null, copy: null, maxRows: null };
  const verdict = { kind: 'forward', executions: [execution], prepared: null, settle: false, text: null } as const;
  machine.decide({ kind: 'statement', id: statement.id, verdict }, out);
  machine.receive('server', Buffer.concat(answer), out);
  assert.equal(typesOf(out.bytes('client')), 'TDCZ');
  assert.deepEqual(out.closed, left);
});

test('a client that closes its half while its login is decided, and asked for nothing, is lost', () => {
  const { machine, out } = new PgSession();
  machine.receive('client', Buffer.concat([fe.startup({ user: 'x', database: 'clinic' }), fe.password('token')]), out);
  machine.finished(out);
  assert.deepEqual(out.closed, { kind: 'client-lost' });
});
