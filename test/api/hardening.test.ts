import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { burst, requestsPerSecond } from '../../src/api/rate-limit.ts';
import { responseHeaders } from '../../src/api/response-headers.ts';
import { testApi } from './test-api.ts';

describe('hardening', () => {
  const answers: readonly (readonly [string, string | null, string, number])[] = [
    ['a good answer', 'ada', '/api/v1/sessions', 200],
    ['a public one', null, '/healthz', 200],
    ['text', null, '/metrics', 200],
    ['no token', null, '/api/v1/sessions', 401],
    ['no right', 'nobody', '/api/v1/sessions', 403],
    ['no such path', null, '/nothing', 404],
    ['a path that cannot be read', null, '/%zz', 400],
  ];
  for (const [name, as, url, status] of answers) {
    test(`${name} carries the headers`, async () => {
      const response = await testApi().send(as, { url });
      assert.equal(response.statusCode, status);
      for (const [header, value] of Object.entries(responseHeaders))
        assert.equal(response.headers[header], value, header);
      assert.equal(response.headers['access-control-allow-origin'], undefined);
      assert.equal(response.headers.server, undefined);
      assert.equal(response.headers['set-cookie'], undefined);
    });
  }

  test('the headers say what they must', () => {
    assert.equal(responseHeaders['x-content-type-options'], 'nosniff');
    assert.equal(responseHeaders['cache-control'], 'no-store');
    assert.match(responseHeaders['content-security-policy'] ?? '', /^default-src 'none';/);
  });

  const bound = { address: '10.1.2.3:8400', publicUrl: 'https://Sluice.Example:8443/console' };
  const hosts: readonly (readonly [string, object, boolean])[] = [
    ['127.0.0.1:8400', {}, true],
    ['127.0.0.1', {}, true],
    ['localhost:8400', {}, true],
    ['LOCALHOST:1', {}, true],
    ['[::1]:8400', {}, true],
    ['rebound.example', {}, false],
    ['127.0.0.1.rebound.example', {}, false],
    ['localhost.rebound.example:8400', {}, false],
    ['127.0.0.1@rebound.example', {}, false],
    [':8400', {}, false],
    ['10.1.2.3:8400', {}, false],
    ['10.1.2.3:8400', bound, true],
    ['sluice.example', bound, true],
    ['sluice.example:8443', bound, true],
    ['other.example', bound, false],
    ['192.168.7.7:8400', bound, false],
    ['192.168.7.7:8400', { address: '0.0.0.0:8400' }, true],
    ['[fe80::1]:8400', { address: '[::]:8400' }, true],
    ['rebound.example', { address: '0.0.0.0:8400' }, false],
    ['0.0.0.0:8400', { address: '127.0.0.1:8400' }, false],
  ];
  for (const [host, known, allowed] of hosts) {
    test(`Host ${host} of ${JSON.stringify(known)} is ${allowed ? 'taken' : 'refused'}`, async () => {
      const response = await testApi(known).send('ada', { url: '/api/v1/sessions', headers: { host } });
      assert.equal(response.statusCode, allowed ? 200 : 403);
      if (!allowed) assert.equal(response.json().error.message, 'the Host header is not a name of this gateway');
    });
  }

  test('an address that asks too often is told to wait, and may come back', async () => {
    const api = testApi();
    for (let request = 0; request < burst; request += 1) {
      assert.equal((await api.send(null, { url: '/healthz' })).statusCode, 200);
    }
    const refused = await api.send('ada', { url: '/api/v1/sessions' });
    assert.equal(refused.statusCode, 429);
    assert.equal(refused.json().error.code, 'rate_limited');
    assert.equal(refused.headers['retry-after'], '1');
    const other = await api.send('ada', { url: '/api/v1/sessions', remoteAddress: '10.0.0.9' });
    assert.equal(other.statusCode, 200);
    api.clock.at += 1000;
    for (let request = 0; request < requestsPerSecond; request += 1) {
      assert.equal((await api.send(null, { url: '/healthz' })).statusCode, 200);
    }
    assert.equal((await api.send(null, { url: '/healthz' })).statusCode, 429);
  });

  test('a forwarded address is not believed', async () => {
    const api = testApi();
    for (let request = 0; request <= burst; request += 1) {
      await api.send(null, { url: '/healthz', headers: { 'x-forwarded-for': `10.0.0.${request}` } });
    }
    assert.equal(
      (await api.send(null, { url: '/healthz', headers: { 'x-forwarded-for': '10.9.9.9' } })).statusCode,
      429,
    );
  });

  test('the log has method, route, status and time, and nothing that was sent', async () => {
    const api = testApi();
    const canary = '123-45-6789';
    const url = '/api/v1/policies/explain';
    const payload = { principal: `demo/${canary}`, connection: 'clinic', sql: `select '${canary}'` };
    await api.send('ada', { method: 'POST', url, payload, headers: { cookie: canary, 'user-agent': canary } });
    await api.send('ada', { url: `/api/v1/principals/demo/${canary}?a=${canary}` });
    await api.send(canary, { url: '/api/v1/sessions' });
    const lines = api
      .log()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(
      lines.map(({ method, route, status }) => [method, route, status]),
      [
        ['POST', url, 200],
        ['GET', '/api/v1/principals/:issuer/:key', 404],
        ['GET', '/api/v1/sessions', 401],
      ],
    );
    for (const line of lines) assert.equal(typeof line.ms, 'number');
    assert.ok(!api.log().includes(canary));
    assert.ok(!api.log().includes('token-of'), 'a token is in the log');
  });

  test('what is handed to the log by mistake is redacted', () => {
    const api = testApi();
    const headers = { authorization: 'Bearer token-of-ada' };
    api.app.log.info(
      {
        headers,
        req: { headers, url: '/token-of-ada' },
        body: 'token-of-ada',
        err: new Error('token-of-ada'),
      },
      'by mistake',
    );
    assert.ok(!api.log().includes('token-of-ada'), api.log());
    assert.match(api.log(), /"name":"Error"/);
  });
});
