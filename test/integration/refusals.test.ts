import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, test } from 'node:test';
import { generateKeyPair } from 'jose';
import pg from 'pg';
import { type ClinicGateway, databasePassword, startClinicGateway } from '../support/clinic-gateway.ts';

let clinic: ClinicGateway;
before(async () => {
  clinic = await startClinicGateway();
});
after(() => clinic.stop());

const claims = { sub: 'job', kind: 'workload' };

const badTokens: readonly {
  readonly name: string;
  readonly make: () => Promise<string> | string;
  readonly says: RegExp;
}[] = [
  { name: 'nothing', make: () => '', says: /token/ },
  { name: 'no token at all', make: () => 'hunter2', says: /token/ },
  { name: 'an expired token', make: () => clinic.issuer.token(claims, { lifetime: -600 }), says: /expired/ },
  { name: 'alg none', make: () => unsigned({ alg: 'none' }), says: /sign|alg/ },
  { name: 'alg HS256 with the public key', make: () => hs256(), says: /alg|sign/ },
  { name: 'another audience', make: () => clinic.issuer.token(claims, { audience: 'other' }), says: /audience/ },
  {
    name: 'another issuer',
    make: () => clinic.issuer.token(claims, { issuer: 'https://elsewhere.example' }),
    says: /issuer/,
  },
  {
    name: 'a stranger’s key',
    make: async () => clinic.issuer.token(claims, { key: (await generateKeyPair('ES256')).privateKey }),
    says: /signature/,
  },
  { name: 'a token that fits no entry', make: () => clinic.issuer.token({ sub: 'job', kind: 'robot' }), says: /kind/ },
  { name: 'an oversized token', make: () => 'x'.repeat(70_000), says: /tokenBytes|large|limit/ },
  { name: 'a large token that is none', make: () => `${'x'.repeat(30_000)}.${'y'.repeat(20_000)}.z`, says: /token/ },
];

for (const { name, make, says } of badTokens) {
  test(`${name}: one clear sentence, one entry, no secret`, async () => {
    const token = await make();
    const before = await clinic.entries();
    const error = await refusal({ password: token });
    assert.match(error.message, says);
    assert.match(error.message, /^sluice: /);
    const added = (await clinic.entries()).slice(before.length);
    assert.deepEqual(
      added.map((entry) => entry['type']),
      ['session.refused'],
    );
    assert.equal(added[0]?.['principal'], null);
    for (const text of [JSON.stringify(added), JSON.stringify(error)]) {
      if (token.length > 10) assert.ok(!text.includes(token.slice(0, 40)), 'the token is quoted');
      assert.ok(!text.includes(databasePassword));
    }
  });
}

test('an unknown connection is told only to who has proven who they are', async () => {
  const known = await refusal({ database: 'nowhere' });
  assert.equal(known.code, '3D000');
  const unknown = await refusal({ database: 'nowhere', password: 'hunter2' });
  assert.equal(unknown.code, '28000');
});

test('a principal that policy does not let in', async () => {
  const error = await refusal({ password: await clinic.person('dana', 'compliance') });
  assert.equal(error.code, '42501');
  assert.match(error.message, /no policy permits connect on connection clinic|no policy permits connect/);
});

test('startup parameters that are not carried are refused by name', async () => {
  const error = await refusal({ options: '-c session_preload_libraries=x' });
  assert.match(error.message, /session_preload_libraries/);
  const replication = await refusal({ replication: 'database' });
  assert.match(replication.message, /replication/);
});

test('a password in the clear is never asked for on a listener with TLS', async () => {
  const error = await refusal({ port: clinic.tlsPort, ssl: false });
  assert.match(error.message, /TLS/);
});

test('the target refuses the credential: the client learns nothing of it', async () => {
  const broken = await startClinicGateway();
  try {
    const admin = await broken.direct();
    await admin.query("create role other superuser login password 'x'");
    await admin.end();
    process.env['TEST_CLINIC_PASSWORD'] = 'wrong-upstream-password';
    const error = await refusal({ port: broken.port, password: await broken.token() });
    assert.match(error.message, /target of connection "clinic" refuses the credential that Sluice holds/);
    assert.ok(!JSON.stringify(error).includes('wrong-upstream-password'));
    const last = (await broken.entries()).at(-1);
    assert.equal(last?.['type'], 'session.refused');
    assert.equal(last?.['code'], 'target_refused');
  } finally {
    process.env['TEST_CLINIC_PASSWORD'] = databasePassword;
    await broken.stop();
  }
});

test('the target is down', async () => {
  const down = await startClinicGateway();
  try {
    await down.database.stop();
    const error = await refusal({ port: down.port, password: await down.token() });
    assert.equal(error.code, '08001');
    assert.match(error.message, /cannot be reached|unreachable/);
    assert.deepEqual(
      (await down.entries()).filter((entry) => entry['type'] === 'session.refused').map((entry) => entry['code']),
      ['target_unreachable'],
    );
  } finally {
    await down.stop();
  }
});

test('the issuer is down and its keys were never seen', async () => {
  const alone = await startClinicGateway();
  try {
    const token = await alone.token();
    await alone.issuer.close();
    const error = await refusal({ port: alone.port, password: token });
    assert.match(error.message, /issuer/);
  } finally {
    await alone.stop();
  }
});

interface Refusal {
  readonly message: string;
  readonly code?: string;
}

async function refusal(options: Partial<pg.ClientConfig> & { readonly replication?: string }): Promise<Refusal> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: clinic.port,
    user: 'x',
    password: await clinic.token(),
    database: 'clinic',
    ssl: false,
    ...options,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    return error as Refusal;
  }
  await client.end();
  throw new Error('was let in');
}

function unsigned(header: Record<string, unknown>): string {
  return `${encode(header)}.${encode({ iss: clinic.issuer.url, aud: 'sluice', exp: 4_000_000_000, iat: 1_700_000_000, ...claims })}.`;
}

function hs256(): string {
  const text = unsigned({ alg: 'HS256', kid: 'test' }).slice(0, -1);
  return `${text}.${createHmac('sha256', 'public').update(text).digest('base64url')}`;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
