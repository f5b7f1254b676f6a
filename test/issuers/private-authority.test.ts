import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { systemClock } from '../../src/base/clock.ts';
import { PublishedKeySource } from '../../src/issuers/published-key-source.ts';
import { ensureAuthority } from '../../src/net/authority.ts';
import { entry, newSigner } from '../identity/fixture.ts';

const keys = new PublishedKeySource(systemClock);
let folder: string;
let authority: string;
let stranger: string;
let server: Server;
let url: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sluice-issuer-'));
  const own = await ensureAuthority(join(folder, 'own'), [], systemClock);
  const other = await ensureAuthority(join(folder, 'other'), [], systemClock);
  authority = own.authority;
  stranger = other.authority;
  const { jwk } = await newSigner();
  server = createServer({ cert: own.cert, key: own.key }, (request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(request.url === '/keys' ? { keys: [jwk] } : { issuer: url, jwks_uri: `${url}/keys` }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

after(async () => {
  await keys.close();
  await new Promise((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

test('an issuer behind a private authority is reached where the entry names that authority', async () => {
  const read = await keys.keysFor(entry({ issuer: url, ca: authority }), null);
  assert.ok(read.ok, JSON.stringify(read));
});

test('it is not where the entry names none, or another one', async () => {
  for (const ca of [null, stranger]) {
    const read = await keys.keysFor(entry({ issuer: url, ca }), null);
    assert.ok(!read.ok);
    assert.equal(read.error.message, 'the keys of issuer "demo" cannot be fetched: its certificate is not trusted');
  }
});

test('keys that one authority vouched for do not serve an entry that trusts another', async () => {
  assert.ok((await keys.keysFor(entry({ issuer: url, ca: authority }), null)).ok);
  assert.ok(!(await keys.keysFor(entry({ issuer: url, ca: stranger }), null)).ok);
});
