import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultLimits } from '../../../src/core/limits.ts';
import type { Machine } from '../../../src/core/machine.ts';
import type { LoginQuestion } from '../../../src/core/question.ts';
import { postgres } from '../../../src/protocols/postgres/index.ts';
import { be, cstring, errorOf, fe, int32, msg } from '../../support/pg-bytes.ts';
import { cancelKey, secured } from '../../support/pg-session.ts';
import { Transcript } from '../../support/transcript.ts';

interface Begun {
  readonly machine: Machine;
  readonly out: Transcript;
}

function begin(tls: boolean, ...chunks: readonly Buffer[]): Begun {
  const machine = postgres.machine({ limits: defaultLimits, tls, auth: 'token', cancelKey });
  const out = new Transcript();
  for (const chunk of chunks) {
    if (!machine.wants('client')) break;
    machine.receive('client', chunk, out);
  }
  return { machine, out };
}

/** The client's bytes in one piece, then byte by byte: both must end the same. */
function bothWays(tls: boolean, bytes: Buffer): readonly Begun[] {
  return [begin(tls, bytes), begin(tls, ...Array.from(bytes, (byte) => Buffer.from([byte])))];
}

const login = fe.startup({ user: 'x', database: 'clinic', application_name: 'job' });

function loginOf({ out }: Begun): LoginQuestion {
  const asked = out.asked[0];
  if (asked?.kind !== 'login') throw new Error('no login is asked for');
  return asked.question;
}

test('startup and token, whole or in single bytes', () => {
  for (const begun of bothWays(false, Buffer.concat([login, fe.password('t.o.k.e.n')]))) {
    assert.deepEqual(begun.out.bytes('client'), be.authCleartext);
    assert.deepEqual(loginOf(begun), {
      proof: { kind: 'secret', secret: 't.o.k.e.n' },
      database: 'clinic',
      parameters: new Map([
        ['user', 'x'],
        ['database', 'clinic'],
        ['application_name', 'job'],
      ]),
    });
    assert.equal(begun.machine.wants('client'), false);
    assert.equal(begun.machine.wants('server'), false);
    assert.equal(begun.machine.phase, 'opening');
  }
});

test('TLS: S, then the handshake, then as without', () => {
  const { machine, out } = begin(true, fe.gssenc, fe.ssl);
  assert.equal(out.take('client').toString(), 'NS');
  assert.deepEqual(out.upgrades, ['client']);
  assert.equal(machine.wants('client'), false);
  machine.upgraded('client', secured, out);
  machine.receive('client', login, out);
  assert.deepEqual(out.take('client'), be.authCleartext);
  machine.receive('client', fe.password('token'), out);
  assert.deepEqual(loginOf({ machine, out }).proof, { kind: 'secret', secret: 'token' });
});

test('bytes that come with the request for TLS end the session: they were not protected', () => {
  const { out } = begin(true, Buffer.concat([fe.ssl, login]));
  assert.equal(errorOf(out.bytes('client')).C, '08P01');
  assert.equal(out.closed?.kind, 'denied');
  assert.deepEqual(out.upgrades, []);
});

test('without TLS on the listener: N, and the client may go on in the clear', () => {
  const { out } = begin(false, Buffer.concat([fe.ssl, fe.gssenc, login]));
  assert.deepEqual(out.bytes('client'), Buffer.concat([Buffer.from('NN'), be.authCleartext]));
});

test('on a TLS listener nothing is asked for in the clear', () => {
  const { out } = begin(true, login);
  assert.deepEqual([errorOf(out.bytes('client')).S, errorOf(out.bytes('client')).C], ['FATAL', '28000']);
  assert.equal(out.closed?.kind === 'denied' ? out.closed.denial.code : null, 'tls_required');
});

const quiet: readonly (readonly [string, boolean, Buffer])[] = [
  ['a cancel request', false, fe.cancel],
  ['direct TLS on a plain listener', false, Buffer.from([0x16, 3, 1, 2, 0])],
  ['direct TLS behind a request for GSS encryption', true, Buffer.concat([fe.gssenc, Buffer.from([0x16, 3, 1, 2, 0])])],
  ['a client that leaves at the password prompt', false, Buffer.concat([login, fe.terminate])],
];

for (const [name, tls, bytes] of quiet) {
  test(`${name} is closed without a word and without a question`, () => {
    for (const { out } of bothWays(tls, bytes)) {
      assert.deepEqual(out.closed, { kind: 'never-a-session' });
      assert.equal(out.asked.length, 0);
      assert.ok(!out.bytes('client').includes('FATAL'));
    }
  });
}

const user = { user: 'x', database: 'clinic' };
const refused: readonly (readonly [string, boolean, Buffer, string, RegExp])[] = [
  ['a second request for TLS', false, Buffer.concat([fe.ssl, fe.ssl]), '08P01', /twice/],
  ['protocol 2', false, fe.startup(user, 0x0002_0000), '0A000', /version 2\.0/],
  ['a startup packet of 10,001 bytes', false, int32(10_001), '08P01', /length/],
  ['an impossible length', false, int32(7), '08P01', /length/],
  ['HTTP', false, Buffer.from('GET / HTTP/1.1\r\n\r\n'), '08P01', /length/],
  ['no user', false, fe.startup({ database: 'clinic' }), '08P01', /user/],
  ['replication', false, fe.startup({ ...user, replication: 'database' }), '0A000', /replication/],
  ['options that are no settings', false, fe.startup({ ...user, options: '-B 100' }), '0A000', /options/],
  ['an empty token', false, Buffer.concat([login, fe.password('')]), '28000', /no token/],
  ['a token over the limit', false, Buffer.concat([login, Buffer.from('p'), int32(70_000)]), '54000', /tokenBytes/],
  ['something else than a password', false, Buffer.concat([login, fe.query('x')]), '08P01', /password/],
  ['a password with a NUL inside', false, Buffer.concat([login, msg('p', cstring('a\0b'))]), '08P01', /longer/],
  ['a password that is not UTF-8', false, Buffer.concat([login, msg('p', Buffer.from([0xff, 0]))]), '08P01', /UTF-8/],
];

for (const [name, tls, bytes, sqlstate, message] of refused) {
  test(`refused: ${name}`, () => {
    for (const { out, machine } of bothWays(tls, bytes)) {
      const answer = out.bytes('client');
      const error = errorOf(answer.subarray(answer.indexOf('E\0\0')));
      assert.deepEqual([error.S, error.C], ['FATAL', sqlstate]);
      assert.match(error.M ?? '', message);
      assert.equal(out.closed?.kind, 'denied');
      assert.equal(out.asked.length, 0);
      assert.equal(out.connects.length, 0);
      assert.equal(machine.phase, 'closed');
    }
  });
}

test('options are settings; what the packet names itself wins; replication=off is none', () => {
  const options = '-c a.b=1 --search-path=x\\ y  -cuser=evil -c database=evil --application_name=one';
  const packet = fe.startup({ user: 'x', application_name: 'two', replication: 'off', options });
  const question = loginOf(begin(false, packet, fe.password('t')));
  assert.equal(question.database, 'x');
  assert.deepEqual(Object.fromEntries(question.parameters), {
    'a.b': '1',
    search_path: 'x y',
    user: 'x',
    application_name: 'two',
    replication: 'off',
  });
});

const negotiations: readonly (readonly [string, number, Readonly<Record<string, string>>, Buffer | null])[] = [
  ['3.0', 0, {}, null],
  ['3.1, which says nothing new', 1, {}, null],
  ['3.2', 2, {}, null],
  ['3.3', 3, {}, msg('v', int32(0x0003_0002), int32(0))],
  ['3.9999, which some drivers grease with', 9999, {}, msg('v', int32(0x0003_0002), int32(0))],
  ['3.0 with an option', 0, { '_pq_.foo': '1' }, msg('v', int32(0x0003_0000), int32(1), cstring('_pq_.foo'))],
  ['3.2 with an option', 2, { '_pq_.foo': '1' }, msg('v', int32(0x0003_0002), int32(1), cstring('_pq_.foo'))],
];

for (const [name, minor, options, said] of negotiations) {
  test(`versions: ${name}`, () => {
    const begun = begin(false, fe.startup({ ...user, ...options }, 0x0003_0000 + minor), fe.password('t'));
    assert.deepEqual(begun.out.bytes('client'), Buffer.concat([said ?? Buffer.alloc(0), be.authCleartext]));
    assert.deepEqual([...loginOf(begun).parameters.keys()], ['user', 'database']);
  });
}

test('direct TLS: the bytes of the handshake are handed back, and the protocol must be named', () => {
  const hello = Buffer.from([0x16, 3, 1, 2, 0]);
  const named = begin(true, hello);
  assert.deepEqual([named.out.upgrades, named.out.received], [['client'], [hello]]);
  assert.equal(named.out.bytes('client').length, 0);
  named.machine.upgraded('client', { certificate: null, alpn: 'postgresql' }, named.out);
  named.machine.receive('client', login, named.out);
  assert.deepEqual(named.out.take('client'), be.authCleartext);

  const unnamed = begin(true, hello);
  unnamed.machine.upgraded('client', secured, unnamed.out);
  assert.match(errorOf(unnamed.out.bytes('client')).M ?? '', /without naming the protocol/);
  assert.equal(unnamed.out.closed?.kind, 'denied');
});

test('within TLS nothing is encrypted again', () => {
  for (const again of [Buffer.from([0x16, 3, 1, 2, 0]), fe.ssl, fe.gssenc]) {
    const { machine, out } = begin(true, fe.ssl);
    machine.upgraded('client', secured, out);
    out.take('client');
    machine.receive('client', again, out);
    assert.equal(errorOf(out.bytes('client')).C, '08P01');
    assert.equal(out.upgrades.length, 1);
  }
});

test('a denied login is said and dials nothing', () => {
  const { machine, out } = begin(false, login, fe.password('t'));
  const denial = { code: 'token_refused', message: 'the token has expired' } as const;
  const id = out.asked[0]?.id;
  assert.ok(id !== undefined);
  machine.decide({ kind: 'login', id, verdict: { kind: 'deny', denial } }, out);
  const answer = out.bytes('client').subarray(be.authCleartext.length);
  assert.deepEqual(errorOf(answer), { S: 'FATAL', V: 'FATAL', C: '28000', M: 'sluice: the token has expired' });
  assert.deepEqual(out.closed, { kind: 'denied', denial });
  assert.equal(out.connects.length, 0);
});

test('a client that goes before it is let in', () => {
  const early = begin(false, login);
  early.machine.ended('client', null, early.out);
  assert.deepEqual(early.out.closed, { kind: 'never-a-session' });
  const later = begin(false, login, fe.password('t'));
  later.machine.ended('client', null, later.out);
  assert.deepEqual(later.out.closed, { kind: 'client-lost' });
});

test('terminated during the TLS handshake: nothing is written into it', () => {
  const { machine, out } = begin(true, fe.ssl);
  out.take('client');
  machine.terminate({ code: 'handshake_timeout', message: 'too slow' }, out);
  assert.equal(out.bytes('client').length, 0);
  assert.equal(out.closed?.kind, 'denied');
});
