import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Clock, instant } from '../../src/base/clock.ts';
import { ensureAuthority } from '../../src/net/authority.ts';

const day = 24 * 60 * 60 * 1000;
const start = Date.UTC(2026, 10, 21);

function clockAt(millis: number): Clock {
  return { now: () => instant(millis * 1000), monotonic: () => 0 };
}

async function directory(context: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'sluice-authority-'));
  context.after(() => rm(path, { recursive: true }));
  return join(path, 'tls');
}

test('makes an authority and a certificate for the local names and the given ones', async (context) => {
  const path = await directory(context);
  const made = await ensureAuthority(path, ['sluice.example', '10.0.0.7', '*.gate.example'], clockAt(start));
  const authority = new X509Certificate(made.authority);
  const leaf = new X509Certificate(made.cert);
  assert.equal(authority.ca, true);
  assert.equal(leaf.ca, false);
  assert.equal(leaf.verify(authority.publicKey), true);
  assert.equal(leaf.checkIssued(authority), true);
  assert.equal(leaf.publicKey.asymmetricKeyDetails?.namedCurve, 'prime256v1');
  for (const name of ['localhost', 'sluice.example', 'a.gate.example'])
    assert.equal(leaf.checkHost(name) !== undefined, true, name);
  for (const address of ['127.0.0.1', '::1', '10.0.0.7']) assert.equal(leaf.checkIP(address), address);
  assert.equal(leaf.checkHost('other.example'), undefined);
  assert.equal(made.cert.match(/BEGIN CERTIFICATE/g)?.length, 2);
  assert.equal(leaf.validToDate.getTime(), start + 90 * day);
  assert.equal(authority.validToDate.getTime(), start + 3650 * day);
});

test('keys are for their owner only, the authority is for everyone', async (context) => {
  const path = await directory(context);
  await ensureAuthority(path, [], clockAt(start));
  const mode = async (name: string) => (await stat(join(path, name))).mode & 0o777;
  assert.equal(await mode('authority.key'), 0o600);
  assert.equal(await mode('server.key'), 0o600);
  assert.equal(await mode('authority.pem'), 0o644);

  await chmod(join(path, 'authority.key'), 0o644);
  await ensureAuthority(path, [], clockAt(start));
  assert.equal(await mode('authority.key'), 0o600);
});

const renewals = [
  { name: 'kept while 30 days are left', after: 60 * day, names: [], renewed: false },
  { name: 'renewed when fewer than 30 days are left', after: 60 * day + 1000, names: [], renewed: true },
  { name: 'renewed long after it expired', after: 400 * day, names: [], renewed: true },
  { name: 'renewed for a further name', after: 0, names: ['new.example'], renewed: true },
  { name: 'kept for a name it has', after: day, names: ['localhost'], renewed: false },
  { name: 'renewed when it is not valid yet', after: -30 * day, names: [], renewed: true },
] as const;

for (const { name, after, names, renewed } of renewals) {
  test(`the certificate is ${name}, the authority stays`, async (context) => {
    const path = await directory(context);
    const first = await ensureAuthority(path, [], clockAt(start));
    const second = await ensureAuthority(path, names, clockAt(start + after));
    assert.equal(second.authority, first.authority);
    assert.equal(second.cert !== first.cert, renewed);
    assert.equal(second.key !== first.key, renewed);
  });
}

test('a damaged or foreign server certificate is replaced', async (context) => {
  const path = await directory(context);
  const first = await ensureAuthority(path, [], clockAt(start));
  await writeFile(join(path, 'server.pem'), 'not a certificate');
  const second = await ensureAuthority(path, [], clockAt(start));
  assert.notEqual(second.cert, first.cert);

  const foreign = await ensureAuthority(await directory(context), [], clockAt(start));
  await writeFile(join(path, 'server.pem'), foreign.cert);
  await writeFile(join(path, 'server.key'), foreign.key);
  const third = await ensureAuthority(path, [], clockAt(start));
  assert.equal(new X509Certificate(third.cert).verify(new X509Certificate(first.authority).publicKey), true);
});

test('an authority that is damaged, or half lost, is a fault and never replaced', async (context) => {
  const path = await directory(context);
  await ensureAuthority(path, [], clockAt(start));
  const before = await readFile(join(path, 'authority.pem'), 'utf8');
  await writeFile(join(path, 'authority.key'), 'not a key');
  await assert.rejects(ensureAuthority(path, [], clockAt(start)), /do not belong together .*remove both/);
  await rm(join(path, 'authority.key'));
  await assert.rejects(ensureAuthority(path, [], clockAt(start)), /authority\.key is missing/);
  assert.equal(await readFile(join(path, 'authority.pem'), 'utf8'), before);
});

test('an expired authority is a fault', async (context) => {
  const path = await directory(context);
  await ensureAuthority(path, [], clockAt(start));
  await assert.rejects(ensureAuthority(path, [], clockAt(start + 3651 * day)), /authority\.pem has expired/);
});

test('a name that is none is refused', async (context) => {
  const path = await directory(context);
  await assert.rejects(ensureAuthority(path, ['a b'], clockAt(start)), /"a b" is neither/);
});
