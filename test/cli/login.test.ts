import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { err, ok } from '../../src/base/result.ts';
import { TokenStore } from '../../src/cli/token-store.ts';
import { noWay, type TestApi, testApi } from '../api/test-api.ts';
import { RecordedVerbs, run } from './recorded-verbs.ts';

const later = '2099-01-01T00:00:00.000Z';

describe('sluice login', () => {
  let home: string;
  let api: TestApi;
  const verbs = new RecordedVerbs();
  const sluice = (given: readonly string[], env = {}) => run(verbs, given, { XDG_CONFIG_HOME: home, ...env });
  const file = () => join(home, 'sluice', 'tokens.json');

  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'sluice-config-'));
    api = testApi({ login: noWay });
    verbs.url = await api.app.listen({ port: 0, host: '127.0.0.1' });
    // Of a shape that the command line can read, and that the gateway knows.
    const claims = Buffer.from(JSON.stringify({ name: 'Dana', exp: Date.parse(later) / 1000 })).toString('base64url');
    verbs.loggedIn = ok(`e30.${claims}.x`);
    const authenticate = api.control.authenticate.bind(api.control);
    api.control.authenticate = (token) => authenticate(token === `e30.${claims}.x` ? 'token-of-dana' : token);
  });
  afterEach(() => rmSync(join(home, 'sluice'), { recursive: true, force: true }));
  after(async () => {
    await api.app.close();
    rmSync(home, { recursive: true });
  });

  test('asks the gateway how, says where to go, and keeps the token for oneself', async () => {
    const before = await sluice(['approvals', 'approve', 'apr_1', '--reason', 'agreed']);
    assert.match(before.err, /demo\/omar does not hold a role/);
    const { code, out, err } = await sluice(['login']);
    assert.deepEqual([code, out], [0, '']);
    assert.match(err, /^Open this address and log in:\n\n {2}https:\/\/login\.example\/auth\?state=s\n\n/);
    assert.match(err, new RegExp(`^Dana is logged in at ${verbs.url} until ${later}$`, 'm'));
    assert.deepEqual(verbs.calls.at(-1), [
      'login',
      { issuer: 'https://login.example', clientId: 'sluice', scopes: ['openid'], loopback: true, browser: false },
    ]);
    assert.equal(statSync(file()).mode & 0o777, 0o600);
    assert.equal(statSync(join(home, 'sluice')).mode & 0o777, 0o700);
    const decided = await sluice(['approvals', 'approve', 'apr_1', '--reason', 'agreed']);
    assert.match(decided.err, /there is no request of this id/);
    const explicit = await sluice(['approvals', 'approve', 'apr_1', '--reason', 'x'], { SLUICE_TOKEN: 'token-of-ada' });
    assert.match(explicit.err, /demo\/ada does not hold a role/);
  });

  test('a token is for the gateway that it was got for', async () => {
    await sluice(['login', '--browser']);
    assert.deepEqual((verbs.calls.at(-1) as [string, { browser: boolean }])[1].browser, true);
    const other = await sluice(['sessions', 'list'], { SLUICE_URL: 'https://sluice.example' });
    assert.match(other.err, /SLUICE_TOKEN is not set\nHINT: log in with "sluice login"/);
  });

  test('says when it expired, and logout forgets it', async () => {
    new TokenStore({ XDG_CONFIG_HOME: home }).keep(verbs.url, { token: 'x', expiresAt: '2020-01-01T00:00:00.000Z' });
    const { code, err } = await sluice(['sessions', 'list']);
    assert.deepEqual(
      [code, err],
      [
        1,
        'sluice: your login expired at 2020-01-01T00:00:00.000Z\nHINT: log in again with "sluice login", or forget it with "sluice logout"\n',
      ],
    );
    assert.equal((await sluice(['logout'])).err, `logged out at ${verbs.url}\n`);
    assert.equal((await sluice(['sessions', 'list'])).code, 0);
    assert.equal((await sluice(['logout'])).err, `nobody was logged in at ${verbs.url}\n`);
  });

  test('a token that the gateway does not take replaces none', async () => {
    await sluice(['login']);
    const kept = readFileSync(file(), 'utf8');
    const good = verbs.loggedIn;
    verbs.loggedIn = ok('e30.e30.x');
    const refused = await sluice(['login']);
    verbs.loggedIn = err({ message: 'nobody logged in within 5 minutes', hint: 'start again' });
    const late = await sluice(['login']);
    verbs.loggedIn = good;
    assert.match(refused.err, /sluice: the token is not of an accepted issuer$/m);
    assert.match(late.err, /sluice: nobody logged in within 5 minutes\nHINT: start again$/m);
    assert.deepEqual([refused.code, late.code, readFileSync(file(), 'utf8')], [1, 1, kept]);
  });

  test('what cannot be read counts as none, what cannot be written is a sentence', async () => {
    mkdirSync(join(home, 'sluice'));
    for (const text of ['{', '[]', 'null', `{"${verbs.url}":{"token":5}}`]) {
      writeFileSync(file(), text);
      assert.equal((await sluice(['sessions', 'list'])).code, 0, text);
    }
    const nowhere = await run(verbs, ['login'], {});
    assert.match(nowhere.err, /^sluice: there is no folder to keep a token in\n/);
    writeFileSync(join(home, 'plain'), '');
    const blocked = await sluice(['login'], { XDG_CONFIG_HOME: join(home, 'plain') });
    assert.deepEqual([blocked.code, /tokens\.json cannot be written/.test(blocked.err)], [1, true]);
  });

  test('a gateway without a login, and one whose client has a secret', async () => {
    const cases = [
      [testApi(), /nobody logs in with a browser here/],
      [testApi({ login: { ...noWay, client: { ...noWay.client, isPublic: false } } }), /a client with a secret/],
    ] as const;
    for (const [other, said] of cases) {
      const env = { SLUICE_URL: await other.app.listen({ port: 0, host: '127.0.0.1' }) };
      const refused = await sluice(['login'], env);
      await other.app.close();
      assert.deepEqual([refused.code, said.test(refused.err)], [1, true], refused.err);
    }
  });
});
