import assert from 'node:assert/strict';
import { test } from 'node:test';
import { be, errorOf, fe, typesOf } from '../../support/pg-bytes.ts';
import { PgSession } from '../../support/pg-session.ts';

const rows = [be.fields([{ name: 'a' }]), be.row(['1']), be.row([null]), be.complete('SELECT 2'), be.ready('I')];

test('a simple query is asked about, then forwarded as it came, and its answer passes as it came', () => {
  const session = PgSession.open().client(fe.query('select a from t'));
  const [asked] = session.out.asked;
  assert.equal(asked?.kind, 'statement');
  assert.deepEqual(session.out.bytes('server'), fe.query('select a from t'));
  assert.equal(session.machine.phase, 'busy');
  session.server(...rows);
  assert.deepEqual(session.out.bytes('client'), Buffer.concat(rows));
  assert.equal(session.out.calls.client, 1, 'the whole answer leaves as one span');
  assert.equal(session.machine.phase, 'idle');
  assert.deepEqual(session.out.facts, [
    {
      kind: 'completed',
      execution: { id: 'stm_1', watched: false, ruling: null, copy: null, maxRows: null },
      outcome: { result: 'completed', sqlstate: null, tag: 'SELECT', rows: 2, bytes: 12 + 11, masked: null },
    },
    { kind: 'ready', transaction: 'I', failed: false },
  ]);
});

test('each execution is told its own rows and bytes', () => {
  const session = PgSession.open().client(fe.query('a'), fe.query('b'));
  session.server(...rows, ...rows);
  const outcomes = session.out.facts.flatMap((fact) => (fact.kind === 'completed' ? [fact.outcome] : []));
  assert.equal(outcomes.length, 2);
  assert.deepEqual(outcomes[1], outcomes[0]);
});

test('nothing is forwarded and nothing further is read before the answer', () => {
  const session = PgSession.open({ prompt: false }).client(fe.query('select 1'), fe.query('select 2'));
  assert.equal(session.out.bytes('server').length, 0);
  assert.equal(session.out.asked.length, 1);
  assert.equal(session.machine.wants('client'), false);
  assert.equal(session.machine.wants('server'), true);
  session.answer();
  assert.deepEqual(session.out.bytes('server'), fe.query('select 1'));
  assert.equal(session.out.asked.length, 2);
});

test('a denied query leaves a stand-in, and its error comes back in our words and in order', () => {
  const session = PgSession.open().client(fe.query('select 1'), fe.query('deny ssn'), fe.query('select 3'));
  assert.deepEqual(
    session.out.take('server'),
    Buffer.concat([fe.query('select 1'), fe.query('sluice: denied stm_2'), fe.query('select 3')]),
  );
  const answer = [be.fields([{ name: 'a' }]), be.row(['1']), be.complete('SELECT 1')];
  session.server(...answer, be.ready('T'), be.error('42601', 'syntax error at or near "sluice"'), be.ready('E'));
  session.server(be.error('25P02', 'aborted'), be.ready('E'));
  assert.equal(typesOf(session.out.bytes('client')), 'TDCZEZEZ');
  assert.deepEqual(errorOf(session.out.bytes('client')), {
    S: 'ERROR',
    V: 'ERROR',
    C: '42501',
    M: 'sluice: not that',
    D: 'statement stm_2',
    H: 'ask for less',
  });
  assert.deepEqual(
    session.out.facts.map((fact) => (fact.kind === 'completed' ? fact.outcome.result : fact.kind)),
    ['completed', 'ready', 'ready', 'failed', 'ready'],
  );
  assert.equal(session.out.closed, null);
});

test('a stand-in that succeeds ends the session', () => {
  const session = PgSession.open().client(fe.query('deny ssn')).server(be.complete('SELECT 1'));
  assert.equal(session.out.closed?.kind, 'denied');
  assert.equal(errorOf(session.out.bytes('client')).S, 'FATAL');
});

test('several statements of one query end one by one; a failure skips the rest', () => {
  const session = PgSession.open().client(fe.query('a; b; c'));
  session.server(be.complete('INSERT 0 3'), be.error('22012', 'division by zero'), be.ready('I'));
  assert.deepEqual(
    session.out.facts.flatMap((fact) => (fact.kind === 'completed' ? [fact.outcome] : [])),
    [
      { result: 'completed', sqlstate: null, tag: 'INSERT', rows: 3, bytes: 0, masked: null },
      { result: 'failed', sqlstate: '22012', tag: null, rows: 0, bytes: 0, masked: null },
      { result: 'skipped', sqlstate: null, tag: null, rows: 0, bytes: 0, masked: null },
    ],
  );
});

test('settle: the client is read again when the target is ready', () => {
  const session = PgSession.open().client(fe.query('settle search_path'), fe.query('select 2'));
  assert.deepEqual(session.out.take('server'), fe.query('settle search_path'));
  assert.equal(session.machine.wants('client'), false);
  session.server(be.complete('SET'), be.ready('I'));
  assert.deepEqual(session.out.take('server'), fe.query('select 2'));
});

test('an empty query and a query without statements', () => {
  const session = PgSession.open().client(fe.query('')).server(be.empty, be.ready('I'));
  assert.equal(typesOf(session.out.bytes('client')), 'IZ');
  assert.equal(session.out.closed, null);
});

test('the session ends with a verdict that says so', () => {
  const session = PgSession.open().client(fe.query('end it'), fe.query('select 1'));
  assert.equal(session.out.bytes('server').length, 0);
  assert.deepEqual(session.out.closed, { kind: 'denied', denial: { code: 'policy_denied', message: 'no more' } });
  assert.equal(errorOf(session.out.bytes('client')).S, 'FATAL');
  assert.equal(session.machine.phase, 'closed');
});

const contradictions: readonly (readonly [string, string, readonly Buffer[]])[] = [
  ['rows that nobody asked for', '', [be.row(['1'])]],
  ['rows before their description', 'select 1', [be.row(['1'])]],
  ['more answers than statements', 'a', [be.complete('A'), be.complete('B')]],
  ['fewer answers than statements', 'a; b', [be.complete('A'), be.ready('I')]],
  ['a copy', 'copy t to stdout', [be.copyOut]],
  ['an answer of the extended protocol', 'a', [be.parseComplete]],
  ['an unknown status', 'a', [be.complete('A'), be.ready('X')]],
  ['an error for nobody', '', [be.error('XX000', 'secret')]],
];

for (const [name, query, answer] of contradictions) {
  test(`the session ends on ${name}, and none of it leaves`, () => {
    const session = PgSession.open();
    if (query !== '') session.client(fe.query(query));
    session.server(...answer);
    assert.equal(session.out.closed?.kind, 'denied');
    assert.match(typesOf(session.out.bytes('client')), /^C?E$/);
    assert.doesNotMatch(session.out.bytes('client').toString('latin1'), /secret|payload/);
  });
}
