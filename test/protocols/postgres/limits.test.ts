import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Limits } from '../../../src/core/limits.ts';
import { be, errorOf, fe, int32, msg, typesOf } from '../../support/pg-bytes.ts';
import { PgSession } from '../../support/pg-session.ts';

const limits: Partial<Limits> = { statementBytes: 100, bindBytes: 200, collectBytes: 300, maskedRowBytes: 64 };
const poison = 'drop table patients';
const padded = `${poison} /*${' '.repeat(400_000)}*/`;

const tooLong: readonly (readonly [string, Buffer, string, string])[] = [
  ['a query', fe.query(padded), 'Q', 'statementBytes'],
  ['a query one byte over', fe.query(poison.padEnd(101)), 'Q', 'statementBytes'],
  ['a parse', fe.parse('', padded), 'P', 'statementBytes'],
  ['a parse with a short text over the limit', fe.parse('', poison.padEnd(101)), 'P', 'statementBytes'],
  ['a bind', fe.bind('', '', [padded]), 'P', 'bindBytes'],
];

for (const [name, message, type, limit] of tooLong) {
  for (const size of [1 << 20, 4096, 5, 1]) {
    if (message.length / size > 10_000) continue;
    test(`${name} over its limit is never forwarded, in pieces of ${size} bytes; the session lives on`, () => {
      const session = PgSession.open({ limits });
      for (let at = 0; at < message.length; at += size) session.client(message.subarray(at, at + size));
      session.client(fe.sync, fe.query('select 1'));
      assert.equal(typesOf(session.out.bytes('server')), `${type}SQ`);
      assert.ok(!session.out.bytes('server').includes(poison));
      assert.equal(session.out.asked.length, 1, 'only the last query is asked about');
      const ready = type === 'Q' ? [be.ready('I'), be.ready('I')] : [be.ready('I')];
      session.server(be.error('42601', 'x'), ...ready, be.complete('SELECT 1'), be.ready('I'));
      const error = errorOf(session.out.bytes('client'));
      assert.equal(error.C, '54000');
      assert.match(error.M ?? '', new RegExp(limit));
      assert.equal(session.out.closed, null);
    });
  }
}

test('a statement of exactly the limit passes', () => {
  const session = PgSession.open({ limits }).client(fe.query('x'.repeat(100)), fe.parse('', 'x'.repeat(100)));
  assert.equal(typesOf(session.out.bytes('server')), 'QP');
});

const broken: readonly (readonly [string, Buffer])[] = [
  ['an unknown type', msg('y')],
  ['a length below four', Buffer.from([0x51, 0, 0, 0, 3])],
  ['a length above a gibibyte', Buffer.concat([Buffer.from('Q'), int32(0x4000_0000)])],
  ['a negative length', Buffer.concat([Buffer.from('Q'), int32(-1)])],
  ['a NUL within a query', msg('Q', Buffer.from('select 1\0; drop table t\0'))],
  ['a query without its NUL', msg('Q', Buffer.from('select 1'))],
  ['a parse that is cut off', msg('P', Buffer.from('\0select 1\0\0'))],
  ['bytes behind a parse', msg('P', Buffer.from('\0select 1\0\0\0x'))],
  ['a bind with a length beyond its end', msg('B', Buffer.from('\0\0\0\0\0\x01\0\0\x01\0ab\0\0', 'latin1'))],
  ['a describe of neither', msg('D', Buffer.from('X\0'))],
  ['a sync with content', msg('S', Buffer.from('x'))],
  ['a password in the middle', fe.password('again')],
];

for (const [name, message] of broken) {
  test(`${name} ends the session and is not forwarded`, () => {
    const session = PgSession.open().client(message, fe.query('select 1'));
    assert.equal(session.out.bytes('server').length, 0);
    assert.equal(session.out.asked.length, 0);
    assert.equal(session.out.closed?.kind, 'denied');
    assert.deepEqual(
      session.out.facts.map((fact) => fact.kind),
      ['refused'],
    );
    const error = errorOf(session.out.bytes('client'));
    assert.deepEqual([error.S, error.C], ['FATAL', '08P01']);
  });
}

test('a function call is refused by name, in place', () => {
  const session = PgSession.open().client(fe.functionCall).server(be.error('42601', 'x'), be.ready('I'));
  assert.deepEqual(session.out.bytes('server'), fe.query('sluice: denied'));
  assert.equal(errorOf(session.out.bytes('client')).C, '0A000');
  assert.match(errorOf(session.out.bytes('client')).M ?? '', /FunctionCall/);
});

test('the rest of a COPY that failed is swallowed, as PostgreSQL does', () => {
  const session = PgSession.open().client(fe.copyData(Buffer.alloc(100_000)), fe.copyDone, fe.copyFail);
  assert.equal(session.out.bytes('server').length, 0);
  assert.equal(session.out.closed, null);
});

test('an error above collectBytes ends the session', () => {
  const session = PgSession.open({ limits })
    .client(fe.query('q'))
    .server(be.error('P0001', 'x'.repeat(300)));
  assert.deepEqual(session.out.closed?.kind === 'denied' ? session.out.closed.denial.code : null, 'limit_exceeded');
});

test('a client that does not read its answers is not read either', () => {
  const session = PgSession.open();
  session.client(Buffer.concat(new Array<Buffer>(20_000).fill(fe.sync)));
  assert.equal(session.machine.wants('client'), false);
  assert.equal(session.out.take('server').length, 16_384 * 5);
  session.server(...new Array<Buffer>(5000).fill(be.ready('I')));
  assert.equal(session.out.take('server').length, (20_000 - 16_384) * 5);
  assert.equal(session.machine.wants('client'), true);
});
