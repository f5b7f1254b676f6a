import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultLimits } from '../../../src/core/limits.ts';
import { postgres } from '../../../src/protocols/postgres/index.ts';
import { be, errorOf, fe, fieldsOf, messagesOf, typesOf } from '../../support/pg-bytes.ts';
import { cancelKey, PgSession, reported, route } from '../../support/pg-session.ts';
import { Transcript } from '../../support/transcript.ts';

const shortSecret = cancelKey.secret.subarray(0, 4);
const notice = { message: 'it waits for an approval', detail: 'request apr_1', hint: 'https://x/approvals/apr_1' };

test('a client is told what its statement waits for, and is answered when it may run', () => {
  const session = PgSession.open({ prompt: false }).client(fe.query('update t set a = 1'));
  const [asked] = session.out.asked;
  assert.ok(asked);
  session.machine.inform(asked.id, notice, session.out);
  const [told] = messagesOf(session.out.take('client'));
  assert.equal(told?.type, 'N');
  assert.deepEqual(fieldsOf(told?.body ?? Buffer.alloc(0)), {
    S: 'NOTICE',
    V: 'NOTICE',
    C: '00000',
    M: 'sluice: it waits for an approval',
    D: 'request apr_1',
    H: 'https://x/approvals/apr_1',
  });
  assert.ok(session.answer());
  session.server(be.complete('UPDATE 1'), be.ready('I'));
  assert.equal(typesOf(session.out.take('client')), 'CZ');
});

test('a notice never stands within a message of the target that is on its way', () => {
  const session = PgSession.open({ prompt: false }).client(fe.query('select 1'));
  assert.ok(session.answer());
  session.client(fe.query('update t set a = 1'));
  const asked = session.out.asked[1];
  assert.ok(asked);
  const row = be.row(['x'.repeat(40_000)]);
  session.server(be.fields([{ name: 'a' }]));
  session.server(row.subarray(0, 20_000));
  session.machine.inform(asked.id, notice, session.out);
  session.server(row.subarray(20_000), be.complete('SELECT 1'), be.ready('I'));
  assert.equal(typesOf(session.out.bytes('client')), 'TDCZN');
});

test('a notice for a question that is answered, or was never asked, is not told', () => {
  const session = PgSession.open().client(fe.query('select 1'));
  const [asked] = session.out.asked;
  assert.ok(asked);
  session.machine.inform(asked.id, notice, session.out);
  assert.equal(session.out.take('client').length, 0);
});

test('a cancel request withdraws the statement that waits, once', () => {
  const session = PgSession.open({ prompt: false }).client(fe.query('update t set a = 1'));
  session.machine.cancel(shortSecret, session.out);
  session.machine.cancel(shortSecret, session.out);
  assert.deepEqual(
    session.out.withdrawn,
    session.out.asked.map(({ id }) => id),
  );
  assert.equal(session.out.errands.length, 0);
});

test('behind a statement that runs, a cancel request is meant for that one', () => {
  const session = PgSession.open({ prompt: false }).client(fe.query('select 1'));
  assert.ok(session.answer());
  session.client(fe.query('update t set a = 1'));
  session.machine.cancel(shortSecret, session.out);
  assert.equal(session.out.withdrawn.length, 0);
  assert.equal(session.out.errands.length, 1);
});

test('whoever waits at the login is told after AuthenticationOk, which is said once', () => {
  const out = new Transcript();
  const machine = postgres.machine({ limits: defaultLimits, tls: false, auth: 'token', cancelKey });
  machine.receive('client', fe.startup({ user: 'x', database: 'clinic' }), out);
  machine.receive('client', fe.password('token'), out);
  out.take('client');
  const [login] = out.asked;
  assert.ok(login);
  machine.inform(login.id, notice, out);
  machine.inform(login.id, notice, out);
  assert.equal(typesOf(out.take('client')), 'RNN');
  machine.decide({ kind: 'login', id: login.id, verdict: { kind: 'accept', route } }, out);
  machine.connected(out);
  machine.receive('server', Buffer.concat([be.authOk, ...reported, be.key(4711), be.ready('I')]), out);
  const open = out.asked[1];
  assert.ok(open);
  machine.decide({ kind: 'open', id: open.id, verdict: { kind: 'accept' } }, out);
  assert.match(typesOf(out.take('client')), /^S+KZ$/);
});

test('whoever waited at the login in vain is refused as any other', () => {
  const out = new Transcript();
  const machine = postgres.machine({ limits: defaultLimits, tls: false, auth: 'token', cancelKey });
  machine.receive('client', fe.startup({ user: 'x', database: 'clinic' }), out);
  machine.receive('client', fe.password('token'), out);
  out.take('client');
  const [login] = out.asked;
  assert.ok(login);
  machine.inform(login.id, notice, out);
  const denial = { code: 'approval_denied', message: 'no' } as const;
  machine.decide({ kind: 'login', id: login.id, verdict: { kind: 'deny', denial } }, out);
  const answered = out.take('client');
  assert.equal(typesOf(answered), 'RNE');
  assert.equal(errorOf(answered).C, '42501');
  assert.equal(out.closed?.kind, 'denied');
});

const statuses: readonly {
  readonly name: string;
  /** Sent first, allowed, and answered by the target with what follows. */
  readonly first: readonly Buffer[];
  readonly answers: readonly Buffer[];
  readonly expected: 'I' | 'T' | 'E';
}[] = [
  { name: 'nothing before it', first: [], answers: [], expected: 'I' },
  {
    name: 'an answered BEGIN',
    first: [fe.query('begin')],
    answers: [be.complete('BEGIN'), be.ready('T')],
    expected: 'T',
  },
  {
    name: 'a failed transaction',
    first: [fe.query('begin')],
    answers: [be.complete('BEGIN'), be.ready('E')],
    expected: 'E',
  },
  { name: 'a BEGIN that is not answered yet', first: [fe.query('begin')], answers: [], expected: 'T' },
  {
    name: 'an execution in the same pipeline, answered and not synced',
    first: [fe.parse('', 'delete from t'), fe.bind('', ''), fe.execute(''), fe.flush],
    answers: [be.parseComplete, be.bindComplete, be.complete('DELETE 1')],
    expected: 'T',
  },
  {
    name: 'an execution behind its Sync',
    first: [fe.parse('', 'delete from t'), fe.bind('', ''), fe.execute(''), fe.sync],
    answers: [be.parseComplete, be.bindComplete, be.complete('DELETE 1'), be.ready('I')],
    expected: 'I',
  },
];

for (const { name, first, answers, expected } of statuses) {
  test(`what a statement would run in, behind ${name}: ${expected}`, () => {
    const session = PgSession.open()
      .client(...first)
      .server(...answers);
    session.out.asked.length = 0;
    session.client(fe.query('update t set a = 1'));
    const asked = session.out.asked.at(-1);
    assert.equal(asked?.kind === 'statement' && asked.question.transaction, expected);
  });
}
