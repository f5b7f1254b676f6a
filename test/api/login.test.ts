import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { absoluteMs, idleMs } from '../../src/api/login/browser-sessions.ts';
import { attemptMs } from '../../src/api/login/login-attempts.ts';
import { Browser, csrfIn } from '../support/browser.ts';
import { type LoginWorld, startLoginWorld } from './logged-in.ts';
import { approval } from './sample-approvals.ts';
import { testApi } from './test-api.ts';

describe('people log in at their issuer', () => {
  let world: LoginWorld;
  before(async () => {
    world = await startLoginWorld();
  });
  beforeEach(() => {
    world.api.control.request = approval;
    world.api.control.calls.length = 0;
    // Between two tests a minute passes: none meets what an earlier one has left of the rate limit.
    world.api.clock.at += 60_000;
  });
  after(() => world.stop());

  test('the link of a mail leads to the login and back to the request', async () => {
    const { browser, visit } = await world.open(`/approvals/${approval.id}`, 'dana');
    assert.equal(visit.status, 200);
    assert.equal(visit.url.href, `${world.url}/approvals/${approval.id}`);
    assert.match(visit.text, /nightly-etl wants to update public\.patients/);
    assert.match(visit.text, /<span title="demo\/dana">Dana<\/span>/);
    const cookie = browser.set.find((line) => line.startsWith('sluice-session='));
    assert.match(cookie ?? '', /^sluice-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
    const begun = browser.visited.find((url) => url.startsWith(`${world.issuer.url}/auth?`)) ?? '';
    const asked = new URL(begun).searchParams;
    assert.deepEqual(
      ['response_type', 'client_id', 'scope', 'code_challenge_method', 'max_age'].map((name) => asked.get(name)),
      ['code', 'sluice', 'openid', 'S256', '28800'],
    );
    for (const name of ['state', 'nonce', 'code_challenge']) assert.match(asked.get(name) ?? '', /^[\w-]{43}$/);
    const seen = [...browser.visited, ...browser.set, visit.text, world.api.log()].join('\n');
    assert.ok(!/eyJ[\w-]+\.eyJ/.test(seen), 'a token is in a URL, a cookie, a page or the log');
    assert.ok(!/"(code|state)=/.test(world.api.log()));
  });

  test('who is logged in decides, and the answer is the page asked for anew', async () => {
    const { browser, visit } = await world.open(`/approvals/${approval.id}`, 'dana');
    const fields = { csrf: csrfIn(visit), rationale: ' agreed in OPS-17 ' };
    const decided = await browser.post(`${visit.url.href}/approve`, fields);
    assert.deepEqual([decided.status, decided.url.pathname], [200, `/approvals/${approval.id}`]);
    assert.deepEqual(world.api.control.calls, [`approve ${approval.id} by demo/dana: agreed in OPS-17`]);
  });

  test('an API call with the cookie reads; it changes only with the token of the session beside it', async () => {
    const { browser, visit } = await world.open('/approvals', 'dana');
    const listed = await browser.get(`${world.url}/api/v1/approvals`);
    assert.deepEqual([listed.status, JSON.parse(listed.text).length], [200, 1]);
    const cookie = `sluice-session=${browser.cookie('sluice-session')}`;
    const reveal = (headers: Readonly<Record<string, string>>) =>
      fetch(`${world.url}/api/v1/approvals/${approval.id}/reveal`, { method: 'POST', headers: { cookie, ...headers } });
    const own = { 'sec-fetch-site': 'same-origin' };
    assert.equal((await reveal(own)).status, 403);
    assert.equal((await reveal({ 'x-sluice-csrf': csrfIn(visit) })).status, 403);
    assert.equal((await reveal({ ...own, 'x-sluice-csrf': csrfIn(visit) })).status, 200);
    assert.equal((await reveal({ origin: world.url, 'x-sluice-csrf': csrfIn(visit) })).status, 200);
    assert.deepEqual(world.api.control.calls.length, 2);
  });

  const forged: readonly (readonly [string, Readonly<Record<string, string>>, boolean])[] = [
    ['from another site', { 'sec-fetch-site': 'cross-site' }, true],
    ['from another host of the site', { 'sec-fetch-site': 'same-site' }, true],
    ['typed by hand', { 'sec-fetch-site': 'none' }, true],
    ['from another origin', { origin: 'https://evil.example' }, true],
    ['from no origin', { origin: 'null' }, true],
    ['that does not say where it is from', {}, true],
    ['from the page, without the token', { 'sec-fetch-site': 'same-origin' }, false],
  ];
  for (const [name, headers, withToken] of forged) {
    test(`a decision ${name} is refused`, async () => {
      const { browser, visit } = await world.open(`/approvals/${approval.id}`, 'dana');
      const fields = { rationale: 'agreed', ...(withToken ? { csrf: csrfIn(visit) } : {}) };
      const answer = await browser.post(`${visit.url.href}/approve`, fields, headers);
      assert.equal(answer.status, 403);
      assert.match(answer.headers.get('content-type') ?? '', /^text\/html/);
      assert.deepEqual(world.api.control.calls, []);
    });
  }

  test('the token of another session is not that of this one', async () => {
    const sam = await world.open('/approvals', 'sam');
    const { browser, visit } = await world.open(`/approvals/${approval.id}`, 'dana');
    const fields = { rationale: 'agreed', csrf: csrfIn(sam.visit) };
    assert.equal((await browser.post(`${visit.url.href}/approve`, fields)).status, 403);
    assert.deepEqual(world.api.control.calls, []);
  });

  test('logging out ends the session, and needs the token too', async () => {
    const { browser, visit } = await world.open('/approvals', 'omar');
    const id = browser.cookie('sluice-session') ?? '';
    assert.equal((await browser.post(`${world.url}/logout`, {})).status, 403);
    const out = await browser.post(`${world.url}/logout`, { csrf: csrfIn(visit) });
    assert.match(out.text, /logged out/);
    assert.equal(browser.cookie('sluice-session'), undefined);
    const replayed = await fetch(`${world.url}/api/v1/approvals`, { headers: { cookie: `sluice-session=${id}` } });
    assert.equal(replayed.status, 401);
  });

  test('a session ends when it is left alone, and after a working day', async () => {
    for (const wait of [[idleMs], Array.from({ length: 17 }, () => idleMs - 1000)]) {
      const { browser } = await world.open('/approvals', 'dana');
      const cookie = `sluice-session=${browser.cookie('sluice-session')}`;
      const ask = async () => (await fetch(`${world.url}/api/v1/approvals`, { headers: { cookie } })).status;
      assert.equal(await ask(), 200);
      const statuses: number[] = [];
      for (const ms of wait) {
        world.api.clock.at += ms;
        statuses.push(await ask());
      }
      assert.equal(statuses.at(-1), 401);
      assert.ok(
        statuses.slice(0, Math.floor(absoluteMs / idleMs) - 1).every((status) => wait.length === 1 || status === 200),
      );
    }
  });

  test('a login belongs to the browser that began it, and is finished once, in time', async () => {
    const callback = async (browser: Browser) => {
      await world.open('/approvals', 'dana', browser);
      return browser.visited.find((url) => url.startsWith(`${world.url}/login/callback?`)) ?? '';
    };
    const attacker = new Browser();
    attacker.stopBefore = `${world.url}/login/callback`;
    const { visit } = await world.open('/approvals', 'omar', attacker);
    const unused = visit.headers.get('location') ?? '';
    const underWay = new Browser();
    await underWay.get(`${world.url}/approvals`);
    for (const victim of [new Browser(), underWay]) {
      const planted = await victim.get(unused);
      assert.equal(planted.status, 400);
      assert.match(planted.text, /was not begun in this browser/);
      assert.equal(victim.cookie('sluice-session'), undefined);
    }
    attacker.stopBefore = null;
    assert.equal((await attacker.get(unused)).url.pathname, '/approvals');

    const own = new Browser();
    assert.equal((await own.get(await callback(own))).status, 400);

    const slow = new Browser();
    const page = await slow.get(`${world.url}/approvals`);
    world.api.clock.at += attemptMs;
    const form = /action="(\/choose\/[^"]+\/dana)"/.exec(page.text)?.[1];
    assert.equal((await slow.post(`${world.issuer.url}${form}`, {})).status, 400);
  });

  test('an answer that was tampered with logs nobody in', async () => {
    const changes: readonly ((url: URL) => void)[] = [
      (url) => url.searchParams.set('code', 'another'),
      (url) => url.searchParams.set('iss', 'https://evil.example'),
      (url) => url.searchParams.delete('code'),
      (url) => url.searchParams.set('error', 'access_denied'),
    ];
    for (const change of changes) {
      const jar = new Browser();
      const begun = await fetch(`${world.url}/login`, { redirect: 'manual' });
      const state = new URL(begun.headers.get('location') ?? '').searchParams.get('state') ?? '';
      const url = new URL(`${world.url}/login/callback?code=some&state=${state}&iss=${world.issuer.url}`);
      change(url);
      const cookie = begun.headers.getSetCookie()[0]?.split(';')[0] ?? '';
      const answer = await fetch(url, { headers: { cookie }, redirect: 'manual' });
      assert.equal(answer.status, 401);
      assert.ok(!answer.headers.getSetCookie().some((line) => line.startsWith('sluice-session=')));
      assert.equal(jar.cookie('sluice-session'), undefined);
    }
  });

  test('two tabs of one browser both arrive', async () => {
    const browser = new Browser();
    const first = await browser.get(`${world.url}/approvals/${approval.id}`);
    await browser.get(`${world.url}/approvals`);
    const form = /action="(\/choose\/[^"]+\/dana)"/.exec(first.text)?.[1];
    const visit = await browser.post(`${world.issuer.url}${form}`, {});
    assert.equal(visit.url.pathname, `/approvals/${approval.id}`);
  });

  for (const to of [
    '//evil.example',
    'https://evil.example',
    '/\\evil.example',
    '/api/v1/approvals',
    '/approvals/../x',
    '',
  ]) {
    test(`the way back is never ${JSON.stringify(to)}`, async () => {
      const { visit } = await world.open(`/login?to=${encodeURIComponent(to)}`, 'dana');
      assert.equal(visit.url.href, `${world.url}/approvals`);
    });
  }

  test('a fresh login asks for the person again, whatever the issuer remembers', async () => {
    const browser = new Browser();
    await world.open('/approvals', 'dana', browser);
    const before = browser.cookie('sluice-session');
    const again = await browser.get(`${world.url}/login?fresh=1&to=/approvals/${approval.id}`);
    assert.match(again.text, /Who are you\?/);
    const { visit } = await world.open(`/login?fresh=1&to=/approvals/${approval.id}`, 'dana', browser);
    assert.equal(visit.url.pathname, `/approvals/${approval.id}`);
    assert.notEqual(browser.cookie('sluice-session'), before);
    const replayed = await fetch(`${world.url}/api/v1/approvals`, { headers: { cookie: `sluice-session=${before}` } });
    assert.equal(replayed.status, 401);
  });

  test('a disabled person is told so on the page, and a bearer token still decides beside a cookie', async () => {
    const { browser } = await world.open('/approvals', 'omar');
    const cookie = `sluice-session=${browser.cookie('sluice-session')}`;
    const authorization = 'Bearer token-of-ada';
    const both = await fetch(`${world.url}/api/v1/principals/disable`, {
      method: 'POST',
      headers: { cookie, authorization, 'content-type': 'application/json' },
      body: '{"id":"demo/omar"}',
    });
    assert.equal(both.status, 200);
    const page = await browser.get(`${world.url}/approvals`);
    assert.deepEqual([page.status, /The principal is disabled/.test(page.text)], [403, true]);
    const broken = await fetch(`${world.url}/api/v1/approvals`, { headers: { cookie, authorization: 'Basic x' } });
    assert.equal(broken.status, 401);
    world.api.control.enable('demo/omar' as never, 'demo/ada' as never);
  });

  // The last of these: the clock runs ahead of the issuer's from here on.
  test('whoever logged in too long ago is offered to do so again, before anything is written', async () => {
    world.api.clock.at = Date.now() + 16 * 60_000;
    const { browser, visit } = await world.open(`/approvals/${approval.id}`, 'dana');
    assert.match(visit.text, /needs a login of the last 15 minutes/);
    assert.ok(!visit.text.includes('<textarea'));
    const again = /href="(\/login\?fresh=1&amp;to=[^"]+)"/.exec(visit.text)?.[1]?.replace('&amp;', '&') ?? '';
    assert.match((await browser.get(`${world.url}${again}`)).text, /Who are you\?/);
    const back = await world.open(again, 'dana', browser);
    assert.equal(back.visit.url.pathname, `/approvals/${approval.id}`);
  });
});

describe('the cookies', () => {
  test('are those of one host and of TLS, where people come over https', async () => {
    const api = testApi({ publicUrl: 'https://sluice.example', login: reachable });
    const begun = await api.send(null, { url: '/login', headers: { host: 'sluice.example' } });
    assert.equal(begun.statusCode, 303);
    assert.match(
      String(begun.headers['set-cookie']),
      /^__Host-sluice-attempt=[\w-]{43}; Max-Age=600; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    );
  });

  test('of plain http do not count where people come over https', async () => {
    const api = testApi({ publicUrl: 'https://sluice.example', login: reachable });
    const headers = { host: 'sluice.example', cookie: `sluice-session=${'a'.repeat(43)}` };
    assert.equal((await api.send(null, { url: '/api/v1/sessions', headers })).statusCode, 401);
  });
});

describe('without a login', () => {
  test('the pages say so, and the API too', async () => {
    const api = testApi();
    const page = await api.send(null, { url: '/approvals' });
    assert.deepEqual([page.statusCode, page.headers.location], [303, '/login?to=/approvals']);
    const login = await api.send(null, { url: '/login' });
    assert.deepEqual([login.statusCode, login.headers['content-type']], [404, 'text/html; charset=utf-8']);
    assert.equal((await api.send(null, { url: '/api/v1/login' })).json().error.code, 'not_found');
  });
});

const reachable = {
  client: { entry: 'people', issuer: 'https://login.example', clientId: 'sluice', scopes: ['openid'], isPublic: true },
  begin: async () => ({ ok: true, value: new URL('https://login.example/auth') }) as const,
  redeem: async () => ({ ok: true, value: 'token-of-dana' }) as const,
};
