import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { decodeJwt } from 'jose';
import { type DevelopmentIssuer, startIssuer } from '../../../src/app/demo/issuer.ts';
import { login } from '../../../src/app/verbs/login.ts';
import { Browser } from '../../support/browser.ts';

let folder: string;
let issuer: DevelopmentIssuer;
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'sluice-login-'));
  issuer = await startIssuer({ folder, port: 0, apiUrl: 'http://127.0.0.1:8400' });
});
after(async () => {
  await issuer.stop();
  rmSync(folder, { recursive: true });
});

/** Begins a login, and gives what it says to whoever goes there. */
async function begun(use: (address: string) => Promise<void>) {
  const { promise, resolve } = Promise.withResolvers<string>();
  const wish = { issuer: issuer.url, clientId: 'sluice', scopes: ['openid'], browser: false, say: resolve };
  const outcome = login(wish);
  await Promise.race([promise.then(use), outcome]);
  return outcome;
}

async function choose(address: string, name: string): Promise<Browser> {
  const browser = new Browser();
  const page = await browser.get(address);
  const form = new RegExp(`action="(/choose/[^"]+/${name})"`).exec(page.text)?.[1];
  const arrived = await browser.post(`${issuer.url}${form}`, {});
  assert.match(arrived.text, /^You may close this window/);
  assert.equal(arrived.url.hostname, '127.0.0.1');
  return browser;
}

test('the browser comes back to this machine, and the answer is the ID token of a fresh login', async () => {
  const before = Math.floor(Date.now() / 1000);
  const token = await begun(async (address) => {
    assert.equal(new URL(address).searchParams.get('prompt'), 'login');
    await choose(address, 'dana');
  });
  assert.ok(token.ok);
  const claims = decodeJwt(token.value);
  assert.deepEqual(
    [claims.iss, claims.aud, claims.sub, claims['kind'], claims['groups'], claims['name']],
    [issuer.url, 'sluice', 'dana', 'person', ['compliance'], 'Dana'],
  );
  assert.ok(Number(claims['auth_time']) >= before);
});

test('what else arrives at the port changes nothing', async () => {
  const token = await begun(async (address) => {
    const back = new URL(new URL(address).searchParams.get('redirect_uri') ?? '');
    assert.equal((await fetch(new URL('/', back))).status, 404);
    assert.equal((await fetch(`${back.href}?code=x&state=y`)).status, 400);
    assert.equal((await fetch(back, { method: 'POST' })).status, 404);
    const browser = await choose(address, 'sam');
    assert.ok(!browser.visited.some((url) => url.includes('eyJ')));
  });
  assert.equal(token.ok && decodeJwt(token.value).sub, 'sam');
});

test('a login that the issuer refuses is a sentence', async () => {
  const outcome = await begun(async (address) => {
    const asked = new URL(address).searchParams;
    const answer = await fetch(`${asked.get('redirect_uri')}?error=access_denied&state=${asked.get('state')}`);
    assert.equal(answer.status, 400);
  });
  assert.ok(!outcome.ok && outcome.error.message === 'the issuer did not log you in');
});

for (const url of ['http://127.0.0.1:1', 'http://login.example', 'ftp://x']) {
  test(`an issuer at ${url} cannot be asked`, async () => {
    const outcome = await login({ issuer: url, clientId: 'sluice', scopes: [], browser: false, say: assert.fail });
    assert.ok(!outcome.ok);
    assert.match(outcome.error.message, /does not say how people log in there$/);
  });
}
