import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { demoPrincipals } from '../../../src/app/demo/demo-principals.ts';
import { type DevelopmentIssuer, startIssuer } from '../../../src/app/demo/issuer.ts';
import { requestToken } from '../../../src/app/demo/request-token.ts';

const apiUrl = 'http://127.0.0.1:8400';
let folder: string;
let issuer: DevelopmentIssuer;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-issuer-'));
  issuer = await startIssuer({ folder, port: 0, apiUrl });
});
after(async () => {
  await issuer.stop();
  rmSync(folder, { recursive: true });
});

test('the issuer prints nothing', async (t) => {
  const said = [t.mock.method(console, 'warn'), t.mock.method(console, 'info'), t.mock.method(console, 'log')];
  const quiet = await startIssuer({ folder: mkdtempSync(join(folder, 'quiet-')), port: 0, apiUrl });
  t.after(() => quiet.stop());
  await tokenOf('sam', quiet);
  await quiet.stop();
  assert.deepEqual(
    said.flatMap((method) => method.mock.calls.map(({ arguments: words }) => words)),
    [],
  );
});

test('discovery names the keys, and they are public ones', async () => {
  const discovery = await json(`${issuer.url}/.well-known/openid-configuration`);
  assert.equal(discovery.issuer, issuer.url);
  const { keys } = await json(String(discovery.jwks_uri));
  assert.ok(Array.isArray(keys) && keys.length === 1);
  assert.equal(keys[0].kty, 'EC');
  assert.equal('d' in keys[0], false);
});

test('everybody gets a token that verifies and says what the demo promises', async () => {
  for (const [name, principal] of demoPrincipals) {
    const { payload, protectedHeader } = await verified(name);
    assert.equal(protectedHeader.typ, 'at+jwt');
    assert.equal(protectedHeader.alg, 'ES256');
    assert.deepEqual(payload.groups, principal.groups);
    assert.equal(payload.kind, principal.kind);
    assert.ok((payload.exp ?? 0) - (payload.iat ?? 0) >= 600, name);
    assert.equal(typeof payload.jti, 'string');
    assert.equal('auth_time' in payload, principal.kind === 'person', name);
  }
});

test('the pipeline says where it runs, the agent for whom, a person when they logged in', async () => {
  const pipeline = (await verified('nightly-etl')).payload;
  assert.equal(pipeline.sub, 'nightly-etl');
  for (const claim of ['repository', 'ref', 'sha', 'run_id', 'workflow', 'environment']) {
    assert.equal(typeof pipeline[claim], 'string', claim);
  }
  const agent = (await verified('coding-agent')).payload;
  assert.equal(agent.sub, 'dana');
  assert.deepEqual(agent.act, { sub: 'coding-agent' });
  const person = (await verified('omar')).payload;
  assert.equal(person.sub, 'omar');
  assert.ok(Math.abs(Number(person.auth_time) - Date.now() / 1000) < 60);
});

test('without the secret of this start there is no token', async () => {
  const stale = join(folder, 'stale');
  writeFileSync(stale, 'the secret of an earlier start');
  const refused = await requestToken('ada', { issuerUrl: issuer.url, secretFile: stale });
  assert.deepEqual(refused, {
    ok: false,
    error: `the development issuer at ${issuer.url} refused with status 401; restart the demo`,
  });
  assert.equal(statSync(issuer.secretFile).mode & 0o777, 0o600);
  assert.equal(statSync(join(folder, 'issuer-key.json')).mode & 0o777, 0o600);
});

test('a name that is not in the demo and an issuer that does not run are sentences', async (t) => {
  const source = { issuerUrl: issuer.url, secretFile: issuer.secretFile };
  const unknown = await requestToken('mallory', source);
  assert.ok(
    !unknown.ok && unknown.error.startsWith('nobody in the demo has this name; it knows nightly-etl, coding-agent,'),
  );

  const other = await startIssuer({ folder: mkdtempSync(join(folder, 'other-')), port: 0, apiUrl });
  t.after(() => other.stop());
  const kept = join(folder, 'kept');
  writeFileSync(kept, readFileSync(other.secretFile));
  await other.stop();
  await other.stop();
  const absent = {
    ok: false,
    error: `the development issuer at ${other.url} is not running; start the demo with \`npm start\``,
  };
  assert.deepEqual(await requestToken('ada', { issuerUrl: other.url, secretFile: other.secretFile }), absent);
  assert.deepEqual(await requestToken('ada', { issuerUrl: other.url, secretFile: kept }), absent);
});

test('keys outlive a restart, secrets do not', async (t) => {
  const own = mkdtempSync(join(folder, 'restart-'));
  const first = await startIssuer({ folder: own, port: 0, apiUrl });
  t.after(() => first.stop());
  const secret = readFileSync(first.secretFile, 'utf8');
  const before = await tokenOf('ada', first);
  await first.stop();
  const second = await startIssuer({ folder: own, port: 0, apiUrl });
  t.after(() => second.stop());
  const after = await tokenOf('ada', second);
  assert.equal(decodeProtectedHeader(after).kid, decodeProtectedHeader(before).kid);
  assert.notEqual(readFileSync(second.secretFile, 'utf8'), secret);
});

async function verified(name: string) {
  const keys = createRemoteJWKSet(new URL(`${issuer.url}/jwks`));
  return jwtVerify(await tokenOf(name, issuer), keys, { issuer: issuer.url, audience: 'sluice' });
}

async function tokenOf(name: string, from: DevelopmentIssuer): Promise<string> {
  const token = await requestToken(name, { issuerUrl: from.url, secretFile: from.secretFile });
  assert.ok(token.ok, token.ok ? '' : token.error);
  return token.value;
}

async function json(url: string): Promise<Record<string, unknown>> {
  return (await (await fetch(url)).json()) as Record<string, unknown>;
}
