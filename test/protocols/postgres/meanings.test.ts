import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StatementQuestion, StatementVerdict } from '../../../src/core/question.ts';
import { be, errorOf, fe, typesOf } from '../../support/pg-bytes.ts';
import { judgeByText, PgSession, textOf } from '../../support/pg-session.ts';

const one = be.fields([{ name: 'n' }]);

test('a portal that was bound before names may mean something else is not executed', () => {
  const session = PgSession.open().client(fe.parse('s', 'rows'), fe.bind('p', 's'), fe.query('settle'));
  session.server(be.parseComplete, be.bindComplete, be.complete('SET'), be.ready('T'));
  session.client(fe.execute('p'), fe.sync);
  session.server(be.error('42601', 'syntax error'), be.ready('E'));
  assert.equal(errorOf(session.out.bytes('client'))['C'], '34000');
  assert.match(errorOf(session.out.bytes('client'))['M'] ?? '', /bound before the search path/);
  assert.equal(typesOf(session.out.bytes('server')), 'PBQPS');
});

test('one that is bound behind it is, and one that is under way goes on', () => {
  const session = PgSession.open().client(fe.parse('s', 'rows'), fe.bind('p', 's'), fe.execute('p', 1));
  session.client(fe.parse('', 'settle'), fe.bind('', ''), fe.execute(''), fe.bind('q', 's'), fe.execute('q'));
  session.client(fe.execute('p', 1), fe.sync);
  assert.equal(typesOf(session.out.bytes('server')), 'PBEPBEBEES');
});

const failures = [
  { name: 'a Parse', sent: [fe.parse('', 'x')] },
  { name: 'a Bind', sent: [fe.parse('', 'x'), fe.bind('', '')] },
  { name: 'a denied Parse', sent: [fe.parse('', 'deny it')] },
  { name: 'an unknown portal', sent: [fe.execute('nowhere')] },
  { name: 'the commit at a Sync', sent: [] },
];
for (const { name, sent } of failures) {
  test(`what is ready after the failure of ${name} is said to have failed, once`, () => {
    const session = PgSession.open().client(...sent, fe.sync);
    if (name === 'a Bind') session.server(be.parseComplete);
    session.server(be.error('42601', 'no'), be.ready('I')).client(fe.sync).server(be.ready('I'));
    const ready = session.out.facts.filter(({ kind }) => kind === 'ready');
    assert.deepEqual(
      ready.map((fact) => fact.kind === 'ready' && fact.failed),
      [true, false],
    );
  });
}

test('a text without a statement is executed without an execution, and nothing else may answer it', () => {
  const statement = (question: StatementQuestion, number: number): StatementVerdict =>
    question.step === 'execute' && textOf(question.prepared) === ''
      ? { kind: 'forward', executions: [], prepared: null, settle: false, text: null }
      : judgeByText(question, number);
  const open = () =>
    PgSession.open({ judgement: { statement } }).client(fe.parse('', ''), fe.bind('', ''), fe.execute(''), fe.sync);
  const session = open().server(be.parseComplete, be.bindComplete, be.empty, be.ready('I'));
  assert.equal(typesOf(session.out.bytes('client')), '12IZ');
  assert.deepEqual(
    session.out.facts.map(({ kind }) => kind),
    ['ready'],
  );
  for (const answer of [be.row(['x']), be.complete('SELECT 0'), be.suspended]) {
    const broken = open().server(be.parseComplete, be.bindComplete, answer);
    assert.equal(broken.out.closed?.kind, 'denied');
    assert.equal(typesOf(broken.out.bytes('client')), '12E');
  }
});

test('bytes that are kept are counted until they are let go', () => {
  const value = 'x'.repeat(300);
  const session = PgSession.open({ limits: { preparedBytes: 1000 } });
  session.client(fe.parse('s', 'rows $1'), fe.sync).server(be.parseComplete, be.ready('I'));
  const bind = (portal: string) => fe.bind(portal, 's', [value]);
  const kept = [be.bindComplete, be.bindComplete];
  // Three fit, a fourth does not; at the end of the transaction they are gone, replaced ones at once.
  for (let round = 0; round < 3; round += 1) {
    session.client(bind('a'), bind('b'), fe.sync).server(...kept, be.ready('T'));
    session.client(bind('a'), fe.close('P', 'b'), fe.sync).server(be.bindComplete, be.closeComplete, be.ready('T'));
    session.client(bind('b'), fe.sync).server(be.bindComplete, be.ready('T'));
    assert.equal(session.out.facts.filter(({ kind }) => kind === 'refused').length, round);
    session.client(bind('c'), bind('d'), fe.sync).server(be.bindComplete, be.error('42601', 'no'), be.ready('E'));
    assert.match(errorOf(session.out.take('client'))['M'] ?? '', /preparedBytes/);
    session.client(fe.query('rows')).server(one, be.complete('ROLLBACK'), be.ready('I'));
  }
});

test('what failed is not kept', () => {
  const session = PgSession.open({ limits: { preparedBytes: 1000 } });
  session.client(fe.parse('s', 'rows $1'), fe.sync).server(be.parseComplete, be.ready('I'));
  const failing = [fe.bind('a', 's', ['x'.repeat(300)]), fe.parse('t', 'y'.repeat(300)), fe.sync];
  for (let round = 0; round < 5; round += 1) {
    session.client(...failing).server(be.error('22P02', 'no'), be.ready('I'));
  }
  assert.equal(session.out.facts.filter(({ kind }) => kind === 'refused').length, 0);
});

for (const tag of ['DISCARD ALL', 'DEALLOCATE ALL']) {
  test(`${tag} takes every prepared statement away, those behind it stay`, () => {
    const session = PgSession.open({ limits: { preparedPerSession: 2 } });
    session.client(fe.parse('a', 'rows'), fe.parse('b', 'rows'), fe.sync);
    session.server(be.parseComplete, be.parseComplete, be.ready('I'));
    session.client(fe.query('all')).server(be.complete(tag), be.ready('I'));
    session.client(fe.parse('c', 'rows'), fe.bind('', 'c'), fe.bind('', 'a'), fe.sync);
    session.server(be.parseComplete, be.bindComplete, be.error('42601', 'no'), be.ready('I'));
    assert.equal(errorOf(session.out.bytes('client'))['C'], '26000');
    session.client(fe.bind('', 'c'), fe.sync).server(be.bindComplete, be.ready('I'));
    assert.ok(typesOf(session.out.bytes('client')).endsWith('2Z'));
  });
}
