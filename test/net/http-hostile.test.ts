import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { forward, HttpJudge, maskOf, startHttpGateway, startService } from './http-loopback.ts';
import type { Peer } from './loopback.ts';

// Clients that do not read, that send ahead, and that send what cannot be read behind it.

const head = 'Host: sluice\r\nAuthorization: Bearer good\r\n';
const long = JSON.stringify({ a: 'x'.repeat(7_000_000) });
const limits = { bodyBytes: 8_000_000 };

/** Everything that comes, as it comes. */
function gathered({ socket }: Peer): { text: string } {
  const seen = { text: '' };
  socket.on('data', (chunk: Buffer) => {
    seen.text += chunk.toString('latin1');
  });
  return seen;
}

test('http: who does not read an answer gets no other one carried out ahead of it', async (t) => {
  const service = await startService(t, (request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(request.method === 'GET' ? long : '{"b":1}');
  });
  const judge = new HttpJudge(service.target, () => forward(maskOf({ '$.ssn': 'ssn' })));
  const gateway = await startHttpGateway(t, judge, limits);
  const client = await gateway.raw();
  const seen = gathered(client);
  client.socket.pause();
  client.send(`GET /long HTTP/1.1\r\n${head}\r\n${`DELETE /a HTTP/1.1\r\n${head}\r\n`.repeat(16)}`);
  while (judge.facts.length === 0) await setImmediate();
  // Another client is served meanwhile, which takes longer than a request that is not held back.
  const other = await gateway.raw();
  other.send(`GET /other HTTP/1.1\r\n${head}Connection: close\r\n\r\n`);
  await other.rest();
  assert.deepEqual(service.asked, ['GET /base/long', 'GET /base/other']);
  client.socket.resume();
  while (seen.text.split('{"b":1}').length <= 16) await once(client.socket, 'data');
  assert.equal(service.asked.length, 18);
});

test('http: what cannot be read does not become the answer to a request that was carried out', async (t) => {
  const service = await startService(t, (request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(request.method === 'GET' ? long : '{"b":1}');
  });
  const judge = new HttpJudge(service.target, () => forward(maskOf({ '$.ssn': 'ssn' })));
  const gateway = await startHttpGateway(t, judge, limits);
  const client = await gateway.raw();
  const seen = gathered(client);
  client.socket.pause();
  client.send(`GET /long HTTP/1.1\r\n${head}\r\nDELETE /a HTTP/1.1\r\n${head}\r\n`);
  while (judge.facts.length === 0) await setImmediate();
  const other = await gateway.raw();
  other.send(`GET /other HTTP/1.1\r\n${head}Connection: close\r\n\r\n`);
  await other.rest();
  client.send('garbage\r\n\r\n');
  client.socket.resume();
  await client.closed;
  const carriedOut = service.asked.includes('DELETE /base/a');
  assert.equal(seen.text.includes('{"b":1}'), carriedOut);
});

for (const [name, mask] of [
  ['passed on', null],
  ['masked', maskOf({ '$.ssn': 'ssn' })],
] as const) {
  test(`http: a client that stops reading an answer that is ${name} is not waited for without end`, async (t) => {
    const service = await startService(t, (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(long);
    });
    const judge = new HttpJudge(service.target, () => forward(mask));
    const gateway = await startHttpGateway(t, judge, { ...limits, idleMs: 300 });
    const client = await gateway.raw();
    client.socket.pause();
    client.send(`GET /long HTTP/1.1\r\n${head}\r\n`);
    await judge.closed.next();
    while (gateway.listener.sessions > 0) await setImmediate();
    assert.equal(judge.facts.length, 1);
    assert.deepEqual(gateway.bugs, []);
  });
}

test('http: a request that waits longer than an idle client may is not cut off', async (t) => {
  const service = await startService(t, (_request, response) => response.end('{}'));
  const judge = new HttpJudge(service.target, () => 'later');
  const gateway = await startHttpGateway(t, judge, { idleMs: 50 });
  const client = await gateway.raw();
  client.send(`GET /a HTTP/1.1\r\n${head}Connection: close\r\n\r\n`);
  const give = await judge.pending.next();
  const clock = setTimeout(() => give(forward(null)), 300);
  t.after(() => clearTimeout(clock));
  assert.match(await client.rest(), /^HTTP\/1\.1 200 /);
});

test('http: headers of an answer that is passed on keep their bytes', async (t) => {
  const named = Buffer.from('x-name: Zoë 日本\r\n');
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => {
      socket.write('HTTP/1.1 200 900-11-2222\r\nContent-Length: 2\r\n');
      socket.write(named);
      socket.write(Buffer.from('x-old: caf\xe9\r\n\r\n{}', 'latin1'));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const judge = new HttpJudge({ scheme: 'http', host: '127.0.0.1', port, base: '', ca: null });
  const gateway = await startHttpGateway(t, judge);
  const client = await gateway.raw();
  client.send(`GET /a HTTP/1.1\r\n${head}Connection: close\r\n\r\n`);
  const answer = await client.rest();
  assert.ok(answer.includes(named.toString('latin1')), JSON.stringify(answer));
  assert.ok(answer.includes('x-old: caf\xe9\r\n'), JSON.stringify(answer));
  assert.match(answer, /^HTTP\/1\.1 200 OK\r\n/);
});

for (const cut of [1, 5, 11]) {
  test(`http: an answer that repeats the credential of Sluice is cut off, wherever it is cut (${cut})`, async (t) => {
    const service = await startService(t, (request, response) => {
      const key = String(request.headers['x-service-key']);
      response.write(`before ${key.slice(0, cut)}`);
      setTimeout(() => response.end(`${key.slice(cut)} behind`), 50);
    });
    const judge = new HttpJudge(service.target);
    const gateway = await startHttpGateway(t, judge);
    const client = await gateway.raw();
    client.send(`GET /a HTTP/1.1\r\n${head}\r\n`);
    const text = await client.rest();
    assert.equal(await judge.closed.next(), 'denied');
    assert.ok(!text.includes('Key upstream') && !text.includes('behind') && !text.endsWith('0\r\n\r\n'), text);
    const [fact] = judge.facts;
    assert.ok(fact?.kind === 'answered' && fact.outcome.result === 'unfinished');
  });
}

test('http: a header that repeats the credential of Sluice withholds the answer', async (t) => {
  const service = await startService(t, (request, response) => {
    response.setHeader('x-seen', `k=${String(request.headers['x-service-key'])}`).end('{}');
  });
  const gateway = await startHttpGateway(t, new HttpJudge(service.target));
  const answer = await fetch(`${gateway.url}/a`, { headers: { authorization: 'Bearer good' } });
  assert.deepEqual([answer.status, answer.headers.get('x-seen')], [502, null]);
  assert.match(await answer.text(), /repeats the credential/);
});

test('http: an answer whose end could be the beginning of a credential is whole', async (t) => {
  const service = await startService(t, (_request, response) => response.end('all of it, up to Key upstrea'));
  const gateway = await startHttpGateway(t, new HttpJudge(service.target));
  const answer = await fetch(`${gateway.url}/a`, { headers: { authorization: 'Bearer good' } });
  assert.equal(await answer.text(), 'all of it, up to Key upstrea');
});

for (const [name, bytes] of [
  ['sends nothing', ''],
  ['sends half a head', 'GET /a HTTP/1.1\r\nHost: slu'],
  ['sends half a head behind an answer', `GET /a HTTP/1.1\r\n${head}\r\nGET /b HTTP/1.1\r\nHost: slu`],
] as const) {
  test(`http: a client that ${name} does not keep its place`, { timeout: 10_000 }, async (t) => {
    const service = await startService(t, (_request, response) => response.end('{}'));
    const gateway = await startHttpGateway(t, new HttpJudge(service.target), { handshakeMs: 300 });
    const client = await gateway.raw();
    client.send(bytes);
    await client.closed;
    while (gateway.listener.sessions > 0) await setImmediate();
    assert.deepEqual(gateway.bugs, []);
  });
}
