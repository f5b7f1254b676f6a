import assert from 'node:assert/strict';
import { test } from 'node:test';
import { be, errorOf, fe, messagesOf, typesOf } from '../../support/pg-bytes.ts';
import { type Judgement, judgeByText, PgSession, textOf } from '../../support/pg-session.ts';

const columns = be.fields([{ name: 'a' }]);
const pbes = (text: string) => [fe.parse('', text), fe.bind('', ''), fe.describe('P', ''), fe.execute(''), fe.sync];
const answered = [be.parseComplete, be.bindComplete, columns, be.row(['1']), be.complete('SELECT 1'), be.ready('I')];

/** What was asked: `parse select 1`, `execute select 1 (a, null)`. */
function questions(session: PgSession): readonly string[] {
  return session.out.asked.map((asked) => {
    if (asked.kind !== 'statement') return asked.kind;
    const { question } = asked;
    if (question.step !== 'execute') return `${question.step} ${question.text.toString()}`;
    const values = question.bind.values.map((value) => value?.toString() ?? 'null');
    return `execute ${textOf(question.prepared)} (${values.join(', ')})`;
  });
}

const results = (session: PgSession) =>
  session.out.facts.flatMap((fact) => (fact.kind === 'completed' ? [fact.outcome.result] : []));

test('parse and execute are asked about; everything passes as it came, the request as one span', () => {
  const session = PgSession.open().client(...pbes('select 1'));
  assert.deepEqual(questions(session), ['parse select 1', 'execute select 1 ()']);
  assert.deepEqual(session.out.bytes('server'), Buffer.concat(pbes('select 1')));
  assert.equal(session.out.calls.server, 1);
  session.server(...answered);
  assert.deepEqual(session.out.bytes('client'), Buffer.concat(answered));
  assert.equal(session.out.calls.client, 1);
  assert.equal(session.machine.phase, 'idle');
});

test('parameters reach the question as they came', () => {
  const session = PgSession.open().client(fe.parse('s', 'q', [23]), fe.bind('p', 's', ['a', null, '']));
  session.client(fe.execute('p'), fe.sync);
  assert.deepEqual(questions(session), ['parse q', 'execute q (a, null, )']);
});

test('parameters do not keep the chunk alive that they came in', () => {
  const session = PgSession.open().client(fe.parse('', 'q'));
  const chunk = Buffer.alloc(65_536);
  const length = fe.bind('', '', ['a value']).copy(chunk);
  session.machine.receive('client', chunk.subarray(0, length), session.out);
  session.client(fe.execute(''));
  const execute = session.out.asked[1];
  const bind = execute?.kind === 'statement' && execute.question.step === 'execute' ? execute.question.bind : null;
  assert.equal(bind?.values[0]?.toString(), 'a value');
  assert.notEqual(bind?.values[0]?.buffer, chunk.buffer);
});

test('a verdict that ends at Execute: what was to leave with it does not', () => {
  const judgement: Judgement = {
    statement: (question, number) =>
      question.step === 'execute'
        ? { kind: 'end', denial: { code: 'session_ended', message: 'no more' } }
        : judgeByText(question, number),
  };
  const session = PgSession.open({ judgement }).client(...pbes('select 1'));
  assert.equal(session.out.bytes('server').length, 0);
  assert.equal(session.out.closed?.kind, 'denied');
});

test('a denial in a pipeline: order kept, nothing after it up to Sync asked or sent, what follows works', () => {
  const session = PgSession.open();
  session.client(...pbes('select 1').slice(0, 4), fe.parse('', 'deny ssn'), fe.bind('', ''), fe.execute(''));
  session.client(fe.query('select 7'), fe.functionCall, fe.sync, fe.query('select 2'));
  assert.deepEqual(questions(session), ['parse select 1', 'execute select 1 ()', 'parse deny ssn', 'simple select 2']);
  assert.equal(typesOf(session.out.bytes('server')), 'PBDEPSQ');
  assert.doesNotMatch(session.out.bytes('server').toString('latin1'), /deny ssn|select 7/);
  const standIn = messagesOf(session.out.bytes('server'))[4];
  assert.deepEqual(standIn?.body, Buffer.from('sluice_denied\0sluice: denied stm_3\0\0\0'));
  session.server(...answered.slice(0, 5), be.error('42601', 'syntax error'), be.ready('I'));
  session.server(be.complete('SELECT 0'), be.ready('I'));
  assert.equal(typesOf(session.out.bytes('client')), '12TDCEZCZ');
  assert.equal(errorOf(session.out.bytes('client')).M, 'sluice: not that');
  assert.equal(session.machine.phase, 'idle');
});

test('a denied execute fails in place, and the statement can be bound again', () => {
  const session = PgSession.open().client(fe.parse('s', 'deny-execute'), fe.bind('', 's'), fe.execute(''), fe.sync);
  session.server(be.parseComplete, be.bindComplete, be.error('42601', 'x'), be.ready('I'));
  assert.equal(typesOf(session.out.bytes('server')), 'PBPS');
  assert.equal(typesOf(session.out.bytes('client')), '12EZ');
  session.client(fe.bind('', 's'), fe.sync);
  assert.equal(typesOf(session.out.bytes('server')), 'PBPSBS');
});

test('the target skips up to Sync after an error: nothing before the Sync is asked about or sent', () => {
  const session = PgSession.open().client(fe.parse('', 'bad'), fe.flush).server(be.error('42601', 'syntax error'));
  session.client(fe.bind('', ''), fe.execute(''), fe.parse('', 'x'), fe.query('select 9'), fe.flush, fe.sync);
  assert.equal(typesOf(session.out.bytes('server')), 'PHS');
  assert.deepEqual(questions(session), ['parse bad']);
  session.server(be.ready('I'));
  assert.equal(typesOf(session.out.bytes('client')), 'EZ');
});

test('what was sent before the error was seen is skipped, a simple query included', () => {
  const session = PgSession.open();
  session.client(fe.parse('', 'a'), fe.bind('', ''), fe.execute(''), fe.query('b'), fe.sync, fe.query('c'));
  session.server(be.error('42601', 'syntax error'), be.ready('I'), be.complete('SELECT 1'), be.ready('I'));
  assert.equal(typesOf(session.out.bytes('client')), 'EZCZ');
  assert.deepEqual(results(session), ['skipped', 'skipped', 'completed']);
  assert.equal(session.out.closed, null);
});

test('a decision that comes after the target has failed sends nothing', () => {
  const session = PgSession.open({ prompt: false });
  session.client(fe.parse('', 'a'));
  session.answer();
  session.client(fe.bind('', ''), fe.execute(''));
  session.server(be.error('42601', 'syntax error'));
  session.answer();
  assert.equal(typesOf(session.out.bytes('server')), 'PB');
  assert.deepEqual(results(session), ['skipped']);
  session.client(fe.sync).server(be.ready('I'));
  assert.equal(typesOf(session.out.bytes('client')), 'EZ');
});

test('a Sync that fails (a deferred constraint) is followed by its ReadyForQuery', () => {
  const session = PgSession.open().client(...pbes('insert'));
  session.server(...answered.slice(0, 5), be.error('23503', 'fk'), be.ready('I'));
  assert.equal(typesOf(session.out.bytes('client')), '12TDCEZ');
  assert.equal(session.machine.phase, 'idle');
});

test('a suspended portal goes on without a question; a finished one is asked about again', () => {
  const session = PgSession.open().client(fe.parse('', 'q'), fe.bind('', ''), fe.execute('', 1), fe.flush);
  session.server(be.parseComplete, be.bindComplete, be.row(['1']), be.suspended);
  session.client(fe.execute('', 1), fe.flush).server(be.row(['2']), be.complete('SELECT 1'));
  assert.deepEqual(questions(session), ['parse q', 'execute q ()']);
  session.client(fe.execute(''), fe.sync);
  assert.deepEqual(questions(session), ['parse q', 'execute q ()', 'execute q ()']);
  assert.deepEqual(results(session), ['suspended', 'completed']);
});

test('an execute behind the end of its execution tells nothing twice', () => {
  const session = PgSession.open().client(fe.parse('', 'q'), fe.bind('', ''), fe.execute(''), fe.execute(''), fe.sync);
  session.server(be.parseComplete, be.bindComplete, be.row(['1']), be.complete('SELECT 1'), be.complete('SELECT 0'));
  session.server(be.ready('I'));
  assert.deepEqual(results(session), ['completed']);
  assert.equal(typesOf(session.out.bytes('client')), '12DCCZ');
});

test('settle holds the client from the next Sync until the target is ready', () => {
  const session = PgSession.open().client(fe.parse('', 'settle'), fe.bind('', ''), fe.execute(''));
  session.client(fe.parse('', 'b'), fe.sync, fe.query('c'));
  assert.equal(typesOf(session.out.bytes('server')), 'PBEPS');
  assert.equal(session.machine.wants('client'), false);
  session.server(be.parseComplete, be.bindComplete, be.complete('SET'), be.parseComplete, be.ready('I'));
  assert.equal(typesOf(session.out.bytes('server')), 'PBEPSQ');
});

test('close and describe pass; the answers must fit', () => {
  const session = PgSession.open().client(fe.parse('s', 'q'), fe.describe('S', 's'), fe.close('S', 's'), fe.sync);
  session.server(be.parseComplete, be.parameters([25]), columns, be.closeComplete, be.ready('I'));
  assert.equal(typesOf(session.out.bytes('client')), '1tT3Z');
  session.client(fe.parse('s', 'q'), fe.describe('S', 's'), fe.sync).server(be.parseComplete, columns);
  assert.equal(session.out.closed?.kind, 'denied');
});
