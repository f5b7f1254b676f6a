import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { rfc3339 } from '../../src/base/clock.ts';
import { err } from '../../src/base/result.ts';
import { unknownOrigin } from '../../src/core/principal.ts';
import type { AuthenticatedToken } from '../../src/identity/authenticated.ts';
import { Authenticator } from '../../src/identity/authenticator.ts';
import type { IssuerSettings } from '../../src/identity/issuer-settings.ts';
import { claims, entry, issuerUrl, keySourceOf, newSigner, noon, rawToken, type Signer, TestClock } from './fixture.ts';
import { twinOf } from './twin-signature.ts';

let signer: Signer;
let stranger: Signer;
before(async () => {
  signer = await newSigner();
  stranger = await newSigner();
});

describe('authenticate accepts', () => {
  test('a good token, as principal and presented', async () => {
    const token = await signer.sign(claims({ jti: 'tok-1' }));
    const { principal, presented } = await accepted([entry({ groups: ['pipelines'] })], token);
    assert.deepEqual(principal, {
      id: 'demo/nightly-etl',
      kind: 'workload',
      display: 'nightly-etl',
      issuer: 'demo',
      groups: ['pipelines'],
      nature: 'service',
      origin: unknownOrigin,
      onBehalfOf: null,
    });
    assert.deepEqual(
      {
        ...presented,
        issuedAt: presented.issuedAt && rfc3339(presented.issuedAt),
        expiresAt: rfc3339(presented.expiresAt),
      },
      {
        kind: 'jwt',
        tokenId: 'tok-1',
        issuedAt: '2026-11-21T12:00:00.000000Z',
        expiresAt: '2026-11-21T12:05:00.000000Z',
        authenticatedAt: null,
      },
    );
  });

  for (const algorithm of ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA']) {
    test(`a token signed with ${algorithm}`, async () => {
      const other = await newSigner(algorithm);
      const answer = await new Authenticator([entry()], keySourceOf(other), new TestClock()).authenticate(
        await other.sign(claims()),
      );
      assert.ok(answer.ok, JSON.stringify(answer));
    });
  }

  for (const typ of ['JWT', 'jwt', 'at+jwt', 'application/at+jwt']) {
    test(`typ ${typ}`, async () => {
      await accepted([entry()], await signer.sign(claims(), { typ }));
    });
  }

  test('the time a person logged in, for people only', async () => {
    const token = await signer.sign(claims({ sub: 'dana', auth_time: noon - 60 }));
    const { principal, presented } = await accepted([entry({ id: 'staff', profile: 'people' })], token);
    assert.equal(principal.id, 'staff/dana');
    assert.equal(presented.authenticatedAt && rfc3339(presented.authenticatedAt), '2026-11-21T11:59:00.000000Z');
    assert.equal((await accepted([entry()], token)).presented.authenticatedAt, null);
  });

  test('an agent beside the person it acts for, of the entry for people', async () => {
    const token = await signer.sign(claims({ sub: 'dana', act: { sub: 'coding-agent' } }));
    const agents = entry({ require: new Map([['sub', ['dana']]]) });
    const people = entry({ id: 'staff', profile: 'people', audience: 'console' });
    const { principal } = await accepted([people, agents], token);
    assert.equal(principal.id, 'demo/coding-agent');
    assert.equal(principal.nature, 'agent');
    assert.equal(principal.onBehalfOf, 'staff/dana');
  });

  test('a token that names itself by uti, or in no way', async () => {
    assert.equal((await accepted([entry()], await signer.sign(claims({ uti: 'u-1' })))).presented.tokenId, 'u-1');
    const token = await signer.sign(claims());
    const digest = createHash('sha256')
      .update(token.slice(0, token.lastIndexOf('.')))
      .digest('hex');
    assert.equal((await accepted([entry()], token)).presented.tokenId, `sha256:${digest}`);
    // Another signature is as good, and must not make another token of it.
    assert.notEqual(twinOf(token), token);
    assert.equal((await accepted([entry()], twinOf(token))).presented.tokenId, `sha256:${digest}`);
  });

  test('a principal whose id can be disabled, and none with a longer one', async () => {
    const longest = 'k'.repeat(512 - 'demo/'.length);
    assert.equal((await accepted([entry()], await signer.sign(claims({ sub: longest })))).principal.id.length, 512);
    const authenticator = new Authenticator([entry()], keySourceOf(signer), new TestClock());
    for (const named of [{ sub: `${longest}k` }, { sub: `${longest}k`, act: { sub: 'agent' } }]) {
      const answer = await authenticator.authenticate(await signer.sign(claims(named)));
      assert.match(answer.ok ? 'accepted' : answer.error.message, /would be longer than 512 characters$/);
    }
  });

  test('the one entry that a token matches, among several of one issuer', async () => {
    const entries = ['a', 'b', 'c'].map((id) => entry({ id, require: new Map([['team', [id]]]) }));
    assert.equal((await accepted(entries, await signer.sign(claims({ team: 'b' })))).principal.id, 'b/nightly-etl');
  });
});

describe('authenticate refuses', () => {
  const tokens: readonly [name: string, make: () => Promise<string> | string, code: string, message: RegExp][] = [
    ['no token', () => '', 'token_required', /^no token was presented$/],
    [
      'an oversized token',
      () => 'x'.repeat(64 * 1024 + 1),
      'token_refused',
      /^the token is larger than 65536 bytes \(tokenBytes\)$/,
    ],
    [
      'a password',
      () => 'hunter2',
      'token_refused',
      /^the token is malformed: it has 1 of the three parts of a signed JWT$/,
    ],
    [
      'an unsigned token',
      () => rawToken('{"alg":"none"}', JSON.stringify(claims()), ''),
      'token_refused',
      /^the token is unsigned \(alg none\)$/,
    ],
    [
      'an unknown issuer',
      () => signer.sign(claims({ iss: 'https://evil.example' })),
      'token_refused',
      /^the token is of an issuer that is not accepted here$/,
    ],
    [
      'an issuer with a slash too many',
      () => signer.sign(claims({ iss: `${issuerUrl}/` })),
      'token_refused',
      /issuer that is not accepted/,
    ],
    ['a bad signature', () => stranger.sign(claims()), 'token_refused', /^the signature of the token is not valid$/],
    [
      'an unknown key',
      () => signer.sign(claims(), { kid: 'other' }),
      'token_refused',
      /^the token is signed with a key that its issuer does not publish$/,
    ],
    [
      'a key in the header',
      () => stranger.sign(claims(), { kid: 'other', jwk: stranger.jwk, jku: 'https://evil.example/keys' }),
      'token_refused',
      /does not publish/,
    ],
    [
      'an algorithm that does not fit the key',
      () => changedHeader('{"alg":"RS256","kid":"key-1"}'),
      'token_refused',
      /does not publish/,
    ],
    [
      'an expired token',
      () => signer.sign(claims({ iat: noon - 900, exp: noon - 125 })),
      'token_refused',
      /^the token expired 125 seconds ago$/,
    ],
    [
      'another audience',
      () => signer.sign(claims({ aud: 'other' })),
      'token_refused',
      /^the token fits no issuer entry: "demo" wants another audience$/,
    ],
    ['no subject', () => signer.sign(claims({ sub: undefined })), 'token_refused', /no usable claim "sub"/],
  ];
  for (const [name, make, code, message] of tokens) {
    test(name, async () => {
      const answer = await new Authenticator([entry()], keySourceOf(signer), new TestClock()).authenticate(
        await make(),
      );
      assert.ok(!answer.ok);
      assert.equal(answer.error.code, code);
      assert.match(answer.error.message, message);
    });
  }

  test('a payload that was changed after signing', async () => {
    const [head, , signature] = (await signer.sign(claims())).split('.');
    const payload = Buffer.from(JSON.stringify(claims({ sub: 'admin' }))).toString('base64url');
    assert.match(
      await refused([entry()], `${head}.${payload}.${signature}`),
      /^the signature of the token is not valid$/,
    );
  });

  test('a token that matches two entries', async () => {
    const message = await refused([entry({ id: 'a' }), entry({ id: 'b' })], await signer.sign(claims()));
    assert.equal(message, 'the token matches more than one issuer entry: "a" and "b"');
  });

  test('the token of another issuer that is accepted too', async () => {
    const entries = [entry(), entry({ id: 'other', issuer: 'https://other.example' })];
    const keys = {
      keysFor: (issuer: IssuerSettings) => keySourceOf(issuer.id === 'demo' ? signer : stranger).keysFor(issuer, null),
    };
    const answer = await new Authenticator(entries, keys, new TestClock()).authenticate(await stranger.sign(claims()));
    assert.ok(!answer.ok);
    assert.equal(answer.error.message, 'the signature of the token is not valid');
  });

  test('an entry of the issuer whose own keys did not sign', async () => {
    const entries = [entry({ id: 'a', audience: 'sluice' }), entry({ id: 'b', audience: 'other' })];
    const keys = {
      keysFor: (issuer: IssuerSettings) => keySourceOf(issuer.id === 'b' ? signer : stranger).keysFor(issuer, null),
    };
    const authenticator = new Authenticator(entries, keys, new TestClock());
    const forA = await authenticator.authenticate(await signer.sign(claims()));
    assert.ok(!forA.ok);
    assert.equal(forA.error.message, 'the token fits no issuer entry: "b" wants another audience');
    assert.ok((await authenticator.authenticate(await signer.sign(claims({ aud: 'other' })))).ok);
  });

  test('everything while the keys cannot be had', async () => {
    const keys = {
      keysFor: async () => err({ code: 'issuer_unavailable' as const, message: 'the keys cannot be fetched' }),
    };
    const answer = await new Authenticator([entry()], keys, new TestClock()).authenticate(await signer.sign(claims()));
    assert.ok(!answer.ok);
    assert.equal(answer.error.code, 'issuer_unavailable');
  });

  test('with sentences that hold nothing of the token', async () => {
    const canary = 'canary-4711';
    const entries = [entry({ require: new Map([['team', ['a']]]), groupsFrom: { claim: 'roles', mapping: null } })];
    const more = [
      { aud: canary },
      { team: canary },
      { team: 'a', roles: { [canary]: 1 } },
      { team: 'a', sub: `${canary}\n` },
    ];
    const crafted = [
      ...(await Promise.all(more.map((claim) => signer.sign(claims(claim))))),
      rawToken(`{"alg":"${canary}"}`, '{}'),
      rawToken(`{"alg":"ES256","typ":"${canary}"}`, '{}'),
      rawToken('{"alg":"ES256"}', `{"iss":"${canary}"}`),
      rawToken(`{"alg":"ES256","kid":"${canary}"}`, JSON.stringify(claims())),
      canary,
    ];
    for (const token of crafted) {
      const answer = await new Authenticator(entries, keySourceOf(signer), new TestClock()).authenticate(token);
      assert.ok(!answer.ok);
      assert.ok(!JSON.stringify(answer.error).includes(canary), answer.error.message);
      assert.match(answer.error.message, /^[a-z].*[^.]$/);
    }
  });
});

function changedHeader(header: string): Promise<string> {
  return signer
    .sign(claims())
    .then((token) => [Buffer.from(header).toString('base64url'), ...token.split('.').slice(1)].join('.'));
}

async function accepted(entries: readonly IssuerSettings[], token: string): Promise<AuthenticatedToken> {
  const answer = await new Authenticator(entries, keySourceOf(signer), new TestClock()).authenticate(token);
  assert.ok(answer.ok, JSON.stringify(answer));
  return answer.value;
}

async function refused(entries: readonly IssuerSettings[], token: string): Promise<string> {
  const answer = await new Authenticator(entries, keySourceOf(signer), new TestClock()).authenticate(token);
  assert.ok(!answer.ok);
  return answer.error.message;
}
