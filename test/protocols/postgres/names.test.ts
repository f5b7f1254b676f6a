import assert from 'node:assert/strict';
import { test } from 'node:test';
import { be, errorOf, fe, typesOf } from '../../support/pg-bytes.ts';
import { PgSession, textOf } from '../../support/pg-session.ts';

/** The texts whose execution was asked about, in order. */
function executed(session: PgSession): readonly string[] {
  return session.out.asked.flatMap((asked) =>
    asked.kind === 'statement' && asked.question.step === 'execute' ? [textOf(asked.question.prepared)] : [],
  );
}

const run = (name: string) => [fe.bind('', name), fe.execute('')];
const ran = [be.bindComplete, be.complete('SELECT 0')];

function prepared(name: string, text: string): PgSession {
  return PgSession.open().client(fe.parse(name, text), fe.sync).server(be.parseComplete, be.ready('I'));
}

test('a Parse of a taken name that fails leaves the old statement', () => {
  const session = prepared('s', 'old').client(fe.parse('s', 'new'), ...run('s'), fe.sync);
  session.server(be.error('42P05', 'exists'), be.ready('I')).client(...run('s'), fe.sync);
  assert.deepEqual(executed(session), ['new', 'old']);
});

test('behind a Sync, a name waits until the target has answered what it hangs on', () => {
  const session = prepared('s', 'old').client(fe.parse('s', 'new'), fe.sync, ...run('s'), fe.sync);
  assert.equal(session.machine.wants('client'), false);
  assert.deepEqual(executed(session), []);
  session.server(be.error('42P05', 'exists'), be.ready('I'));
  assert.deepEqual(executed(session), ['old']);
  assert.equal(typesOf(session.out.bytes('server')), 'PSPSBES');
});

test('the same, where the Parse is skipped because something before it failed', () => {
  const session = prepared('', 'old').client(fe.parse('x', 'bad'), fe.parse('', 'new'), fe.sync, ...run(''), fe.sync);
  assert.deepEqual(executed(session), []);
  session.server(be.error('42601', 'syntax'), be.ready('I'));
  assert.deepEqual(executed(session), ['old']);
});

test('the same, where the Parse succeeds', () => {
  const session = prepared('', 'old').client(fe.parse('', 'new'), fe.sync, ...run(''), fe.sync);
  session.server(be.parseComplete);
  assert.deepEqual(executed(session), ['new']);
});

test('pipelines that bring their own Parse do not wait', () => {
  const session = PgSession.open();
  for (const text of ['a', 'b', 'c']) session.client(fe.parse('', text), ...run(''), fe.sync);
  assert.deepEqual(executed(session), ['a', 'b', 'c']);
});

test('a wait behind a skipped simple query ends with the error', () => {
  const session = prepared('', 'old').client(fe.parse('', 'bad'), fe.query('q'), ...run(''), fe.sync);
  assert.equal(session.machine.wants('client'), false);
  session.server(be.error('42601', 'syntax'));
  assert.equal(typesOf(session.out.bytes('server')), 'PSPQS');
  session.server(be.ready('I'));
  assert.equal(session.machine.phase, 'idle');
});

test('a closed statement is unknown at once, and comes back if the Close was skipped', () => {
  const session = prepared('s', 'q').client(fe.close('S', 's'), fe.bind('', 's'), fe.sync);
  assert.equal(typesOf(session.out.bytes('server')), 'PSCPS');
  session.server(be.closeComplete, be.error('42601', 'x'), be.ready('I'));
  assert.equal(errorOf(session.out.bytes('client')).C, '26000');

  const skipped = prepared('s', 'q').client(fe.parse('x', 'bad'), fe.close('S', 's'), fe.sync);
  skipped.server(be.error('42601', 'syntax'), be.ready('I')).client(...run('s'));
  assert.deepEqual(executed(skipped), ['q']);
});

test('a portal ends with its transaction, the unnamed one with a simple query', () => {
  const session = prepared('s', 'q').client(fe.bind('p', 's'), fe.bind('', 's'), fe.sync);
  session.server(be.bindComplete, be.bindComplete, be.ready('T'));
  session.client(fe.query('x')).server(be.complete('X'), be.ready('T'));
  session.client(fe.execute('p'), fe.execute(''), fe.sync);
  session.server(be.complete('SELECT 0'), be.error('42601', 'x'), be.ready('I'));
  assert.equal(errorOf(session.out.bytes('client')).C, '34000');
  session.client(fe.execute('p'), fe.sync);
  assert.deepEqual(executed(session), ['q']);
});

test('a simple query takes the unnamed statement away', () => {
  const session = prepared('', 'q').client(fe.query('x')).server(be.complete('X'), be.ready('I'));
  session.client(...run(''), fe.sync).server(be.error('42601', 'x'), be.ready('I'));
  assert.equal(errorOf(session.out.bytes('client')).C, '26000');
});

test('a stand-in leaves the unnamed statement alone', () => {
  const session = prepared('', 'q').client(fe.parse('s', 'deny this'), fe.sync);
  session
    .server(be.error('42601', 'x'), be.ready('I'))
    .client(...run(''), fe.sync)
    .server(...ran, be.ready('I'));
  assert.deepEqual(executed(session), ['q']);
});

/** In a transaction block, with the portal `p` of the statement `old` bound and another statement `new`. */
function bound(): PgSession {
  const session = prepared('old', 'old').client(
    fe.parse('new', 'new'),
    fe.query('begin'),
    fe.bind('p', 'old'),
    fe.sync,
  );
  return session.server(be.parseComplete, be.complete('BEGIN'), be.ready('T'), be.bindComplete, be.ready('T'));
}

test('a Bind to a taken portal that fails leaves the old portal, should a savepoint save it', () => {
  const session = bound().client(fe.bind('p', 'new'), fe.execute('p'), fe.sync);
  session.server(be.error('42P03', 'exists'), be.ready('E'));
  session.client(fe.query('rollback to s')).server(be.complete('ROLLBACK'), be.ready('T'));
  session.client(fe.execute('p'), fe.sync);
  assert.deepEqual(executed(session), ['new', 'old']);
});

test('an execution that was skipped is asked about again', () => {
  const session = bound().client(fe.parse('x', 'bad'), fe.execute('p'), fe.sync);
  session.server(be.error('42601', 'syntax'), be.ready('E'));
  session.client(fe.query('rollback to s')).server(be.complete('ROLLBACK'), be.ready('T'));
  session.client(fe.execute('p'), fe.sync);
  assert.deepEqual(executed(session), ['old', 'old']);
});

const refusals: readonly (readonly [string, Buffer, string])[] = [
  ['bind of an unknown statement', fe.bind('', 'nope'), '26000'],
  ['describe of an unknown statement', fe.describe('S', 'nope'), '26000'],
  ['execute of an unknown portal', fe.execute('nope'), '34000'],
  ['describe of the unnamed portal where there is none', fe.describe('P', ''), '34000'],
  ['a parse of 64 bytes of name', fe.parse('n'.repeat(64), 'q'), '54000'],
  ['a bind of 64 bytes of name', fe.bind('n'.repeat(64), 's'), '54000'],
  ['a long name elsewhere', fe.describe('S', 'n'.repeat(2000)), '54000'],
  ['one name too many', fe.parse('t', 'q'), '54000'],
];

for (const [name, message, sqlstate] of refusals) {
  test(`refused in place: ${name}`, () => {
    const session = PgSession.open({ limits: { preparedPerSession: 1 } });
    session.client(fe.parse('s', 'q'), fe.sync).server(be.parseComplete, be.ready('I'));
    session.out.take('server');
    session.client(message, fe.execute('s'), fe.sync);
    assert.deepEqual(
      session.out.bytes('server'),
      Buffer.concat([fe.parse('sluice_denied', 'sluice: denied'), fe.sync]),
    );
    session.server(be.error('42601', 'x'), be.ready('I'));
    assert.equal(errorOf(session.out.bytes('client')).C, sqlstate);
    assert.equal(session.out.closed, null);
    assert.equal(session.out.facts.filter((fact) => fact.kind === 'refused').length, 1);
  });
}
