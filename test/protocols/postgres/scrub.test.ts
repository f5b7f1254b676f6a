import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeReport, rebuild } from '../../../src/protocols/postgres/errors.ts';
import { be, errorOf, fe, fieldsOf, messagesOf, typesOf } from '../../support/pg-bytes.ts';
import { PgSession } from '../../support/pg-session.ts';

const secret = '123-45-6789';
const scrubbed = () => PgSession.open({ route: { scrub: true } });
const chatty = {
  D: `Key (ssn)=(${secret}) already exists.`,
  H: secret,
  q: secret,
  W: secret,
  s: secret,
  t: secret,
  c: secret,
  d: secret,
  n: secret,
  F: 'f.c',
  R: secret,
};

test('an error is rebuilt from its SQLSTATE: severity, code and position stay, everything free is gone', () => {
  const session = scrubbed().client(fe.query('q'));
  session.server(be.error('23505', `${secret} exists`, { ...chatty, P: '17' }), be.ready('I'));
  assert.deepEqual(errorOf(session.out.bytes('client')), {
    S: 'ERROR',
    V: 'ERROR',
    C: '23505',
    M: 'duplicate key value violates a unique constraint',
    H: "the target's own text is withheld on this connection because it can quote protected values",
    P: '17',
  });
  assert.ok(!session.out.bytes('client').includes(secret));
});

test('notices are rebuilt too, whenever they come', () => {
  const session = scrubbed().server(be.notice('00000', secret)).client(fe.query('q'));
  session.server(be.notice('01000', secret), be.complete('DO'), be.notice('22P06', secret), be.ready('I'));
  assert.equal(typesOf(session.out.bytes('client')), 'NNCNZ');
  assert.ok(!session.out.bytes('client').includes(secret));
});

test('without scrub, errors and notices pass as they came', () => {
  const answer = [be.notice('01000', secret), be.error('23505', secret, chatty), be.ready('I')];
  const session = PgSession.open()
    .client(fe.query('q'))
    .server(...answer);
  assert.deepEqual(session.out.bytes('client'), Buffer.concat(answer));
});

const channels: readonly (readonly [string, Buffer])[] = [
  ['a SQLSTATE of a routine', be.error('12345', 'x')],
  ['a SQLSTATE that is none', be.error(secret, 'x')],
  ['a position', be.error('42601', 'x', { P: secret })],
  ['a severity', be.error('42601', 'x', { S: secret, V: secret })],
];

for (const [name, error] of channels) {
  test(`${name} is no channel`, () => {
    const session = scrubbed().client(fe.query('q')).server(error, be.ready('I'));
    assert.ok(!session.out.bytes('client').includes(secret));
    assert.ok(!session.out.bytes('client').includes('12345'));
    const { S, C } = errorOf(session.out.bytes('client'));
    assert.equal(S, 'ERROR');
    assert.match(C ?? '', /^(P0001|42601)$/);
  });
}

test('severities are read where the target sends no V, and a report that is cut off is broken', () => {
  const fatal = Buffer.from('E\0\0\0\0SFATAL\0C57P01\0\0', 'latin1');
  assert.deepEqual(decodeReport(fatal, 0, fatal.length), { severity: 'FATAL', sqlstate: '57P01', position: null });
  assert.throws(() => decodeReport(fatal, 0, fatal.length - 1), { name: 'WireError' });
  const unknown = rebuild('N', { severity: 'NOTICE', sqlstate: '03000', position: null });
  assert.equal(fieldsOf(messagesOf(unknown)[0]?.body ?? Buffer.alloc(0)).M, 'sql statement not yet complete');
});

test('a pinned setting that changes ends the session', () => {
  for (const [name, value] of [
    ['client_encoding', 'SJIS'],
    ['standard_conforming_strings', 'off'],
  ] as const) {
    const session = PgSession.open().client(fe.query('set')).server(be.complete('SET'), be.parameter(name, value));
    assert.equal(session.out.closed?.kind, 'denied');
    assert.equal(typesOf(session.out.bytes('client')), 'CE');
    assert.match(errorOf(session.out.bytes('client')).M ?? '', new RegExp(name));
  }
});

test('other settings are noted and pass; where something is protected only those that PostgreSQL itself reports', () => {
  const session = PgSession.open().server(be.parameter('custom.x', secret));
  assert.deepEqual(session.out.facts, [{ kind: 'parameter', name: 'custom.x', value: secret }]);
  assert.deepEqual(session.out.bytes('client'), be.parameter('custom.x', secret));

  const strict = scrubbed().server(be.parameter('search_path', 'public'), be.parameter('custom.x', secret));
  assert.equal(strict.out.closed?.kind, 'denied');
  assert.ok(!strict.out.bytes('client').includes(secret));
  assert.equal(typesOf(strict.out.bytes('client')), 'SE');
});
