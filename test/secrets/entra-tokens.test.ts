import assert from 'node:assert/strict';
import { createHash, createPublicKey } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, test } from 'node:test';
import { jwtVerify } from 'jose';
import { type Clock, instant } from '../../src/base/clock.ts';
import { ok } from '../../src/base/result.ts';
import type { EntraApplication } from '../../src/core/connection.ts';
import { EntraTokens } from '../../src/secrets/entra-tokens.ts';
import { LocalSecrets } from '../../src/secrets/local-secrets.ts';
import { selfSigned } from '../support/certificates.ts';
import { startTokenEndpoint, type TokenAnswer, type TokenEndpoint } from '../support/token-endpoint.ts';

const environment: NodeJS.ProcessEnv = { APP_SECRET: 'canary-secret-1&=?' };
let endpoint: TokenEndpoint;
let folder: string;
let now = 0;
const clock: Clock = { now: () => instant(0), monotonic: () => now };
before(async () => {
  endpoint = await startTokenEndpoint();
  folder = await mkdtemp(join(tmpdir(), 'sluice-entra-'));
});
beforeEach(() => {
  now = 0;
});
after(async () => {
  await endpoint.close();
  await rm(folder, { recursive: true });
});

function application(changes: Partial<EntraApplication> = {}): EntraApplication {
  return {
    authority: endpoint.authority,
    tenant: 'contoso.example',
    clientId: '11111111-2222',
    scope: 'https://ossrdbms-aad.database.windows.net/.default',
    proof: { secret: { env: 'APP_SECRET' } },
    ...changes,
  };
}

const tokens = (timeoutMs?: number) => new EntraTokens(new LocalSecrets(environment, folder), clock, timeoutMs);
const granting = (lifetime: unknown = 3600, token = 'canary.token.1') => ({
  body: { token_type: 'Bearer', expires_in: lifetime, access_token: token },
});
const asked = () => endpoint.requests.length;

test('a token is asked for by secret, in the form of the RFC', async () => {
  endpoint.answer = () => granting();
  assert.deepEqual(await tokens().read(application()), ok('canary.token.1'));
  assert.deepEqual(endpoint.requests.at(-1), {
    method: 'POST',
    path: '/contoso.example/oauth2/v2.0/token',
    type: 'application/x-www-form-urlencoded',
    form: {
      grant_type: 'client_credentials',
      client_id: '11111111-2222',
      scope: 'https://ossrdbms-aad.database.windows.net/.default',
      client_secret: 'canary-secret-1&=?',
    },
  });
});

test('or by the token of another issuer, whose file is read anew each time', async () => {
  endpoint.answer = () => granting(2);
  const file = join(folder, 'assertion');
  const source = tokens();
  for (const assertion of ['first.assertion', 'second.assertion']) {
    writeFileSync(file, `${assertion}\n`, { mode: 0o600 });
    assert.ok((await source.read(application({ proof: { assertion: { file } } }))).ok);
    const { form } = endpoint.requests.at(-1) ?? { form: {} as Record<string, string> };
    assert.equal(form.client_assertion, assertion);
    assert.equal(form.client_assertion_type, 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    assert.equal('client_secret' in form, false);
    now += 2000;
  }
});

test('or by a certificate, with which it signs a token of its own', async () => {
  endpoint.answer = () => granting();
  const made = await selfSigned('RSA with SHA-256');
  const shown = (certificate: string, key: string) => {
    writeFileSync(join(folder, 'app.pem'), certificate, { mode: 0o644 });
    writeFileSync(join(folder, 'app.key'), key, { mode: 0o600 });
  };
  const proof = { certificate: { certificate: { file: 'app.pem', public: true }, key: { file: 'app.key' } } } as const;
  shown(made.cert, made.key);
  assert.ok((await tokens().read(application({ proof }))).ok);
  const assertion = endpoint.requests.at(-1)?.form.client_assertion ?? '';
  const key = createPublicKey(made.key);
  const { payload, protectedHeader } = await jwtVerify(assertion, key, {
    audience: `${endpoint.authority}/contoso.example/oauth2/v2.0/token`,
    issuer: '11111111-2222',
    subject: '11111111-2222',
    currentDate: new Date(1000),
  });
  assert.equal(protectedHeader['x5t#S256'], createHash('sha256').update(made.der).digest('base64url'));
  assert.deepEqual([payload.iat, payload.nbf, payload.exp], [0, 0, 600]);
  assert.match(payload.jti ?? '', /^[0-9a-f-]{36}$/);

  const start = asked();
  const other = await selfSigned('ECDSA with SHA-256');
  for (const [certificate, privateKey, says] of [
    [made.cert, other.key, /do not fit together$/],
    [other.cert, other.key, /is not an RSA key$/],
  ] as const) {
    shown(certificate, privateKey);
    const read = await tokens().read(application({ proof }));
    assert.match(read.ok ? '' : read.error.message, says);
  }
  assert.equal(asked(), start);
});

test('a token serves until shortly before it expires; applications have their own', async () => {
  endpoint.answer = ({ form }) => granting(3600, `token-${form.client_id}-${asked()}`);
  const source = tokens();
  const start = asked();
  const first = await source.read(application());
  for (const at of [0, 60_000, 3_299_999]) {
    now = at;
    assert.deepEqual(await source.read(application()), first);
  }
  assert.equal(asked() - start, 1);
  assert.notDeepEqual(await source.read(application({ clientId: 'other' })), first);
  now = 3_300_000;
  assert.notDeepEqual(await source.read(application()), first);
  assert.equal(asked() - start, 3);
});

test('sessions that come at once share one request', async () => {
  endpoint.answer = () => granting();
  const start = asked();
  const source = tokens();
  const read = await Promise.all(Array.from({ length: 20 }, () => source.read(application())));
  assert.equal(asked() - start, 1);
  assert.ok(read.every((token) => token.ok));
});

test('while no new token is to be had the old one serves, until it expires', async () => {
  endpoint.answer = () => granting(3600);
  const source = tokens();
  await source.read(application());
  endpoint.answer = () => ({ status: 503 });
  const start = asked();
  now = 3_400_000;
  assert.deepEqual(await source.read(application()), ok('canary.token.1'));
  assert.deepEqual(await source.read(application()), ok('canary.token.1'));
  assert.equal(asked() - start, 1, 'an endpoint that is down is not asked by every session');
  now = 3_600_000;
  assert.equal((await source.read(application())).ok, false);
  endpoint.answer = () => granting(3600, 'next');
  now += 2000;
  assert.deepEqual(await source.read(application()), ok('next'));
});

const faults: readonly (readonly [string, TokenAnswer, RegExp])[] = [
  [
    'a refusal by code',
    { status: 401, body: { error: 'invalid_client', error_description: 'canary' } },
    /\(invalid_client\)$/,
  ],
  ['a refusal by another code', { status: 400, body: { error: 'canary' } }, /: the endpoint answered 400$/],
  ['a fault', { status: 500, body: 'canary' }, /: the endpoint answered 500$/],
  ['a redirect', { status: 302, headers: { location: 'http://canary.invalid/' } }, /: the endpoint answered 302$/],
  ['no JSON', { body: 'canary' }, /: the endpoint sent no token$/],
  ['null', { body: 'null' }, /: the endpoint sent no token$/],
  ['a token with white space', granting(3600, 'canary token'), /: the endpoint sent no token$/],
  ['a token that is too long', granting(3600, 'x'.repeat(65_536)), /: the endpoint sent no token$/],
  [
    'another kind of token',
    { body: { ...granting().body, token_type: 'pop' } },
    /: the endpoint sent another kind of token$/,
  ],
  ['no lifetime', granting(null), /does not say how long its token lives$/],
  ['a lifetime of nothing', granting(0), /does not say how long its token lives$/],
  ['a lifetime that is none', granting('canary'), /does not say how long its token lives$/],
  ['too much', { body: `"${'x'.repeat(262_144)}"` }, /: the endpoint sent more than 262144 bytes$/],
  ['nothing', { silent: true }, /: the endpoint did not answer in time$/],
];

for (const [name, answer, says] of faults) {
  test(`an endpoint that answers with ${name}: a denial that shows nothing`, async () => {
    endpoint.answer = () => answer;
    const read = await tokens(answer.silent === true ? 100 : 5000).read(application());
    assert.ok(!read.ok);
    assert.equal(read.error.code, 'secret_unavailable');
    assert.match(read.error.message, says);
    for (const hidden of ['canary', endpoint.authority, 'contoso', '11111111']) {
      assert.ok(!JSON.stringify(read).includes(hidden), hidden);
    }
  });
}

test('a lifetime as text, as older endpoints write it', async () => {
  endpoint.answer = () => granting('3600');
  assert.ok((await tokens().read(application())).ok);
});

test('nobody there, or a secret that is not there', async () => {
  const away = await tokens().read(application({ authority: 'http://127.0.0.1:1' }));
  assert.match(away.ok ? '' : away.error.message, /: the endpoint cannot be reached$/);
  const start = asked();
  const without = await tokens().read(application({ proof: { secret: { env: 'MISSING' } } }));
  assert.match(without.ok ? '' : without.error.message, /its environment variable is not set$/);
  assert.equal(asked(), start);
});
