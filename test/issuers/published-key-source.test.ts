import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Authenticator } from '../../src/identity/authenticator.ts';
import type { IssuerSettings } from '../../src/identity/issuer-settings.ts';
import { PublishedKeySource } from '../../src/issuers/published-key-source.ts';
import { claims, entry, newSigner, type Signer, TestClock } from '../identity/fixture.ts';
import { json, LoopbackIssuer } from './loopback-issuer.ts';

let signer: Signer;
let next: Signer;
before(async () => {
  signer = await newSigner('ES256', 'key-1');
  next = await newSigner('ES256', 'key-2');
});

describe('keys of a real issuer', () => {
  test('are found by discovery, and asked for once', async () => {
    await using issuer = await LoopbackIssuer.start();
    issuer.publish([signer.jwk]);
    const { login } = gateway(issuer);
    const answers = await Promise.all([login(signer), login(signer), login(signer)]);
    assert.deepEqual(answers, ['demo/nightly-etl', 'demo/nightly-etl', 'demo/nightly-etl']);
    assert.deepEqual(issuer.asked, ['/.well-known/openid-configuration', '/keys']);
  });

  test('are read where the configuration says', async () => {
    await using issuer = await LoopbackIssuer.start();
    issuer.answers.set('/elsewhere', json({ keys: [signer.jwk] }));
    const { login } = gateway(issuer, { jwksUri: `${issuer.url}/elsewhere` });
    assert.equal(await login(signer), 'demo/nightly-etl');
    assert.deepEqual(issuer.asked, ['/elsewhere']);
  });

  test('rotate: an unknown key id reads them anew, a removed key is refused', async () => {
    await using issuer = await LoopbackIssuer.start();
    issuer.publish([signer.jwk]);
    const { login } = gateway(issuer);
    assert.equal(await login(signer), 'demo/nightly-etl');
    issuer.publish([next.jwk]);
    assert.equal(await login(next), 'demo/nightly-etl');
    assert.equal(await login(signer), 'the token is signed with a key that its issuer does not publish');
    assert.equal(issuer.asked.length, 4);
  });

  test('are asked for once in thirty seconds, whatever key ids are made up', async () => {
    await using issuer = await LoopbackIssuer.start();
    issuer.publish([signer.jwk]);
    const { login, clock } = gateway(issuer);
    assert.equal(await login(signer), 'demo/nightly-etl');
    for (let i = 0; i < 5; i += 1) await login(signer, { kid: `made-up-${i}` });
    assert.equal(issuer.asked.length, 4);
    clock.seconds += 30;
    await login(signer, { kid: 'made-up' });
    assert.equal(issuer.asked.length, 6);
    assert.equal(await login(signer), 'demo/nightly-etl');
  });

  test('are read anew after ten minutes: a removed key stops working for tokens known already', async () => {
    await using issuer = await LoopbackIssuer.start();
    issuer.publish([signer.jwk]);
    const { authenticator, clock } = gateway(issuer);
    const token = await signer.sign(claims({ iss: issuer.url, exp: clock.seconds + 3600 }));
    assert.ok((await authenticator.authenticate(token)).ok);
    issuer.publish([next.jwk]);
    clock.seconds += 599;
    assert.ok((await authenticator.authenticate(token)).ok);
    clock.seconds += 1;
    const answer = await authenticator.authenticate(token);
    assert.ok(!answer.ok);
    assert.equal(answer.error.message, 'the token is signed with a key that its issuer does not publish');
  });

  test('are read anew when the operator says so: a removed key is refused at once', async () => {
    await using issuer = await LoopbackIssuer.start();
    issuer.publish([signer.jwk]);
    const { authenticator, keys, clock } = gateway(issuer);
    const token = await signer.sign(claims({ iss: issuer.url, exp: clock.seconds + 3600 }));
    const first = await authenticator.authenticate(token);
    const [source] = first.ok ? first.value.sources : [];
    assert.ok(source !== undefined);
    issuer.publish([next.jwk]);
    assert.ok((await authenticator.authenticate(token)).ok);
    assert.equal(await authenticator.takenBack(source), null);
    keys.reconsider();
    assert.match((await authenticator.takenBack(source))?.message ?? '', /no longer publishes the key/);
    assert.ok(!(await authenticator.authenticate(token)).ok);
    assert.equal(issuer.asked.length, 6);
  });

  test('serve on when the operator has them read anew while the issuer is down', async () => {
    await using issuer = await LoopbackIssuer.start();
    issuer.publish([signer.jwk]);
    const { login, keys } = gateway(issuer);
    assert.equal(await login(signer), 'demo/nightly-etl');
    await issuer.stop();
    keys.reconsider();
    assert.equal(await login(signer), 'demo/nightly-etl');
    assert.equal(keys.status()[0]?.state.kind, 'stale');
  });

  test('of a trust domain come from its bundle', async () => {
    await using issuer = await LoopbackIssuer.start();
    issuer.answers.set('/bundle', json({ keys: [{ ...signer.jwk, use: 'jwt-svid' }], spiffe_sequence: 1 }));
    const { authenticator, clock } = gateway(issuer, {
      profile: 'spiffe',
      issuer: 'spiffe://clinic.example',
      jwksUri: `${issuer.url}/bundle`,
    });
    const svid = { sub: 'spiffe://clinic.example/etl', aud: ['sluice'], iat: clock.seconds, exp: clock.seconds + 300 };
    const answer = await authenticator.authenticate(await signer.sign(svid));
    assert.equal(answer.ok ? answer.value.principal.id : answer.error.message, 'demo/etl');
    assert.deepEqual(issuer.asked, ['/bundle']);
  });

  test('serve through an outage for a day, and recover', async () => {
    await using issuer = await LoopbackIssuer.start();
    issuer.publish([signer.jwk]);
    const { login, clock, keys } = gateway(issuer);
    assert.equal(await login(signer), 'demo/nightly-etl');
    assert.deepEqual(keys.status(), [{ issuer: issuer.url, state: { kind: 'fresh', keys: 1, ageMs: 0 } }]);
    await issuer.stop();
    clock.seconds += 3600;
    assert.equal(await login(signer), 'demo/nightly-etl');
    assert.deepEqual(keys.status(), [
      { issuer: issuer.url, state: { kind: 'stale', keys: 1, ageMs: 3_600_000, fault: 'connection refused' } },
    ]);
    clock.seconds += 23 * 3600 + 1;
    assert.equal(await login(signer), 'the keys of issuer "demo" cannot be fetched: connection refused');
    assert.deepEqual(keys.status(), [
      { issuer: issuer.url, state: { kind: 'unavailable', fault: 'connection refused' } },
    ]);
    await using back = await LoopbackIssuer.start(issuer.port);
    back.publish([signer.jwk]);
    clock.seconds += 30;
    assert.equal(await login(signer), 'demo/nightly-etl');
  });

  test('are had again soon after an issuer that was down at first is up', async () => {
    await using issuer = await LoopbackIssuer.start();
    issuer.publish([signer.jwk]);
    await issuer.stop();
    const { login, clock } = gateway(issuer);
    assert.equal(await login(signer), 'the keys of issuer "demo" cannot be fetched: connection refused');
    await using back = await LoopbackIssuer.start(issuer.port);
    back.publish([signer.jwk]);
    clock.seconds += 2;
    assert.equal(await login(signer), 'demo/nightly-etl');
  });
});

describe('an issuer that misbehaves', () => {
  const discovery = '/.well-known/openid-configuration';
  const faulty: readonly [name: string, spoil: (issuer: LoopbackIssuer) => void, fault: RegExp][] = [
    ['has no discovery document', (issuer) => issuer.answers.delete(discovery), /: it answered 404$/],
    [
      'fails',
      (issuer) => issuer.answers.set('/keys', (_, response) => response.writeHead(503).end('down')),
      /: it answered 503$/,
    ],
    [
      'is another issuer',
      (issuer) => issuer.answers.set(discovery, json({ issuer: `${issuer.url}/`, jwks_uri: `${issuer.url}/keys` })),
      /discovery document is of another issuer$/,
    ],
    [
      'names no keys',
      (issuer) => issuer.answers.set(discovery, json({ issuer: issuer.url })),
      /names no keys \(jwks_uri\)$/,
    ],
    [
      'has a discovery document that is a list',
      (issuer) => issuer.answers.set(discovery, json([])),
      /is not an object$/,
    ],
    [
      'has keys at a file',
      (issuer) => issuer.answers.set(discovery, json({ issuer: issuer.url, jwks_uri: 'file:///etc/keys' })),
      /its key location is neither https/,
    ],
    [
      'has keys beyond loopback without TLS',
      (issuer) => issuer.answers.set(discovery, json({ issuer: issuer.url, jwks_uri: 'http://192.0.2.1/keys' })),
      /its key location is neither https/,
    ],
    [
      'redirects',
      (issuer) => issuer.answers.set('/keys', (_, response) => response.writeHead(302, { location: '/other' }).end()),
      /: it redirects elsewhere$/,
    ],
    ['sends no JSON', (issuer) => issuer.answers.set('/keys', (_, response) => response.end('<html>')), /is not JSON$/],
    ['sends no keys', (issuer) => issuer.answers.set('/keys', json({})), /is not a JWK Set$/],
    [
      'sends too much, and says so',
      (issuer) => issuer.answers.set('/keys', (_, response) => response.end(Buffer.alloc(2_000_000, 0x20))),
      /sent more than 1048576 bytes$/,
    ],
    ['sends without end', (issuer) => issuer.answers.set('/keys', endless), /sent more than 1048576 bytes$/],
    ['hangs up', (issuer) => issuer.answers.set('/keys', (request) => request.socket.destroy()), /: connection lost$/],
    ['hangs up in the middle', (issuer) => issuer.answers.set('/keys', hangUpInTheMiddle), /: connection lost$/],
    ['never answers', (issuer) => issuer.answers.set('/keys', () => undefined), /: it did not answer in time$/],
    [
      'drips',
      (issuer) => issuer.answers.set('/keys', (_, response) => response.writeHead(200).write('{"keys":[')),
      /: it did not answer in time$/,
    ],
  ];
  for (const [name, spoil, fault] of faulty) {
    test(`${name}: a sentence, and no session`, async () => {
      await using issuer = await LoopbackIssuer.start();
      issuer.publish([signer.jwk]);
      spoil(issuer);
      const { login } = gateway(issuer, {}, 200);
      const answer = await login(signer);
      assert.match(answer, /^the keys of issuer "demo" cannot be fetched: /);
      assert.match(answer, fault);
      assert.ok(!issuer.asked.includes('/other'));
    });
  }

  test('over http beyond loopback is not asked at all', async () => {
    const keys = new PublishedKeySource(new TestClock());
    const answer = await keys.keysFor(entry({ issuer: 'http://192.0.2.1' }), null);
    await keys.close();
    assert.ok(!answer.ok);
    assert.equal(answer.error.code, 'issuer_unavailable');
    assert.equal(
      answer.error.message,
      'the keys of issuer "demo" cannot be fetched: the issuer is neither https nor http on loopback',
    );
  });
});

const opened: PublishedKeySource[] = [];
after(async () => {
  await Promise.all(opened.map((keys) => keys.close()));
});

function gateway(issuer: LoopbackIssuer, settings: Partial<IssuerSettings> = {}, timeoutMs = 5000) {
  const clock = new TestClock();
  const keys = new PublishedKeySource(clock, { timeoutMs, maximumBytes: 1024 * 1024 });
  opened.push(keys);
  const authenticator = new Authenticator([entry({ issuer: issuer.url, ...settings })], keys, clock);
  /** The principal a fresh token makes, or why it makes none. */
  const login = async (by: Signer, header: Record<string, unknown> = {}): Promise<string> => {
    const token = await by.sign(claims({ iss: issuer.url, iat: clock.seconds, exp: clock.seconds + 300 }), header);
    const answer = await authenticator.authenticate(token);
    return answer.ok ? answer.value.principal.id : answer.error.message;
  };
  return { authenticator, clock, keys, login };
}

function endless(_request: unknown, response: import('node:http').ServerResponse): void {
  const chunk = Buffer.alloc(65_536, 0x20);
  const more = (): void => {
    while (!response.destroyed && response.write(chunk));
  };
  response.on('drain', more);
  more();
}

function hangUpInTheMiddle(_request: unknown, response: import('node:http').ServerResponse): void {
  response.writeHead(200, { 'content-length': '1000' });
  response.write('{"keys":[', () => response.destroy());
}
