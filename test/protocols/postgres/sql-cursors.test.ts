import assert from 'node:assert/strict';
import { test } from 'node:test';
import { be, errorOf, fe, typesOf } from '../../support/pg-bytes.ts';
import { PgSession } from '../../support/pg-session.ts';

const describe = fe.describe('P', 'c');

test('a cursor that was declared in SQL can be described where nothing is protected', () => {
  const session = PgSession.open().client(describe, fe.sync);
  assert.ok(session.out.take('server').includes(describe));
  session.server(be.fields([{ name: 'n' }]), be.ready('T'));
  assert.equal(typesOf(session.out.take('client')), 'TZ');
});

test('one that does not exist is the target’s to refuse, and the session lives on', () => {
  const session = PgSession.open().client(describe, fe.sync);
  session.server(be.error('34000', 'portal "c" does not exist'), be.ready('I'));
  assert.equal(typesOf(session.out.take('client')), 'EZ');
  session.client(fe.query('select 1'));
  session.server(be.complete('SELECT 0'), be.ready('I'));
  assert.equal(typesOf(session.out.take('client')), 'CZ');
});

test('an answer that is no description ends the session', () => {
  const session = PgSession.open()
    .client(describe, fe.sync)
    .server(be.row(['1']));
  assert.equal(session.out.closed?.kind, 'denied');
});

test('where anything is protected, and to execute it, the portal must be the protocol’s own', () => {
  const guarded = PgSession.open({ route: { scrub: true } }).client(describe, fe.sync);
  assert.ok(!guarded.out.bytes('server').includes(describe));
  const executed = PgSession.open().client(fe.execute('c'), fe.sync);
  assert.ok(!executed.out.bytes('server').includes(fe.execute('c')));
  executed.server(be.error('42601', 'syntax error'), be.ready('I'));
  assert.equal(errorOf(executed.out.bytes('client')).C, '34000');
});
