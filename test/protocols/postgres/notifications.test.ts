import assert from 'node:assert/strict';
import { test } from 'node:test';
import { be, cstring, fe, int32, msg, typesOf } from '../../support/pg-bytes.ts';
import { PgSession } from '../../support/pg-session.ts';

const columns = be.fields([{ name: 'a' }]);
const emptied = msg('A', int32(3), cstring('channel'), cstring(''));

/** Notifications may stand between any two messages (manual 54.2.7): here between all of them, and where nothing is asked. */
function between(scrub: boolean): PgSession {
  const session = PgSession.open({ route: { scrub } }).server(be.notification);
  session.client(fe.query('rows')).server(be.notification, columns, be.notification, be.row(['1']), be.notification);
  session.server(be.complete('SELECT 1'), be.notification, be.ready('I'), be.notification);
  session.client(fe.parse('', 'x'), fe.bind('', ''), fe.execute(''), fe.sync).server(be.notification, be.parseComplete);
  return session.server(be.bindComplete, be.notification, be.complete('SELECT 0'), be.ready('I'));
}

test('notifications pass as they came, between any two messages', () => {
  const session = between(false);
  assert.equal(typesOf(session.out.bytes('client')), 'AATADACAZAA12ACZ');
  assert.equal(session.out.bytes('client').toString('latin1').split('payload').length - 1, 8);
  assert.equal(session.out.closed, null);
});

test('on a connection that protects something they keep their channel and lose their payload', () => {
  const session = between(true);
  assert.equal(typesOf(session.out.bytes('client')), 'AATADACAZAA12ACZ');
  assert.doesNotMatch(session.out.bytes('client').toString('latin1'), /payload/);
  assert.deepEqual(session.out.bytes('client').subarray(0, emptied.length), emptied);
});

test('a notification that does not read ends the session', () => {
  const session = PgSession.open({ route: { scrub: true } }).server(msg('A', int32(3), cstring('channel')));
  assert.equal(session.out.closed?.kind, 'denied');
});
