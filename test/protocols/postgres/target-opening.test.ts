import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultLimits } from '../../../src/core/limits.ts';
import type { Machine } from '../../../src/core/machine.ts';
import type { Route } from '../../../src/core/question.ts';
import { postgres } from '../../../src/protocols/postgres/index.ts';
import { be, cstring, errorOf, fe, int32, messagesOf, typesOf } from '../../support/pg-bytes.ts';
import { cancelKey, reported, route, secured } from '../../support/pg-session.ts';
import { ScramServer } from '../../support/scram-server.ts';
import { Transcript } from '../../support/transcript.ts';

interface Dialled {
  readonly machine: Machine;
  readonly out: Transcript;
}

/** A session whose login was accepted and whose target is connected. */
function dial(overrides: Partial<Route> = {}): Dialled {
  const machine = postgres.machine({ limits: defaultLimits, tls: false, auth: 'token', cancelKey });
  const out = new Transcript();
  machine.receive('client', fe.startup({ user: 'x', database: 'clinic' }), out);
  machine.receive('client', fe.password('the-token'), out);
  const id = out.asked[0]?.id;
  assert.ok(id !== undefined);
  machine.decide({ kind: 'login', id, verdict: { kind: 'accept', route: { ...route, ...overrides } } }, out);
  machine.connected(out);
  out.take('client');
  return { machine, out };
}

const tls = (mode: 'require' | 'verify-full') => ({ target: { ...route.target, tls: mode } });
const withPassword = { credential: { user: 'service', password: 'pässword' } };
const startup = fe.startup({ user: 'service', database: 'real', client_encoding: 'UTF8' }, 0x0003_0002);
const opened = Buffer.concat([be.authOk, ...reported, be.notice('00000', 'hello'), be.key(4711), be.ready('I')]);

function accept({ machine, out }: Dialled): void {
  const open = out.asked.at(-1);
  if (open?.kind !== 'open') throw new Error('no open is asked for');
  machine.decide({ kind: 'open', id: open.id, verdict: { kind: 'accept' } }, out);
}

test('trust: the session is asked about before the client is let in, and the key stays here', () => {
  for (const chunks of [[opened], Array.from(opened, (byte) => Buffer.from([byte]))]) {
    const dialled = dial();
    const { machine, out } = dialled;
    assert.deepEqual(out.connects, [route.target]);
    assert.deepEqual(out.bytes('server'), startup);
    for (const chunk of chunks) machine.receive('server', chunk, out);
    assert.equal(out.bytes('client').length, 0);
    assert.equal(machine.wants('server'), false);
    const open = out.asked.at(-1);
    assert.deepEqual(open?.kind === 'open' ? open.question : null, {
      backendPid: 4711,
      parameters: new Map([
        ['client_encoding', 'UTF8'],
        ['standard_conforming_strings', 'on'],
        ['server_version', '18.0'],
      ]),
    });
    accept(dialled);
    const messages = messagesOf(out.bytes('client'));
    assert.equal(typesOf(out.bytes('client')), 'RSSSKZ');
    assert.deepEqual(messages[4]?.body, Buffer.concat([int32(cancelKey.processId), cancelKey.secret.subarray(0, 4)]));
    assert.equal(machine.phase, 'idle');
    assert.ok(machine.wants('client') && machine.wants('server'));
  }
});

test('what the target says right behind its ReadyForQuery reaches the client after it is let in', () => {
  const dialled = dial();
  dialled.machine.receive('server', Buffer.concat([opened, be.notice('01000', 'later')]), dialled.out);
  accept(dialled);
  assert.equal(typesOf(dialled.out.bytes('client')), 'RSSSKZN');
});

test('a denied open: the client gets the denial and nothing else', () => {
  const { machine, out } = dial();
  machine.receive('server', opened, out);
  const id = out.asked.at(-1)?.id;
  assert.ok(id !== undefined);
  const denial = { code: 'catalogue_unavailable', message: 'the catalogue cannot be read' } as const;
  machine.decide({ kind: 'open', id, verdict: { kind: 'deny', denial } }, out);
  assert.equal(typesOf(out.bytes('client')), 'E');
  assert.equal(errorOf(out.bytes('client')).S, 'FATAL');
});

test('TLS: asked for, and the startup packet only behind the handshake', () => {
  for (const mode of ['require', 'verify-full'] as const) {
    const { machine, out } = dial(tls(mode));
    assert.deepEqual(out.take('server'), fe.ssl);
    machine.receive('server', Buffer.from('S'), out);
    assert.deepEqual(out.upgrades, ['server']);
    assert.equal(out.bytes('server').length, 0);
    machine.upgraded('server', secured, out);
    assert.deepEqual(out.bytes('server'), startup);
  }
});

const tlsFaults: readonly (readonly [string, Buffer, string])[] = [
  ['no TLS', Buffer.from('N'), 'target_unreachable'],
  ['an error instead of an answer', be.fatal('08P01', 'secret text'), 'target_unreachable'],
  ['bytes behind the answer', Buffer.from('SE'), 'protocol_violation'],
  ['neither yes nor no', Buffer.from('?'), 'protocol_violation'],
];

for (const [name, answer, code] of tlsFaults) {
  test(`asked for TLS, the target answers with ${name}`, () => {
    const { machine, out } = dial(tls('require'));
    machine.receive('server', answer, out);
    assert.equal(out.closed?.kind === 'denied' ? out.closed.denial.code : null, code);
    assert.deepEqual(out.bytes('server'), fe.ssl, 'no name of a user or a database left in the clear');
    assert.ok(!out.bytes('client').includes('secret text'));
  });
}

test('a password in clear text goes over TLS only', () => {
  const secure = dial({ ...tls('require'), ...withPassword });
  secure.machine.receive('server', Buffer.from('S'), secure.out);
  secure.machine.upgraded('server', secured, secure.out);
  secure.out.take('server');
  secure.machine.receive('server', be.authCleartext, secure.out);
  assert.deepEqual(secure.out.bytes('server'), fe.password('pässword'));

  const clear = dial(withPassword);
  clear.out.take('server');
  clear.machine.receive('server', be.authCleartext, clear.out);
  assert.equal(clear.out.bytes('server').length, 0);
  assert.equal(clear.out.closed?.kind === 'denied' ? clear.out.closed.denial.code : null, 'target_unsupported');
});

const sasl = (...names: readonly string[]) => be.auth(10, Buffer.concat([...names.map(cstring), Buffer.alloc(1)]));

/** Plays the target's side up to its proof. */
function scram(dialled: Dialled, password: string): string | null {
  const { machine, out } = dialled;
  const server = new ScramServer(password);
  out.take('server');
  machine.receive('server', sasl('SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'), out);
  const first = messagesOf(out.take('server'))[0]?.body ?? Buffer.alloc(0);
  const at = 'SCRAM-SHA-256\0'.length;
  assert.equal(first.subarray(0, at).toString(), 'SCRAM-SHA-256\0');
  assert.equal(first.readInt32BE(at), first.length - at - 4);
  const challenge = server.challenge(first.subarray(at + 4).toString());
  machine.receive('server', be.auth(11, Buffer.from(challenge)), out);
  return server.finish((messagesOf(out.take('server'))[0]?.body ?? Buffer.alloc(0)).toString());
}

test('SCRAM-SHA-256, both sides proven', () => {
  const dialled = dial(withPassword);
  const proof = scram(dialled, 'pässword');
  assert.ok(proof !== null, 'the client has proven itself');
  dialled.machine.receive('server', Buffer.concat([be.auth(12, Buffer.from(proof)), opened]), dialled.out);
  assert.equal(dialled.out.asked.at(-1)?.kind, 'open');
  assert.equal(dialled.out.bytes('server').length, 0);
});

test('SCRAM: a wrong password is not proven', () => {
  assert.equal(scram(dial(withPassword), 'another'), null);
});

const impostors: readonly (readonly [string, Buffer])[] = [
  ['a wrong proof', be.auth(12, Buffer.from(`v=${Buffer.alloc(32).toString('base64')}`))],
  ['an error as proof', be.auth(12, Buffer.from('e=other-error'))],
  ['no proof at all', opened],
];

for (const [name, answer] of impostors) {
  test(`SCRAM: a target with ${name} is left`, () => {
    const dialled = dial(withPassword);
    scram(dialled, 'pässword');
    dialled.machine.receive('server', answer, dialled.out);
    assert.equal(dialled.out.closed?.kind === 'denied' ? dialled.out.closed.denial.code : null, 'target_unreachable');
    assert.equal(dialled.out.asked.length, 1);
  });
}

const challenges = [
  'r=other,s=AAAA,i=4096',
  'r=,s=AAAA,i=4096',
  'x',
  'm=ext,r=a,s=AAAA,i=4096',
  'r=a,s=AAAA,i=999999999',
] as const;

test('SCRAM: a challenge that is not ours, or asks for endless work, ends the session', () => {
  for (const challenge of challenges) {
    const { machine, out } = dial(withPassword);
    machine.receive('server', sasl('SCRAM-SHA-256'), out);
    const nonce = /r=(.*)$/s.exec(out.bytes('server').toString())?.[1] ?? '';
    const text = challenge.includes('999999999') ? challenge.replace('r=a', `r=${nonce}x`) : challenge;
    machine.receive('server', be.auth(11, Buffer.from(text)), out);
    assert.equal(out.closed?.kind === 'denied' ? out.closed.denial.code : null, 'protocol_violation', challenge);
  }
});

const unsupported: readonly (readonly [Buffer, RegExp])[] = [
  [be.auth(7), /GSSAPI/],
  [be.auth(9), /SSPI/],
  [be.auth(2), /Kerberos/],
  [be.auth(99), /99/],
  [sasl('SCRAM-SHA-256-PLUS'), /SCRAM-SHA-256-PLUS/],
  [sasl('OAUTHBEARER'), /OAUTHBEARER/],
];

for (const [request, name] of unsupported) {
  test(`an authentication that is not spoken is refused by name: ${name.source}`, () => {
    const { machine, out } = dial(withPassword);
    out.take('server');
    machine.receive('server', request, out);
    assert.equal(out.closed?.kind === 'denied' ? out.closed.denial.code : null, 'target_unsupported');
    assert.match(errorOf(out.bytes('client')).M ?? '', name);
    assert.equal(out.bytes('server').length, 0);
  });
}

const errors: readonly (readonly [string, string])[] = [
  ['28P01', '08004'],
  ['28000', '08004'],
  ['53300', '08001'],
  ['57P03', '08001'],
];

for (const [sqlstate, told] of errors) {
  test(`a target that refuses with ${sqlstate}: the client gets ${told}, never the target's text`, () => {
    const { machine, out } = dial(withPassword);
    machine.receive('server', be.fatal(sqlstate, 'password authentication failed for user "service"'), out);
    const error = errorOf(out.bytes('client'));
    assert.deepEqual([error.S, error.C, error.D], ['FATAL', told, `SQLSTATE ${sqlstate}`]);
    assert.ok(!out.bytes('client').includes('service'));
    assert.match(error.M ?? '', /"clinic"/);
  });
}

const missing: readonly (readonly [string, readonly Buffer[]])[] = [
  ['another client_encoding', [be.parameter('client_encoding', 'LATIN1'), ...reported.slice(1)]],
  ['standard_conforming_strings off', [...reported, be.parameter('standard_conforming_strings', 'off')]],
  ['pinned settings not reported', []],
];

for (const [name, parameters] of missing) {
  test(`a target with ${name} is left before the client is let in`, () => {
    const { machine, out } = dial();
    machine.receive('server', Buffer.concat([be.authOk, ...parameters, be.key(1), be.ready('I')]), out);
    assert.equal(out.closed?.kind, 'denied');
    assert.equal(out.asked.length, 1);
  });
}

test('a target that cannot be reached, or hangs up: said with the reason', () => {
  const { machine, out } = dial();
  machine.ended('server', 'connection refused', out);
  assert.match(errorOf(out.bytes('client')).M ?? '', /"clinic" cannot be reached: connection refused/);
  assert.equal(out.closed?.kind === 'denied' ? out.closed.denial.code : null, 'target_unreachable');
});

test('messages that have no place in the opening end it', () => {
  for (const bytes of [be.ready('I'), be.key(1), be.row(['1']), Buffer.from('R\0\0\0\x08\0\0'), be.complete('X')]) {
    const { machine, out } = dial();
    machine.receive('server', bytes, out);
    if (out.closed === null) machine.receive('server', Buffer.alloc(2, 99), out);
    assert.equal(out.closed?.kind, 'denied');
    assert.equal(out.asked.length, 1);
  }
});
