import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { Arrivals } from './arrivals.ts';
import { forward, HttpJudge, maskOf, startHttpGateway, startService } from './http-loopback.ts';

const head = 'Host: sluice\r\nAuthorization: Bearer good\r\n\r\n';
const auth = { authorization: 'Bearer good' };

test('http: requests sent ahead run one after the other and are answered in order', async (t) => {
  const running = new Arrivals<ServerResponse>();
  const service = await startService(t, (_request, response) => running.add(response));
  const judge = new HttpJudge(service.target);
  const gateway = await startHttpGateway(t, judge);
  const client = await gateway.raw();
  client.send(`GET /1 HTTP/1.1\r\n${head}GET /2 HTTP/1.1\r\n${head}`);
  const first = await running.next();
  assert.deepEqual(service.asked, ['GET /base/1']);
  first.end('one\n');
  const second = await running.next();
  second.end('two\n');
  let text = '';
  while (!text.endsWith('two\n')) text += `${await client.line()}\n`;
  assert.ok(text.indexOf('one') < text.indexOf('two'));
  assert.deepEqual(judge.asked, ['admission', 'GET /1', 'GET /2']);
});

test('http: a client that runs far ahead is stopped', async (t) => {
  const service = await startService(t, (_request, response) => response.writeHead(200).flushHeaders());
  const judge = new HttpJudge(service.target, () => 'later');
  const gateway = await startHttpGateway(t, judge);
  const client = await gateway.raw();
  client.send(`GET /a HTTP/1.1\r\n${head}`.repeat(20));
  assert.match(await client.rest(), /^HTTP\/1.1 413 .*limit_exceeded/s);
  assert.deepEqual(service.asked, []);
  assert.equal(await judge.closed.next(), 'denied');
});

test('http: a client that hangs up while it waits withdraws, and nothing runs', async (t) => {
  const service = await startService(t, (_request, response) => response.end());
  const judge = new HttpJudge(service.target, () => 'later');
  const gateway = await startHttpGateway(t, judge);
  const client = await gateway.raw();
  client.send(`GET /a HTTP/1.1\r\n${head}`);
  const give = await judge.pending.next();
  client.socket.destroy();
  assert.equal(await judge.closed.next(), 'client-lost');
  assert.equal(judge.withdrawn.length, 1);
  give(forward(null));
  assert.deepEqual(service.asked, []);
  assert.deepEqual(gateway.bugs, []);
});

test('http: a client whose connection is reset is lost, and broke no rule', async (t) => {
  const service = await startService(t, (_request, response) => response.end());
  const judge = new HttpJudge(service.target, () => 'later');
  const gateway = await startHttpGateway(t, judge);
  const client = await gateway.raw();
  client.send(`GET /a HTTP/1.1\r\n${head}`);
  await judge.pending.next();
  client.socket.resetAndDestroy();
  assert.equal(await judge.closed.next(), 'client-lost');
});

test('http: a client that hangs up ends the request at the target', async (t) => {
  const running = new Arrivals<ServerResponse>();
  const service = await startService(t, (_request, response) => running.add(response));
  const judge = new HttpJudge(service.target);
  const gateway = await startHttpGateway(t, judge);
  const client = await gateway.raw();
  client.send(`GET /a HTTP/1.1\r\n${head}`);
  const response = await running.next();
  client.socket.destroy();
  await once(response, 'close');
  assert.equal(await judge.closed.next(), 'client-lost');
});

test('http: a target that goes in the middle of a body is not taken for whole', async (t) => {
  const service = await startService(t, (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write('{"ssn":"900-11-');
    setImmediate(() => response.destroy());
  });
  const passing = await startHttpGateway(t, new HttpJudge(service.target));
  const answer = await fetch(`${passing.url}/a`, { headers: auth });
  await assert.rejects(answer.text());
  const masking = await startHttpGateway(t, new HttpJudge(service.target, () => forward(maskOf({ '$.ssn': 'ssn' }))));
  const withheld = await fetch(`${masking.url}/a`, { headers: auth });
  assert.equal(withheld.status, 502);
  assert.doesNotMatch(await withheld.text(), /900/);
});

test('http: a target that cannot be reached is told by a phrase', async (t) => {
  const service = await startService(t, (_request, response) => response.end());
  const judge = new HttpJudge({ ...service.target, port: 1 });
  const { url } = await startHttpGateway(t, judge);
  const answer = await fetch(`${url}/a`, { headers: auth });
  assert.equal(answer.status, 502);
  const problem = (await answer.json()) as { readonly code: string; readonly title: string };
  assert.deepEqual(
    [problem.code, problem.title],
    ['target_unreachable', 'sluice: the target cannot be reached: connection refused'],
  );
});

test('http: a target without a certificate that can be trusted is not spoken to', async (t) => {
  const service = await startService(t, (_request, response) => response.end());
  const judge = new HttpJudge({ ...service.target, scheme: 'https' });
  const { url } = await startHttpGateway(t, judge);
  const answer = await fetch(`${url}/a`, { headers: auth });
  assert.equal(answer.status, 502);
  assert.deepEqual(service.asked, []);
});

test('http: redirects are not followed', async (t) => {
  const service = await startService(t, (_request, response) => response.writeHead(307, { location: '/other' }).end());
  const { url } = await startHttpGateway(t, new HttpJudge(service.target));
  const answer = await fetch(`${url}/a`, { headers: auth, redirect: 'manual' });
  assert.deepEqual([answer.status, answer.headers.get('location')], [307, '/other']);
  assert.deepEqual(service.asked, ['GET /base/a']);
});

test('http: a body of many megabytes passes as it comes', async (t) => {
  const chunk = Buffer.alloc(64 * 1024, 'x');
  const service = await startService(t, (_request, response) => {
    let left = 512;
    const more = () => {
      while (left > 0) {
        left -= 1;
        if (!response.write(chunk)) {
          response.once('drain', more);
          return;
        }
      }
      response.end();
    };
    more();
  });
  const { url } = await startHttpGateway(t, new HttpJudge(service.target));
  const answer = await fetch(`${url}/a`, { headers: auth });
  assert.equal((await answer.arrayBuffer()).byteLength, 512 * chunk.length);
});

test('http: who is ended while waiting is told, and who is idle is closed', async (t) => {
  const service = await startService(t, (_request, response) => response.end());
  const judge = new HttpJudge(service.target, () => 'later');
  const gateway = await startHttpGateway(t, judge);
  const waiting = fetch(`${gateway.url}/a`, { headers: auth });
  await judge.pending.next();
  const handle = await judge.opened.next();
  handle.terminate({ code: 'session_ended', message: 'the principal was disabled' });
  const answer = await waiting;
  assert.deepEqual([answer.status, answer.headers.get('connection')], [403, 'close']);
  await answer.text();

  const idle = await gateway.raw();
  const { terminate } = await judge.opened.next();
  assert.equal(typeof terminate, 'function');
  await gateway.listener.close();
  await idle.closed;
  assert.equal(gateway.listener.sessions, 0);
});
