import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { startGateway, startTarget } from './loopback.ts';
import { ScriptedJudge } from './scripted-judge.ts';

const megabyte = 1024 * 1024;

test('a client that says that nothing more comes gets the answers that it is owed, then its session ends', async (context) => {
  const target = await startTarget(context);
  const judge = new ScriptedJudge(() => 'later');
  const gateway = await startGateway(context, target.address, { judge });
  const { client, server } = await gateway.session(target);
  client.socket.allowHalfOpen = true;
  client.send('select 1\n');
  const asked = await judge.asked.next();
  client.socket.end();
  asked.answer('yes');
  await server.expect('select 1\n');
  server.send('one\n');
  assert.equal(await client.rest(), 'one\n');
  assert.deepEqual(await judge.closed.next(), { kind: 'client-left' });
  assert.equal(await server.rest(), '');
});

test('a client that says that nothing more comes before it is let in is read to its end', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, target.address);
  const client = await gateway.client();
  client.socket.allowHalfOpen = true;
  client.socket.end('hello\nselect 1\n');
  const server = await target.peers.next();
  await server.expect('select 1\n');
  server.send('one\n');
  assert.equal(await client.rest(), 'ready\none\n');
  assert.deepEqual(await gateway.judge.closed.next(), { kind: 'client-left' });
});

test('a client that is gone when its answer comes is lost', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, target.address);
  const { client, server } = await gateway.session(target);
  client.send('select 1\n');
  await server.expect('select 1\n');
  client.socket.resetAndDestroy();
  assert.deepEqual(await gateway.judge.closed.next(), { kind: 'client-lost' });
  await server.closed;
});

test('a client that resets has ended its session', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, target.address);
  const { client, server } = await gateway.session(target);
  client.socket.resetAndDestroy();
  assert.deepEqual(await gateway.judge.closed.next(), { kind: 'client-lost' });
  await server.closed;
  assert.equal(gateway.bugs.size, 0);
});

test('a target that resets is said so', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, target.address);
  const { client, server } = await gateway.session(target);
  server.socket.resetAndDestroy();
  assert.equal(await client.rest(), 'lost: gone\n');
  assert.deepEqual(await gateway.judge.closed.next(), { kind: 'target-lost' });
  assert.equal(gateway.bugs.size, 0);
});

test('what the target sent before it closed is delivered, also to a client that reads late', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, target.address);
  const { client, server } = await gateway.session(target);
  client.socket.pause();
  server.socket.end(Buffer.alloc(32 * megabyte, 'x'));
  // More than the kernel holds between the three: the target cannot be done before the client reads.
  assert.equal(gateway.judge.closed.size, 0);
  client.socket.resume();
  const got = await client.rest();
  assert.equal(got.length, 32 * megabyte + 'lost: gone\n'.length);
  assert.match(got.slice(-20), /^x{9}lost: gone\n$/);
  assert.deepEqual(await gateway.judge.closed.next(), { kind: 'target-lost' });
});

test('the last words reach a client that is still sending, and no reset follows them', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, target.address);
  const { client, server } = await gateway.session(target);
  const { handle } = await gateway.judge.opened.next();
  server.socket.pause();
  client.send('raw\n');
  client.socket.write(Buffer.alloc(32 * megabyte, 'y'));
  await client.stalled();
  handle.terminate({ code: 'session_ended', message: 'the principal was disabled' });
  const closed = once(client.socket, 'close');
  assert.equal(await client.rest(), 'ended: session_ended\n');
  assert.deepEqual(await closed, [false]);
});

test('a client that neither reads nor leaves is let go', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, target.address);
  const { client, server } = await gateway.session(target);
  const { handle } = await gateway.judge.opened.next();
  client.socket.pause();
  server.socket.write(Buffer.alloc(32 * megabyte, 'x'));
  handle.terminate({ code: 'session_ended', message: 'the principal was disabled' });
  assert.deepEqual((await gateway.judge.closed.next()).kind, 'denied');
  await gateway.listener.close();
  assert.equal(gateway.listener.sessions, 0);
});

test('plain bytes behind a request for TLS are never taken for encrypted ones', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, { ...target.address, tls: 'require' });
  const client = await gateway.client();
  client.send('hello\n');
  const server = await target.peers.next();
  server.send('stuffed\n');
  assert.match(await client.rest(), /^lost: (TLS handshake failed|sent bytes before the TLS handshake)\n$/);
});
