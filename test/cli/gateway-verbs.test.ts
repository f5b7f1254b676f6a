import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { liveSession } from '../api/in-memory-control.ts';
import { type TestApi, testApi } from '../api/test-api.ts';
import { type Ran, RecordedVerbs, run } from './recorded-verbs.ts';

describe('verbs that ask a gateway', () => {
  let api: TestApi;
  const verbs = new RecordedVerbs();
  const sluice = (given: readonly string[], env = {}): Promise<Ran> => run(verbs, given, env);
  const ada = { SLUICE_TOKEN: 'token-of-ada' };

  before(async () => {
    api = testApi();
    verbs.url = await api.app.listen({ port: 0, host: '127.0.0.1' });
  });
  after(() => api.app.close());

  test('lists are arrays with --json', async () => {
    const sessions = await sluice(['sessions', 'list', '--json']);
    assert.deepEqual([sessions.code, sessions.err, JSON.parse(sessions.out)], [0, '', api.control.sessions()]);
    const principals = await sluice(['principals', 'list', '--json']);
    assert.deepEqual(JSON.parse(principals.out), api.control.principals());
  });

  test('streams are lines with --json', async () => {
    const tail = await sluice(['ledger', 'tail', '-n', '2', '--json']);
    const lines = tail.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(lines, await api.control.ledgerTail(2));
  });

  test('one thing is an object with --json', async () => {
    const session = await sluice(['sessions', 'show', liveSession, '--json']);
    assert.deepEqual(JSON.parse(session.out), api.control.session(liveSession));
    const principal = await sluice(['principals', 'show', 'demo/spiffe/ns/etl', '--json']);
    assert.equal(JSON.parse(principal.out).id, 'demo/spiffe/ns/etl');
    const explained = await sluice(['policy', 'explain', 'clinic', 'select 1', '--as', 'demo/nightly-etl', '--json']);
    assert.equal(JSON.parse(explained.out).decision, 'deny');
  });

  test('people read tables', async () => {
    const { out } = await sluice(['principals', 'list']);
    assert.match(out, /^id +\| kind +\| state +\| groups +\| owner \| purpose \| live \| last seen\n-+\+-/);
    assert.match(out, /^demo\/nightly-etl +\| workload \| enabled +\| pipelines +\| - +\| - +\| +0 \| -$/m);
    const session = await sluice(['sessions', 'show', liveSession]);
    assert.match(session.out, /^rows +9007199254740993$/m);
    assert.match(session.out, /^origin platform +github$/m);
    assert.ok(!session.out.includes('unknown'));
    const explained = await sluice([
      'policy',
      'explain',
      'clinic',
      'select 1',
      '--as',
      'demo/nightly-etl',
      '--group',
      'a',
      'b',
    ]);
    assert.match(explained.out, /^because +denied by policy "no-bulk-phi-read": bulk$/m);
    assert.match(explained.out, /^hint +add a WHERE or a LIMIT$/m);
    assert.deepEqual(api.control.questions.at(-1)?.groups, ['a', 'b']);
    assert.match((await sluice(['sessions', 'list'])).out, new RegExp(`^${liveSession} \\| open`, 'm'));
    assert.match(
      (await sluice(['ledger', 'tail'])).out,
      /^ +0 \| 2026-11-21T22:47:27\.000123Z \| policy\.loaded \| policies clinical-read; digest d1$/m,
    );
  });

  test('the default token reads, and the refusal of a change says which to use', async () => {
    const refused = await sluice(['principals', 'disable', 'demo/nightly-etl']);
    assert.equal(refused.code, 1);
    assert.equal(refused.out, '');
    assert.match(refused.err, /^sluice: demo\/omar does not hold a role that may do this\nHINT: /);
    assert.match(
      refused.err,
      /SLUICE_TOKEN=\$\(npx sluice token ada\) npx sluice principals disable demo\/nightly-etl\n$/,
    );
    assert.deepEqual(api.control.calls, []);
    const own = await sluice(['principals', 'disable', 'demo/nightly-etl'], { SLUICE_TOKEN: 'token-of-omar' });
    assert.match(own.err, /HINT: needed: admin/);
  });

  test('an admin disables, enables, terminates and reloads', async () => {
    const disabled = await sluice(['principals', 'disable', 'demo/nightly-etl'], ada);
    assert.deepEqual(disabled, {
      code: 0,
      out: 'demo/nightly-etl is disabled; live sessions that end now: 1\n',
      err: '',
    });
    assert.equal(
      (await sluice(['principals', 'enable', 'demo/nightly-etl'], ada)).out,
      'demo/nightly-etl is enabled\n',
    );
    assert.equal((await sluice(['sessions', 'terminate', liveSession], ada)).out, `${liveSession} is terminated\n`);
    assert.deepEqual(await sluice(['reload'], ada), { code: 0, out: '', err: 'reloaded\n' });
    assert.deepEqual(
      api.control.calls.map((call) => call.split(' ')[0]),
      ['disable', 'enable', 'terminate', 'reload'],
    );
  });

  test('reload prints every fault', async () => {
    api.control.reloadFaults = ['a.yaml:3: unknown key', 'a.yaml:9: no number'];
    const { code, err } = await sluice(['reload'], ada);
    api.control.reloadFaults = [];
    assert.equal(code, 1);
    assert.match(err, /2 faults; nothing was changed\n {2}a\.yaml:3: unknown key\n {2}a\.yaml:9: no number\nHINT: /);
  });

  const failures: readonly (readonly [string, readonly string[], Record<string, string>, 1 | 2, RegExp])[] = [
    ['not found', ['sessions', 'show', 'ses_1'], {}, 1, /^sluice: there is no session of this id\nHINT: /],
    ['wrong token', ['sessions', 'list'], { SLUICE_TOKEN: 'x' }, 1, /^sluice: the token is not of an accepted issuer/],
    [
      'a request that cannot be',
      ['policy', 'explain', 'clinic', 'select 1', '--as', `${'x'.repeat(600)}/y`],
      {},
      2,
      /^sluice: body\.principal/,
    ],
    ['nothing there', ['sessions', 'list'], { SLUICE_URL: 'http://127.0.0.1:1', ...ada }, 1, /no gateway answers at/],
    ['another gateway', ['sessions', 'list'], { SLUICE_URL: 'https://sluice.example' }, 1, /SLUICE_TOKEN is not set/],
    ['no URL', ['sessions', 'list'], { SLUICE_URL: 'clinic' }, 2, /SLUICE_URL is not an http or https URL/],
    ['a file', ['sessions', 'list'], { SLUICE_URL: 'file:///etc' }, 2, /SLUICE_URL is not an http or https URL/],
    ['plain http', ['sessions', 'list'], { SLUICE_URL: 'http://sluice.example', ...ada }, 2, /token unencrypted/],
    [
      'a password',
      ['sessions', 'list'],
      { SLUICE_URL: 'https://a:b@sluice.example', ...ada },
      2,
      /a user or a password/,
    ],
    ['no token for SQL', ['sql', 'clinic', 'select 1'], {}, 2, /nobody is named to run it as\nHINT: add --as/],
    ['nobody of that name', ['sql', 'clinic', 'select 1', '--as', 'mallory'], {}, 1, /nobody is called mallory/],
    [
      'no such connection',
      ['sql', 'other', 'select 1', '--as', 'omar'],
      {},
      1,
      /^sluice: no connection has this name\nHINT: ask the operator/,
    ],
  ];
  for (const [name, given, env, code, message] of failures) {
    test(`${name} is a sentence and exit code ${code}`, async () => {
      const ran = await sluice(given, env);
      assert.equal(ran.code, code);
      assert.equal(ran.out, '');
      assert.match(ran.err, message);
      assert.ok(!ran.err.includes('token-of'), 'a token was printed');
    });
  }

  test('a workload finds its connection with its own token, and needs no role for it', async () => {
    api.control.listeners = [{ name: 'pg', address: '127.0.0.1:1', auth: 'token', tls: true }];
    for (const [given, env] of [
      [['sql', 'clinic', 'select 1'], { SLUICE_TOKEN: 'token-of-nightly-etl' }],
      [['sql', 'clinic', 'select 1', '--as', 'nightly-etl'], { SLUICE_TOKEN: 'token-of-nobody-at-all' }],
    ] as const) {
      const ran = await sluice(given, env);
      assert.equal(ran.code, 1);
      assert.match(ran.err, /^sluice: the session with 127\.0\.0\.1:1 failed: /);
    }
  });

  test('SQL is not sent where the token would travel unencrypted', async () => {
    api.control.listeners = [{ name: 'pg', address: '192.0.2.1:15432', auth: 'token', tls: false }];
    const { code, err } = await sluice(['sql', 'clinic', 'select 1', '--as', 'omar']);
    assert.deepEqual([code, err], [1, 'sluice: the listener would take the token unencrypted\nHINT: set tls on it\n']);
    api.control.listeners = [{ name: 'pg', address: '127.0.0.1:15433', auth: 'scram', tls: true }];
    assert.match(
      (await sluice(['sql', 'clinic', 'select 1', '--as', 'omar'])).err,
      /no PostgreSQL listener that takes a token/,
    );
  });
});

describe('a gateway that is not one', () => {
  let server: Server;
  let url = '';
  const seen: string[] = [];
  before(async () => {
    server = createServer((request, response) => {
      seen.push(request.url ?? '');
      if (request.url?.endsWith('/sessions') === true) response.writeHead(302, { location: '/stolen' }).end();
      else response.writeHead(502).end('<html>bad gateway</html>');
    });
    const { promise, resolve } = Promise.withResolvers<void>();
    server.listen(0, '127.0.0.1', resolve);
    await promise;
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  });
  after(() => server.close());

  test('an answer of something else is said to be that', async () => {
    const ran = await run(new RecordedVerbs(), ['principals', 'list'], {
      SLUICE_URL: url,
      SLUICE_TOKEN: 'secret-token',
    });
    assert.equal(ran.code, 1);
    assert.match(ran.err, /^sluice: the answer is not one of Sluice \(HTTP 502\)/);
  });

  test('a token does not follow a redirect', async () => {
    const ran = await run(new RecordedVerbs(), ['sessions', 'list'], { SLUICE_URL: url, SLUICE_TOKEN: 'secret-token' });
    assert.equal(ran.code, 1);
    assert.ok(seen.includes('/api/v1/sessions'));
    assert.ok(!seen.includes('/stolen'));
  });
});
