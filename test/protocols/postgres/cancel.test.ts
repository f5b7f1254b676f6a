import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultLimits } from '../../../src/core/limits.ts';
import { postgres } from '../../../src/protocols/postgres/index.ts';
import { be, errorOf, fe, int32, msg } from '../../support/pg-bytes.ts';
import { cancelKey, PgSession, reported, route, secured } from '../../support/pg-session.ts';
import { Transcript } from '../../support/transcript.ts';

const request = (processId: number, secret: Buffer) => {
  const body = Buffer.concat([int32(80_877_102), int32(processId), secret]);
  return Buffer.concat([int32(body.length + 4), body]);
};
const shortSecret = cancelKey.secret.subarray(0, 4);

for (const [name, secret] of [
  ['3.0', Buffer.from([0, 0, 0, 9])],
  ['3.2', Buffer.alloc(32, 7)],
  ['the longest', Buffer.alloc(256, 7)],
] as const) {
  test(`a cancel request with a key of ${name} is passed on and closed without a word, cut anywhere`, () => {
    const bytes = request(7, secret);
    for (let cut = 0; cut <= bytes.length; cut += 1) {
      const out = new Transcript();
      const machine = postgres.machine({ limits: defaultLimits, tls: true, auth: 'token', cancelKey });
      for (const piece of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
        if (piece.length > 0 && machine.wants('client')) machine.receive('client', piece, out);
      }
      assert.deepEqual(out.cancels, [{ processId: 7, secret }]);
      assert.deepEqual(out.closed, { kind: 'never-a-session' });
      assert.equal(out.bytes('client').length, 0);
    }
  });
}

for (const length of [0, 3, 257]) {
  test(`a cancel request with a key of ${length} bytes breaks the protocol`, () => {
    const out = new Transcript();
    const machine = postgres.machine({ limits: defaultLimits, tls: false, auth: 'token', cancelKey });
    machine.receive('client', request(7, Buffer.alloc(length)), out);
    assert.equal(out.cancels.length, 0);
    assert.equal(out.closed?.kind, 'denied');
  });
}

test('what the client may cancel with is Sluice’s own, as long as its version carries', () => {
  for (const [version, secret] of [
    [0x0003_0000, shortSecret],
    [0x0003_0002, cancelKey.secret],
  ] as const) {
    const { out } = opened(version);
    assert.ok(out.bytes('client').includes(msg('K', int32(cancelKey.processId), secret)));
    assert.ok(!out.bytes('client').includes(targetKey));
  }
});

test('a statement in flight is cancelled at the target, with the target’s own key', () => {
  const session = PgSession.open().client(fe.query('select pg_sleep(9)'));
  session.machine.cancel(shortSecret, session.out);
  assert.deepEqual(
    session.out.errands.map((errand) => errand.request),
    [request(4711, Buffer.from([1, 2, 3, 4]))],
  );
  assert.deepEqual(session.out.errands[0]?.tlsRequest, fe.ssl);
});

test('nothing in flight, a wrong key, a key of the other length: nothing happens', () => {
  const session = PgSession.open();
  session.machine.cancel(shortSecret, session.out);
  session.client(fe.query('select 1'));
  for (const wrong of [Buffer.from('nope'), cancelKey.secret, Buffer.alloc(0), shortSecret.subarray(0, 3)]) {
    session.machine.cancel(wrong, session.out);
  }
  session.server(be.complete('SELECT 1'), be.ready('I'));
  session.machine.cancel(shortSecret, session.out);
  assert.equal(session.out.errands.length, 0);
});

const undecided: readonly (readonly [string, readonly Buffer[], number])[] = [
  ['a simple query', [fe.query('delete from t')], 1],
  ['a statement that is being prepared', [fe.parse('', 'delete from t'), fe.sync], 0],
];

for (const [name, messages, executions] of undecided) {
  test(`${name} that is still being decided never runs, whatever is decided`, () => {
    const session = PgSession.open({ prompt: false }).client(...messages);
    session.machine.cancel(shortSecret, session.out);
    assert.equal(session.out.errands.length, 0);
    assert.ok(session.answer());
    assert.ok(!session.out.bytes('server').includes('delete'));
    assert.equal(session.out.facts.filter((fact) => fact.kind === 'completed').length, executions);
    session.server(be.error('42601', 'syntax error'), be.ready('I'));
    assert.equal(errorOf(session.out.bytes('client')).C, '57014');
    // The next one is not hit.
    session.client(fe.query('select 1'));
    assert.ok(session.answer());
    assert.ok(session.out.bytes('server').includes('select 1'));
  });
}

test('a session that Sluice ends takes what runs in the target with it; one whose client leaves does not', () => {
  const denial = { code: 'session_ended', message: 'the principal was disabled' } as const;
  const running = PgSession.open().client(fe.query('select 1'));
  running.machine.terminate(denial, running.out);
  assert.equal(running.out.errands.length, 1);
  assert.equal(running.out.closed?.kind, 'denied');

  const idle = PgSession.open();
  idle.machine.terminate(denial, idle.out);
  const leaving = PgSession.open().client(fe.parse('', 'insert'), fe.terminate);
  const lost = PgSession.open().client(fe.query('insert'));
  lost.machine.ended('client', null, lost.out);
  const dead = PgSession.open().client(fe.query('insert'));
  dead.machine.ended('server', null, dead.out);
  for (const { out } of [idle, leaving, lost, dead]) {
    assert.equal(out.errands.length, 0);
    assert.notEqual(out.closed, null);
  }
});

test('before the session is open there is nothing to cancel', () => {
  const out = new Transcript();
  const machine = postgres.machine({ limits: defaultLimits, tls: false, auth: 'token', cancelKey });
  machine.receive('client', fe.startup({ user: 'x' }), out);
  machine.cancel(shortSecret, out);
  assert.equal(out.errands.length, 0);
  assert.equal(out.closed, null);
});

const targetKey = Buffer.from([1, 2, 3, 4]);

function opened(version: number) {
  const out = new Transcript();
  const machine = postgres.machine({ limits: defaultLimits, tls: true, auth: 'token', cancelKey });
  machine.receive('client', fe.ssl, out);
  machine.upgraded('client', secured, out);
  machine.receive('client', fe.startup({ user: 'x' }, version), out);
  machine.receive('client', fe.password('token'), out);
  const login = out.asked[0];
  assert.ok(login?.kind === 'login');
  machine.decide({ kind: 'login', id: login.id, verdict: { kind: 'accept', route } }, out);
  machine.connected(out);
  machine.receive('server', Buffer.concat([be.authOk, ...reported, be.key(4711), be.ready('I')]), out);
  const open = out.asked[1];
  assert.ok(open?.kind === 'open');
  machine.decide({ kind: 'open', id: open.id, verdict: { kind: 'accept' } }, out);
  return { machine, out };
}
