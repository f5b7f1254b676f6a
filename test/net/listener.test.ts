import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { instant } from '../../src/base/clock.ts';
import { defaultLimits } from '../../src/core/limits.ts';
import { CancelKeys } from '../../src/net/cancel-keys.ts';
import { listen } from '../../src/net/listener.ts';
import { lineProtocol } from './line-protocol.ts';
import { Peer, startGateway, startTarget } from './loopback.ts';
import { ScriptedJudge } from './scripted-judge.ts';

test('a client that does not finish the handshake in time is ended', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, target.address, { limits: { handshakeMs: 40 } });
  const silent = await gateway.client();
  assert.equal(await silent.rest(), 'ended: handshake_timeout\n');
  const slow = await gateway.client();
  slow.send('hel');
  assert.equal(await slow.rest(), 'ended: handshake_timeout\n');
});

test('an idle session is ended, a busy one is not', async (context) => {
  const target = await startTarget(context);
  const judge = new ScriptedJudge((text) => (text === 'wait' ? 'later' : 'yes'));
  const gateway = await startGateway(context, target.address, { judge, limits: { idleMs: 40 } });
  const busy = await gateway.session(target);
  busy.client.send('wait\n');
  const asked = await judge.asked.next();
  const idle = await gateway.session(target);
  assert.equal(await idle.client.rest(), 'ended: idle_timeout\n');
  assert.equal(await idle.server.rest(), '');
  asked.answer('yes');
  await busy.server.expect('wait\n');
});

test('time is the clock that was given', async (context) => {
  let now = 0;
  const clock = { now: () => instant(0), monotonic: () => now };
  const target = await startTarget(context);
  const gateway = await startGateway(context, target.address, {
    clock,
    limits: { handshakeMs: Number.POSITIVE_INFINITY },
  });
  const { client } = await gateway.session(target);
  const ticking = setInterval(() => {
    now += defaultLimits.idleMs;
  }, 10);
  context.after(() => clearInterval(ticking));
  assert.equal(await client.rest(), 'ended: idle_timeout\n');
});

test('over the limit of sessions a client is closed at once and counted', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, target.address, { limits: { sessions: 2 } });
  const first = await gateway.session(target);
  await gateway.session(target);
  const third = await gateway.client();
  assert.equal(await third.rest(), '');
  assert.equal(gateway.listener.turnedAway, 1);
  assert.equal(gateway.listener.sessions, 2);

  first.client.send('bye\n');
  await first.client.closed;
  while (gateway.listener.sessions === 2) await nextTurn();
  const fourth = await gateway.session(target);
  fourth.client.send('select 1\n');
  await fourth.server.expect('select 1\n');
});

test('a storm of 500 clients is let in, and every session closes', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, target.address);
  const port = Number(gateway.listener.address.split(':').at(-1));
  const clients = Array.from({ length: 500 }, () => {
    const socket: Socket = connect({ port, host: '127.0.0.1' });
    context.after(() => socket.destroy());
    const peer = new Peer(socket);
    peer.send('hello\n');
    return peer;
  });
  await Promise.all(clients.map((client) => client.expect('ready\n')));
  assert.equal(gateway.listener.sessions, 500);
  for (const client of clients) client.send('bye\n');
  assert.deepEqual(new Set(await Promise.all(clients.map((client) => client.rest()))), new Set(['']));
  await gateway.listener.close();
  assert.equal(gateway.listener.sessions, 0);
  assert.equal(gateway.judge.heard.filter((line) => line === 'closed client-left').length, 500);
});

test('close ends every session politely and resolves when they are gone', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, target.address);
  const { client, server } = await gateway.session(target);
  const closing = gateway.listener.close();
  assert.equal(await client.rest(), 'ended: draining\n');
  await server.closed;
  await closing;
  assert.equal(gateway.listener.sessions, 0);
  await assert.rejects(gateway.client(), { code: 'ECONNREFUSED' });
});

test('stopAccepting leaves sessions alone', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, target.address);
  const { client, server } = await gateway.session(target);
  gateway.listener.stopAccepting();
  await assert.rejects(gateway.client(), { code: 'ECONNREFUSED' });
  client.send('select 1\n');
  await server.expect('select 1\n');
});

test('a judge that cannot be opened closes the client and is a bug', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, target.address, {
    openJudge: () => {
      throw new Error('no judge');
    },
  });
  const client = await gateway.client();
  assert.equal(await client.rest(), '');
  assert.match(String(await gateway.bugs.next()), /no judge/);
});

test('the judge is told who connects', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, target.address);
  const client = await gateway.client();
  const session = await gateway.judge.opened.next();
  assert.deepEqual(session.client, { address: '127.0.0.1', port: client.socket.localPort, tls: false });
  assert.equal(session.listener, 'lines');
});

test('addresses', async (context) => {
  const judge = new ScriptedJudge();
  const at = (address: string) =>
    listen({
      name: 'lines',
      protocol: lineProtocol({ host: '127.0.0.1', port: 1, database: 'clinic', tls: 'off', ca: null }),
      address,
      tls: null,
      auth: 'token',
      cancelKeys: new CancelKeys('lines'),
      proxies: [],
      clientAuthority: null,
      limits: defaultLimits,
      openJudge: judge.open,
      onBug: (error) => assert.fail(String(error)),
    });
  for (const wrong of ['5432', ':5432', 'localhost', 'localhost:', 'localhost:99999', '::1:5432', 'a b']) {
    await assert.rejects(at(wrong), /is not an address of the form host:port|ENOTFOUND|EAI_AGAIN/, wrong);
  }
  const listener = await at('127.0.0.1:0');
  context.after(() => listener.close());
  assert.match(listener.address, /^127\.0\.0\.1:[1-9]\d*$/);
  await assert.rejects(at(listener.address), { code: 'EADDRINUSE' });
});
