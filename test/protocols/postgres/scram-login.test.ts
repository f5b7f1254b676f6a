import assert from 'node:assert/strict';
import { createHash, createHmac, pbkdf2Sync, X509Certificate } from 'node:crypto';
import { test } from 'node:test';
import { endPointHash } from '../../../src/base/end-point-hash.ts';
import { defaultLimits } from '../../../src/core/limits.ts';
import type { ScramVerifier } from '../../../src/core/question.ts';
import { issueServer, makeAuthority } from '../../../src/net/certificates.ts';
import { postgres } from '../../../src/protocols/postgres/index.ts';
import { be, cstring, errorOf, fe, int32, msg } from '../../support/pg-bytes.ts';
import { cancelKey, route } from '../../support/pg-session.ts';
import { Transcript } from '../../support/transcript.ts';

const secret = 'slt_0123.verysecret';
const verifier = verifierOf(secret);
const now = new Date();
const certificate = new X509Certificate((await issueServer(await makeAuthority(now), ['localhost'], now)).cert).raw;
const binding = endPointHash(certificate) ?? Buffer.alloc(0);

test('SCRAM-SHA-256: the example of RFC 7677 section 3 is what the client of these tests computes', () => {
  const salt = Buffer.from('W22ZaJ0SNY7soEsUEjb6gQ==', 'base64');
  const proof = clientProof(
    'pencil',
    { ...verifierOf('pencil', salt) },
    'n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0',
  );
  assert.equal(proof, 'dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=');
});

const good: readonly (readonly [string, boolean, string, string, Buffer])[] = [
  ['without TLS', false, 'SCRAM-SHA-256', 'n,,', Buffer.from('n,,')],
  ['without TLS, by a client that could bind', false, 'SCRAM-SHA-256', 'y,,', Buffer.from('y,,')],
  ['over TLS, by a client that cannot bind', true, 'SCRAM-SHA-256', 'n,,', Buffer.from('n,,')],
  [
    'over TLS, bound',
    true,
    'SCRAM-SHA-256-PLUS',
    'p=tls-server-end-point,,',
    Buffer.concat([Buffer.from('p=tls-server-end-point,,'), binding]),
  ],
];

for (const [name, tls, mechanism, header, bound] of good) {
  test(`a ticket is proven ${name}`, () => {
    for (const pieces of [whole, bytewise]) {
      const exchange = begin(tls, pieces);
      const offered = tls ? ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'] : ['SCRAM-SHA-256'];
      assert.deepEqual(
        exchange.out.take('client'),
        be.auth(10, Buffer.concat([...offered.map(cstring), Buffer.alloc(1)])),
      );
      exchange.send(initial(mechanism, `${header}n=,r=abc`));
      exchange.challenged();
      exchange.send(exchange.final(bound));
      assert.deepEqual(exchange.out.take('client'), be.auth(12, Buffer.from(exchange.expected)));
      const login = exchange.out.asked[1];
      assert.ok(login?.kind === 'login');
      assert.deepEqual(login.question.proof, { kind: 'proven-ticket', ticket: 'tkt_0123' });
      assert.equal(login.question.database, 'clinic');
      exchange.machine.decide({ kind: 'login', id: login.id, verdict: { kind: 'accept', route } }, exchange.out);
      assert.equal(exchange.out.connects.length, 1);
    }
  });
}

test('a wrong secret is refused as a ticket that does not exist is', () => {
  const exchange = begin(false, whole);
  exchange.send(initial('SCRAM-SHA-256', 'n,,n=,r=abc'));
  exchange.challenged(verifierOf('another'));
  exchange.out.take('client');
  exchange.send(exchange.final(Buffer.from('n,,')));
  const error = errorOf(exchange.out.bytes('client'));
  assert.deepEqual([error.S, error.C], ['FATAL', '28000']);
  assert.match(error.M ?? '', /does not exist, has ended, or its secret is another one/);
  assert.equal(exchange.out.asked.length, 1);
  assert.equal(exchange.out.connects.length, 0);
});

const broken: readonly (readonly [string, boolean, Buffer])[] = [
  ['a mechanism that was not offered', true, initial('SCRAM-SHA-1', 'n,,n=,r=abc')],
  ['PLUS without TLS', false, initial('SCRAM-SHA-256-PLUS', 'p=tls-server-end-point,,n=,r=abc')],
  ['PLUS without a binding', true, initial('SCRAM-SHA-256-PLUS', 'n,,n=,r=abc')],
  ['another binding type', true, initial('SCRAM-SHA-256-PLUS', 'p=tls-unique,,n=,r=abc')],
  ['a binding without PLUS', true, initial('SCRAM-SHA-256', 'p=tls-server-end-point,,n=,r=abc')],
  ['an offer that was lost on the way', true, initial('SCRAM-SHA-256', 'y,,n=,r=abc')],
  ['somebody else’s name', false, initial('SCRAM-SHA-256', 'n,a=admin,n=,r=abc')],
  ['a mandatory extension', false, initial('SCRAM-SHA-256', 'n,,m=x,n=,r=abc')],
  ['no nonce', false, initial('SCRAM-SHA-256', 'n,,n=,r=')],
  [
    'a length that is not that of the rest',
    false,
    msg('p', cstring('SCRAM-SHA-256'), int32(99), Buffer.from('n,,n=,r=abc')),
  ],
  ['no response at all', false, msg('p', cstring('SCRAM-SHA-256'), int32(-1))],
  ['a password', false, fe.password('token')],
];

for (const [name, tls, bytes] of broken) {
  test(`the exchange ends with ${name}, before anything is asked`, () => {
    const exchange = begin(tls, whole);
    exchange.out.take('client');
    exchange.send(bytes);
    assert.equal(errorOf(exchange.out.bytes('client')).C, '08P01');
    assert.equal(exchange.out.asked.length, 0);
  });
}

const forged: readonly (readonly [string, (exchange: Exchange) => Buffer])[] = [
  [
    'the channel binding of another link',
    (exchange) => exchange.final(Buffer.concat([Buffer.from('p=tls-server-end-point,,'), Buffer.alloc(32)])),
  ],
  ['a binding that was taken out', (exchange) => exchange.final(Buffer.from('n,,'))],
  ['another nonce', (exchange) => msg('p', Buffer.from(`c=${exchange.header},r=abcd,p=${'A'.repeat(43)}=`))],
  ['no proof', (exchange) => msg('p', Buffer.from(`c=${exchange.header},r=${exchange.nonce}`))],
  ['a short proof', (exchange) => msg('p', Buffer.from(`c=${exchange.header},r=${exchange.nonce},p=AAAA`))],
];

for (const [name, forge] of forged) {
  test(`${name} in the last message ends the exchange`, () => {
    const exchange = begin(true, whole);
    exchange.send(initial('SCRAM-SHA-256-PLUS', 'p=tls-server-end-point,,n=,r=abc'));
    exchange.challenged();
    exchange.out.take('client');
    exchange.send(forge(exchange));
    assert.equal(errorOf(exchange.out.bytes('client')).C, '08P01');
    assert.equal(exchange.out.asked.length, 1);
  });
}

test('nothing is read while the verifier is awaited, and a denial ends it', () => {
  const exchange = begin(false, whole);
  exchange.send(initial('SCRAM-SHA-256', 'n,,n=,r=abc'));
  assert.equal(exchange.machine.wants('client'), false);
  exchange.out.take('client');
  const asked = exchange.out.asked[0];
  assert.ok(asked?.kind === 'verifier');
  assert.deepEqual(asked.question, { ticket: 'tkt_0123' });
  const denial = { code: 'draining', message: 'the gateway is shutting down' } as const;
  exchange.machine.decide({ kind: 'verifier', id: asked.id, verdict: { kind: 'deny', denial } }, exchange.out);
  assert.deepEqual(exchange.out.closed, { kind: 'denied', denial });
});

type Cut = (bytes: Buffer) => readonly Buffer[];
function whole(bytes: Buffer): readonly Buffer[] {
  return [bytes];
}
function bytewise(bytes: Buffer): readonly Buffer[] {
  return Array.from(bytes, (byte) => Buffer.from([byte]));
}

type Exchange = ReturnType<typeof begin>;

function begin(tls: boolean, cut: Cut) {
  const out = new Transcript();
  const machine = postgres.machine({ limits: defaultLimits, tls, auth: 'scram', cancelKey });
  const send = (bytes: Buffer) => {
    for (const piece of cut(bytes)) if (machine.wants('client')) machine.receive('client', piece, out);
  };
  if (tls) {
    send(fe.ssl);
    machine.upgraded('client', { certificate, alpn: null }, out);
    out.take('client');
  }
  send(fe.startup({ user: 'tkt_0123', database: 'clinic' }));
  const exchange = {
    machine,
    out,
    send,
    nonce: '',
    header: Buffer.from('p=tls-server-end-point,,').toString('base64'),
    challenge: '',
    expected: '',
    /** Gives the verifier, and reads the challenge that follows. */
    challenged(given: ScramVerifier = verifier): void {
      const asked = out.asked[0];
      assert.ok(asked?.kind === 'verifier');
      assert.deepEqual(asked.question, { ticket: 'tkt_0123' });
      machine.decide({ kind: 'verifier', id: asked.id, verdict: { kind: 'verifier', verifier: given } }, out);
      const said = out.take('client');
      const at = said.indexOf('r=abc');
      exchange.challenge = said.toString('utf8', at);
      exchange.nonce = /^r=([^,]+),/.exec(exchange.challenge)?.[1] ?? '';
      assert.ok(exchange.nonce.startsWith('abc') && exchange.nonce.length > 20);
      assert.match(exchange.challenge, /,s=[A-Za-z0-9+/=]+,i=4096$/);
    },
    final(bound: Buffer): Buffer {
      const withoutProof = `c=${bound.toString('base64')},r=${exchange.nonce}`;
      const transcript = `n=,r=abc,${exchange.challenge},${withoutProof}`;
      exchange.expected = `v=${createHmac('sha256', verifier.serverKey).update(transcript).digest('base64')}`;
      return msg('p', Buffer.from(`${withoutProof},p=${clientProof(secret, verifier, transcript)}`));
    },
  };
  return exchange;
}

function initial(mechanism: string, text: string): Buffer {
  return msg('p', cstring(mechanism), int32(text.length), Buffer.from(text));
}

function verifierOf(password: string, salt = Buffer.from('0123456789abcdef')): ScramVerifier {
  const salted = pbkdf2Sync(password, salt, 4096, 32, 'sha256');
  const key = (name: string) => createHmac('sha256', salted).update(name).digest();
  return {
    salt,
    iterations: 4096,
    storedKey: createHash('sha256').update(key('Client Key')).digest(),
    serverKey: key('Server Key'),
  };
}

function clientProof(password: string, { salt, iterations, storedKey }: ScramVerifier, transcript: string): string {
  const salted = pbkdf2Sync(password, salt, iterations, 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const signature = createHmac('sha256', storedKey).update(transcript).digest();
  return Buffer.from(clientKey.map((byte, at) => byte ^ (signature[at] ?? 0))).toString('base64');
}
