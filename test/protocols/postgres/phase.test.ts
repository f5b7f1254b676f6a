import assert from 'node:assert/strict';
import { test } from 'node:test';
import { be, fe } from '../../support/pg-bytes.ts';
import { PgSession } from '../../support/pg-session.ts';

// `idle` is when nothing will happen before the client says more: who says nothing then is silent.

const copying = [fe.parse('', 'copyin'), fe.bind('', ''), fe.execute('')];
const pipeline = [fe.parse('', 'q'), fe.bind('', ''), fe.execute('')];

const turns: readonly (readonly [string, 'idle' | 'busy', () => PgSession])[] = [
  ['nothing was said', 'idle', () => PgSession.open()],
  ['within a message', 'idle', () => PgSession.open().client(fe.query('q').subarray(0, 6))],
  ['a query is being decided', 'busy', () => PgSession.open({ prompt: false }).client(fe.query('q'))],
  ['a query runs', 'busy', () => PgSession.open().client(fe.query('q'))],
  ['a query runs, and the next has begun', 'busy', () => PgSession.open().client(fe.query('q'), Buffer.from('Q'))],
  ['a parse without Sync', 'idle', () => PgSession.open().client(fe.parse('', 'q'))],
  ['an execute without Sync', 'idle', () => PgSession.open().client(...pipeline)],
  ['an execute with Flush', 'busy', () => PgSession.open().client(...pipeline, fe.flush)],
  ['an execute with Sync', 'busy', () => PgSession.open().client(...pipeline, fe.sync)],
  [
    'a pipeline is answered, and another one has no Sync',
    'idle',
    () =>
      PgSession.open()
        .client(...pipeline, fe.sync, ...pipeline)
        .server(be.parseComplete, be.bindComplete, be.complete('UPDATE 1'), be.ready('I')),
  ],
  ['a denied message without Sync', 'busy', () => PgSession.open().client(fe.parse('', 'deny this'))],
  [
    'a denied message without Sync, answered',
    'idle',
    () => PgSession.open().client(fe.parse('', 'deny this')).server(be.error('42601', 'no')),
  ],
  ['a COPY that has not begun', 'busy', () => PgSession.open().client(fe.query('copyin'))],
  ['a COPY waits for data', 'idle', () => PgSession.open().client(fe.query('copyin')).server(be.copyIn)],
  [
    'a COPY has some data',
    'idle',
    () => PgSession.open().client(fe.query('copyin')).server(be.copyIn).client(fe.copyData('1\n')),
  ],
  [
    'a COPY has all its data',
    'busy',
    () => PgSession.open().client(fe.query('copyin')).server(be.copyIn).client(fe.copyDone),
  ],
  [
    'an executed COPY has all its data, and no Sync',
    'idle',
    () =>
      PgSession.open()
        .client(...copying)
        .server(be.parseComplete, be.bindComplete, be.copyIn)
        .client(fe.copyDone),
  ],
  [
    'an executed COPY has all its data, and Sync',
    'busy',
    () =>
      PgSession.open()
        .client(...copying)
        .server(be.parseComplete, be.bindComplete, be.copyIn)
        .client(fe.copyDone, fe.sync),
  ],
];

for (const [name, phase, open] of turns) {
  test(`${name}: ${phase}`, () => {
    assert.equal(open().machine.phase, phase);
  });
}
