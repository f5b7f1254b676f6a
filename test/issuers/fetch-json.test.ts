import assert from 'node:assert/strict';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { Agent } from 'undici';
import { deferred } from '../../src/base/deferred.ts';
import { fetchJson } from '../../src/issuers/fetch-json.ts';
import { issueServer, makeAuthority } from '../../src/net/certificates.ts';
import { json, LoopbackIssuer } from './loopback-issuer.ts';

const limits = { timeoutMs: 5000, maximumBytes: 64 };

test('reads a document up to its limit and not beyond', async () => {
  await using issuer = await LoopbackIssuer.start();
  issuer.answers.set('/fits', json({ a: 'x'.repeat(56) }));
  issuer.answers.set('/beyond', json({ a: 'x'.repeat(57) }));
  await using agent = disposable();
  assert.deepEqual(await fetchJson(new URL(`${issuer.url}/fits`), limits, agent.agent), {
    ok: true,
    value: { a: 'x'.repeat(56) },
  });
  assert.deepEqual(await fetchJson(new URL(`${issuer.url}/beyond`), limits, agent.agent), {
    ok: false,
    error: 'it sent more than 64 bytes',
  });
});

test('says nothing that the other side sent', async () => {
  await using issuer = await LoopbackIssuer.start();
  issuer.answers.set('/', (_, response) => response.end('canary-4711'));
  await using agent = disposable();
  assert.deepEqual(await fetchJson(new URL(issuer.url), limits, agent.agent), {
    ok: false,
    error: 'it sent something that is not JSON',
  });
});

test('an agent that was closed is a fault, not an exception', async () => {
  const { agent } = disposable();
  await agent.destroy();
  assert.deepEqual(await fetchJson(new URL('http://127.0.0.1:9'), limits, agent), {
    ok: false,
    error: 'the request failed',
  });
});

test('a certificate that nobody vouches for is a fault', async () => {
  const authority = await makeAuthority(new Date());
  const server = createServer(await issueServer(authority, ['127.0.0.1'], new Date()), (_, response) =>
    response.end('{}'),
  );
  const listening = deferred<void>();
  server.listen(0, '127.0.0.1', listening.resolve);
  await listening.promise;
  const url = new URL(`https://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const trusting = new Agent({ connect: { ca: authority.cert } });
  const { agent } = disposable();
  try {
    assert.deepEqual(await fetchJson(url, limits, trusting), { ok: true, value: {} });
    assert.deepEqual(await fetchJson(url, limits, agent), { ok: false, error: 'its certificate is not trusted' });
    url.hostname = 'localhost';
    assert.deepEqual(await fetchJson(url, limits, trusting), { ok: false, error: 'its certificate is not trusted' });
  } finally {
    await Promise.all([trusting.destroy(), agent.destroy()]);
    server.closeAllConnections();
    server.close();
  }
});

function disposable(): AsyncDisposable & { readonly agent: Agent } {
  const agent = new Agent();
  return { agent, [Symbol.asyncDispose]: () => agent.destroy() };
}
