import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { endPointHash } from '../../../src/base/end-point-hash.ts';
import { WireError } from '../../../src/base/wire-error.ts';
import { type AuthStep, TargetAuth, type TargetLink } from '../../../src/protocols/postgres/auth.ts';
import { type MadeCertificate, selfSigned } from '../../support/certificates.ts';
import { be, cstring, fe, messagesOf } from '../../support/pg-bytes.ts';
import { ScramServer } from '../../support/scram-server.ts';

const service = { user: 'service', password: 'pässword' };
const plain: TargetLink = { tls: false, loopback: true };
const exposed: TargetLink = { tls: false, loopback: false };
let certificate: MadeCertificate;
let unbindable: MadeCertificate;
before(async () => {
  certificate = await selfSigned('ECDSA with SHA-384');
  unbindable = await selfSigned('Ed25519');
});

function next(auth: TargetAuth, message: Buffer): AuthStep {
  return auth.next(message, 0, message.length);
}

function answerOf(step: AuthStep): Buffer {
  assert.equal(step.kind, 'answer');
  return step.kind === 'answer' ? step.bytes : Buffer.alloc(0);
}

const sasl = (...names: readonly string[]) => be.auth(10, Buffer.concat([...names.map(cstring), Buffer.alloc(1)]));
const md5 = be.auth(5, Buffer.from([1, 2, 3, 4]));

test('MD5: the digest of the salted digest of password and user', () => {
  for (const link of [plain, { tls: true, certificate: null }] as const) {
    const answer = answerOf(next(new TargetAuth(service, link), md5));
    assert.deepEqual(answer, fe.password('md53babc0969647ade2bc53ac6c51dcc024'));
  }
});

test('MD5 on a link without TLS that leaves the machine: refused with what to do', () => {
  const step = next(new TargetAuth(service, exposed), md5);
  assert.deepEqual(step.kind === 'refused' ? step.denial : null, {
    code: 'target_unsupported',
    message: 'the target asks for an MD5 password on a link without TLS',
    hint: 'set tls for the target, or let it ask for scram-sha-256 (pg_hba.conf)',
  });
});

test('MD5 without a password, or with half a salt', () => {
  const step = next(new TargetAuth({ user: 'service', password: null }, plain), md5);
  assert.equal(step.kind === 'refused' ? step.denial.code : null, 'target_refused');
  const auth = new TargetAuth(service, plain);
  for (const salt of [
    [1, 2, 3],
    [1, 2, 3, 4, 5],
  ]) {
    assert.throws(() => next(auth, be.auth(5, Buffer.from(salt))), WireError);
  }
});

interface Exchange {
  readonly name: string;
  readonly link: () => TargetLink;
  readonly offered: readonly string[];
  readonly mechanism: string;
  readonly header: string;
  readonly bound?: () => Buffer | null;
}

const both = ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'];
const overTls = () => ({ tls: true, certificate: certificate.der }) as const;
const bound = () => endPointHash(certificate.der);
const exchanges: readonly Exchange[] = [
  {
    name: 'bound where both can',
    link: overTls,
    offered: both,
    mechanism: 'SCRAM-SHA-256-PLUS',
    header: 'p=tls-server-end-point,,',
    bound,
  },
  {
    name: 'bound where nothing else is offered',
    link: overTls,
    offered: ['SCRAM-SHA-256-PLUS'],
    mechanism: 'SCRAM-SHA-256-PLUS',
    header: 'p=tls-server-end-point,,',
    bound,
  },
  {
    name: 'not offered over TLS: the target is told that it could have been',
    link: overTls,
    offered: ['SCRAM-SHA-256'],
    mechanism: 'SCRAM-SHA-256',
    header: 'y,,',
  },
  {
    name: 'a certificate that nothing can be bound to',
    link: () => ({ tls: true, certificate: unbindable.der }),
    offered: both,
    mechanism: 'SCRAM-SHA-256',
    header: 'n,,',
  },
  {
    name: 'no certificate known',
    link: () => ({ tls: true, certificate: null }),
    offered: both,
    mechanism: 'SCRAM-SHA-256',
    header: 'n,,',
  },
  { name: 'without TLS', link: () => plain, offered: both, mechanism: 'SCRAM-SHA-256', header: 'n,,' },
];

for (const { name, link, offered, mechanism, header, bound: binding } of exchanges) {
  test(`SCRAM, ${name}: ${mechanism} with ${header}`, () => {
    const server = new ScramServer(service.password, header, binding?.() ?? Buffer.alloc(0));
    const auth = new TargetAuth(service, link());
    const first = messagesOf(answerOf(next(auth, sasl(...offered))))[0]?.body ?? Buffer.alloc(0);
    const at = first.indexOf(0);
    assert.equal(first.subarray(0, at).toString(), mechanism);
    assert.equal(first.readInt32BE(at + 1), first.length - at - 5);
    const challenge = server.challenge(first.subarray(at + 5).toString());
    const final = messagesOf(answerOf(next(auth, be.auth(11, Buffer.from(challenge)))))[0]?.body ?? Buffer.alloc(0);
    const proof = server.finish(final.toString());
    assert.ok(proof !== null, 'the client has proven itself, and bound what must be bound');
    assert.equal(answerOf(next(auth, be.auth(12, Buffer.from(proof)))).length, 0);
    assert.equal(next(auth, be.authOk).kind, 'done');
  });
}

test('PLUS alone is refused by name where nothing can be bound', () => {
  for (const link of [plain, { tls: true, certificate: unbindable.der }] as const) {
    const step = next(new TargetAuth(service, link), sasl('SCRAM-SHA-256-PLUS'));
    assert.equal(step.kind === 'refused' ? step.denial.code : null, 'target_unsupported');
    assert.match(step.kind === 'refused' ? step.denial.message : '', /SCRAM-SHA-256-PLUS only/);
  }
});

test('a target that asks for a second proof gets none', () => {
  const asks = [be.authCleartext, md5, sasl('SCRAM-SHA-256')];
  for (const first of asks) {
    for (const second of asks) {
      const auth = new TargetAuth(service, overTls());
      assert.equal(next(auth, first).kind, 'answer');
      assert.throws(() => next(auth, second), /a second proof/);
    }
  }
});

test('a certificate alone: the target asks for nothing more', () => {
  assert.equal(next(new TargetAuth({ user: 'service', password: null }, overTls()), be.authOk).kind, 'done');
});
