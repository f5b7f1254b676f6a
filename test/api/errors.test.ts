import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, test } from 'node:test';
import type { InjectOptions } from 'fastify';
import { errorCodes } from '../../src/core/error-codes.ts';
import { liveSession } from './in-memory-control.ts';
import { testApi } from './test-api.ts';

const explainUrl = '/api/v1/policies/explain';
const explain = { principal: 'demo/nightly-etl', connection: 'clinic', sql: 'select 1' };
const json = { 'content-type': 'application/json' };
const canary = '123-45-6789';

const cases: readonly {
  readonly name: string;
  readonly as?: string | null;
  readonly request: InjectOptions & { readonly url: string };
  readonly code: keyof typeof errorCodes;
}[] = [
  { name: 'unknown path', request: { url: `/api/v1/nothing/${canary}` }, code: 'not_found' },
  { name: 'unknown path without a login', as: null, request: { url: '/nothing' }, code: 'not_found' },
  { name: 'unknown method', request: { method: 'DELETE', url: '/api/v1/sessions' }, code: 'not_found' },
  { name: 'broken percent encoding', request: { url: '/api/v1/principals/demo/%zz' }, code: 'invalid_request' },
  { name: 'unknown session', request: { url: `/api/v1/sessions/${liveSession.replace('1', '2')}` }, code: 'not_found' },
  { name: 'no session id', request: { url: '/api/v1/sessions/1' }, code: 'not_found' },
  { name: 'unknown principal', request: { url: '/api/v1/principals/demo/none' }, code: 'not_found' },
  {
    name: 'a token in the query string',
    as: null,
    request: { url: `/api/v1/sessions?access_token=token-of-ada` },
    code: 'token_required',
  },
  {
    name: 'a token in a cookie',
    as: null,
    request: { url: '/api/v1/sessions', headers: { cookie: 'token=token-of-ada' } },
    code: 'token_required',
  },
  {
    name: 'another scheme',
    as: null,
    request: { url: '/api/v1/sessions', headers: { authorization: 'Basic token-of-ada' } },
    code: 'token_required',
  },
  { name: 'a token that is refused', as: canary, request: { url: '/api/v1/sessions' }, code: 'token_refused' },
  { name: 'count of zero', request: { url: '/api/v1/ledger/tail?count=0' }, code: 'invalid_request' },
  { name: 'count too large', request: { url: '/api/v1/ledger/tail?count=1001' }, code: 'invalid_request' },
  { name: 'count no number', request: { url: `/api/v1/ledger/tail?count=${canary}` }, code: 'invalid_request' },
  { name: 'count twice', request: { url: '/api/v1/ledger/tail?count=1&count=2' }, code: 'invalid_request' },
  { name: 'unknown parameter', request: { url: '/api/v1/ledger/tail?limit=5' }, code: 'invalid_request' },
  {
    name: 'unknown field',
    request: { method: 'POST', url: explainUrl, payload: { ...explain, [canary]: 1 } },
    code: 'invalid_request',
  },
  {
    name: 'a part of the path that is too long',
    request: { url: `/api/v1/principals/demo/${'x'.repeat(513)}` },
    code: 'invalid_request',
  },
  {
    name: 'a field of another type',
    request: { method: 'POST', url: explainUrl, payload: { ...explain, sql: 5 } },
    code: 'invalid_request',
  },
  {
    name: 'a missing field',
    request: { method: 'POST', url: explainUrl, payload: { sql: canary } },
    code: 'invalid_request',
  },
  {
    name: 'an id without its issuer',
    request: { method: 'POST', url: '/api/v1/principals/disable', payload: { id: canary } },
    code: 'invalid_request',
  },
  {
    name: 'no body where one is needed',
    request: { method: 'POST', url: '/api/v1/principals/disable' },
    code: 'invalid_request',
  },
  {
    name: 'broken JSON',
    request: { method: 'POST', url: explainUrl, payload: `{"sql": ${canary}`, headers: json },
    code: 'invalid_request',
  },
  {
    name: 'a prototype in JSON',
    request: { method: 'POST', url: explainUrl, payload: '{"__proto__": {"a": 1}}', headers: json },
    code: 'invalid_request',
  },
  {
    name: 'another content type',
    request: { method: 'POST', url: explainUrl, payload: canary, headers: { 'content-type': 'text/plain' } },
    code: 'invalid_request',
  },
  {
    name: 'a body over the limit',
    request: { method: 'POST', url: explainUrl, payload: { ...explain, sql: 'x'.repeat(1024 * 1024) } },
    code: 'limit_exceeded',
  },
  {
    name: 'a connection name that cannot be one',
    request: { method: 'POST', url: explainUrl, payload: { ...explain, connection: canary } },
    code: 'connection_unknown',
  },
  {
    name: 'a denial of the gateway',
    request: { method: 'POST', url: explainUrl, payload: { ...explain, connection: 'other' } },
    code: 'connection_unknown',
  },
  {
    name: 'a gateway that cannot write',
    request: { method: 'POST', url: '/api/v1/principals/disable', payload: { id: 'full/disk' } },
    code: 'ledger_unavailable',
  },
];

describe('every refusal has one form', () => {
  for (const { name, as, request, code } of cases) {
    test(`${name}: ${code}`, async () => {
      const api = testApi();
      const response = await api.send(as === undefined ? 'ada' : as, request);
      const { error, ...rest } = response.json();
      assert.equal(error.code, code);
      assert.equal(response.statusCode, errorCodes[code].http);
      assert.deepEqual(rest, {});
      assert.deepEqual(Object.keys(error).sort(), ['code', 'faults', 'hint', 'message']);
      assert.match(error.message, /^[a-z"].*[^.]$/);
      assert.equal(response.headers['www-authenticate'], response.statusCode === 401 ? 'Bearer' : undefined);
      assert.ok(!response.body.includes(canary), 'the answer repeats what was sent');
      assert.ok(!api.log().includes(canary), 'the log repeats what was sent');
    });
  }

  test('a validation error says where', async () => {
    const api = testApi();
    const payload = { ...explain, sql: 5 };
    const response = await api.send('ada', { method: 'POST', url: explainUrl, payload });
    assert.match(response.json().error.message, /^body\.sql must be string$/);
  });

  test('a fault tells the caller nothing and the log only where', async () => {
    const api = testApi();
    api.control.broken = new Error(`value broke it:\n    at ${canary}`);
    const response = await api.send('ada', { url: '/api/v1/connections' });
    assert.equal(response.statusCode, 500);
    assert.deepEqual(Object.keys(response.json()), ['error']);
    assert.equal(response.json().error.code, 'internal');
    assert.ok(!response.body.includes('in-memory-control'), 'a stack left the gateway');
    assert.ok(!response.body.includes(canary));
    assert.ok(!api.log().includes(canary), 'the message of a fault is in the log');
    assert.match(api.log(), /"fault":\{"name":"Error","frames":\["at TestContext/);
  });

  test('bytes that are not HTTP are answered and never logged', async () => {
    const api = testApi();
    await api.app.listen({ port: 0, host: '127.0.0.1' });
    try {
      const socket = connect(Number(new URL(api.app.listeningOrigin).port), '127.0.0.1');
      socket.end(`GET / HTTP/9.9\r\nAuthorization: Bearer ${canary}\r\n\r\n`);
      const answer = await text(socket);
      assert.match(answer, /^HTTP\/1\.1 400 /);
      assert.match(answer, /\r\nx-content-type-options: nosniff\r\n/);
      assert.equal(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n') + 4)).error.code, 'invalid_request');
      assert.ok(!api.log().includes(canary));
    } finally {
      await api.app.close();
    }
  });

  test('headers over the limit are refused', async () => {
    const api = testApi();
    const address = await api.app.listen({ port: 0, host: '127.0.0.1' });
    try {
      const fits = await fetch(`${address}/api/v1/sessions`, {
        headers: { authorization: `Bearer ${'a'.repeat(65_536)}` },
      });
      assert.equal(fits.status, 401);
      const over = await fetch(`${address}/healthz`, { headers: { authorization: `Bearer ${'a'.repeat(82_000)}` } });
      assert.equal(over.status, 431);
    } finally {
      await api.app.close();
    }
  });
});
