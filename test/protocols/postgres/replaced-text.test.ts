import assert from 'node:assert/strict';
import { test } from 'node:test';
import { be, fe, typesOf } from '../../support/pg-bytes.ts';
import { PgSession } from '../../support/pg-session.ts';

test('a simple query with a text of the engine: that is sent in its place', () => {
  const session = PgSession.open().client(fe.query("stated 'a reason'"), fe.query('select 2'));
  assert.deepEqual(session.out.bytes('server'), Buffer.concat([fe.query('set nothing'), fe.query('select 2')]));
  session.server(be.complete('SET'), be.ready('I'), be.complete('SELECT 0'), be.ready('I'));
  assert.equal(typesOf(session.out.bytes('client')), 'CZCZ');
});

test('a Parse with one: under the name of the client, whatever its bytes, and without parameters', () => {
  for (const name of ['', 'a', 'Zürich']) {
    const asked = [fe.bind('', name), fe.execute(''), fe.sync];
    const session = PgSession.open().client(fe.parse(name, "stated 'a reason'", [25]), ...asked);
    assert.deepEqual(session.out.bytes('server'), Buffer.concat([fe.parse(name, 'set nothing'), ...asked]));
    session.server(be.parseComplete, be.bindComplete, be.complete('SET'), be.ready('I'));
    assert.equal(typesOf(session.out.bytes('client')), '12CZ');
  }
});
