import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Denial } from '../../src/core/denial.ts';
import { startGateway, startTarget } from './loopback.ts';
import { ScriptedJudge } from './scripted-judge.ts';

const revoked: Denial = { code: 'session_ended', message: 'the principal was disabled' };

test('carries statements that are allowed and answers of the target', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, target.address);
  const { client, server } = await gateway.session(target);
  client.send('select 1\n');
  await server.expect('select 1\n');
  server.send('one\n');
  await client.expect('one\n');
  client.send('bye\n');
  assert.deepEqual(await gateway.judge.closed.next(), { kind: 'client-left' });
  assert.equal(await server.rest(), '');
  assert.equal(await client.rest(), '');
  assert.deepEqual(gateway.judge.heard, ['ask select 1', 'note ready', 'closed client-left']);
});

test('answers inside the question keep their order, however much came at once', async (context) => {
  const target = await startTarget(context);
  const judge = new ScriptedJudge((text) => (text.startsWith('no') ? 'no' : 'yes'));
  const gateway = await startGateway(context, target.address, { judge });
  const { client, server } = await gateway.session(target);
  const lines = Array.from({ length: 5000 }, (_, index) => (index % 3 === 0 ? `no ${index}\n` : `select ${index}\n`));
  client.send(lines.join(''));
  const allowed = lines.filter((line) => line.startsWith('select'));
  await server.expect(allowed.join(''));
  await client.expect('no: a policy forbids it\n'.repeat(lines.length - allowed.length));
  assert.deepEqual(
    judge.heard,
    lines.flatMap((line) => [`ask ${line.trimEnd()}`, 'note ready']),
  );
});

test('a late answer stops the client and not the target', async (context) => {
  const target = await startTarget(context);
  const judge = new ScriptedJudge(() => 'later');
  const gateway = await startGateway(context, target.address, { judge });
  const { client, server } = await gateway.session(target);
  client.send('first\n');
  const first = await judge.asked.next();
  client.send('second\n');
  server.send('notice\n');
  await client.expect('notice\n');
  assert.equal(judge.asked.size, 0);
  first.answer('yes');
  await server.expect('first\n');
  const second = await judge.asked.next();
  assert.equal(second.text, 'second');
  second.answer('no');
  await client.expect('no: a policy forbids it\n');
});

test('bytes that came while an answer was awaited are kept in order', async (context) => {
  const target = await startTarget(context);
  const judge = new ScriptedJudge(() => 'later');
  const gateway = await startGateway(context, target.address, { judge });
  const { client, server } = await gateway.session(target);
  client.send('line 0\n');
  let asked = await judge.asked.next();
  const lines = Array.from({ length: 40_000 }, (_, index) => `line ${index + 1}\n`);
  client.send(lines.join(''));
  // A round trip over the other direction: by now some of it has arrived unasked.
  server.send('ping\n');
  await client.expect('ping\n');
  asked.answer('yes');
  await server.expect('line 0\n');
  for (const line of lines) {
    asked = await judge.asked.next();
    assert.equal(`${asked.text}\n`, line);
    asked.answer('yes');
  }
  await server.expect(lines.join(''));
});

test('terminates while an answer is awaited, and the answer that follows is nothing', async (context) => {
  const target = await startTarget(context);
  const judge = new ScriptedJudge(() => 'later');
  const gateway = await startGateway(context, target.address, { judge });
  const { client, server } = await gateway.session(target);
  client.send('select 1\n');
  const asked = await judge.asked.next();
  (await judge.opened.next()).handle.terminate(revoked);
  asked.answer('yes');
  assert.equal(await client.rest(), 'ended: session_ended\n');
  assert.equal(await server.rest(), '');
  assert.deepEqual(judge.heard, ['ask select 1', 'closed denied']);
  assert.equal(gateway.bugs.size, 0);
});

test('terminates synchronously from within a question, and the answer given with it is not used', async (context) => {
  const target = await startTarget(context);
  const judge = new ScriptedJudge(() => {
    session?.handle.terminate(revoked);
    return 'yes';
  });
  const gateway = await startGateway(context, target.address, { judge });
  let session: Awaited<ReturnType<typeof judge.opened.next>> | undefined;
  const { client, server } = await gateway.session(target);
  session = await judge.opened.next();
  client.send('select 1\n');
  assert.equal(await client.rest(), 'ended: session_ended\n');
  assert.equal(await server.rest(), '');
});

test('terminates in the middle of a stream, within a second', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, target.address);
  const { client, server } = await gateway.session(target);
  const { handle } = await gateway.judge.opened.next();
  server.socket.on('drain', pump);
  function pump(): void {
    while (server.socket.writable && server.socket.write(Buffer.alloc(65_536, 'x')));
  }
  pump();
  await client.expect('x'.repeat(1_000_000));
  const started = performance.now();
  handle.terminate(revoked);
  handle.terminate({ code: 'draining', message: 'a second reason' });
  const rest = await client.rest();
  assert.match(rest, /^x*ended: session_ended\n$/);
  await server.closed;
  assert.ok(performance.now() - started < 1000);
  assert.deepEqual(await gateway.judge.closed.next(), { kind: 'denied', denial: revoked });
});

test('a machine that ignores the end is closed all the same', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, target.address);
  const { client, server } = await gateway.session(target);
  const { handle } = await gateway.judge.opened.next();
  client.send('stuck\nselect 1\n');
  await server.expect('select 1\n');
  handle.terminate(revoked);
  assert.equal(await client.rest(), '');
  assert.equal(await server.rest(), '');
  assert.deepEqual(await gateway.judge.closed.next(), { kind: 'denied', denial: revoked });

  const other = await gateway.session(target);
  other.client.send('stuck\nselect 2\n');
  await other.server.expect('select 2\n');
  other.client.socket.resetAndDestroy();
  await other.server.closed;
  assert.deepEqual(await gateway.judge.closed.next(), { kind: 'client-lost' });
});

test('a bug of the machine closes both sides, and nothing it had written leaves', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, target.address);
  const { client, server } = await gateway.session(target);
  client.send('boom\n');
  assert.equal(await client.rest(), '');
  assert.equal(await server.rest(), '');
  assert.deepEqual(await gateway.judge.closed.next(), { kind: 'bug' });
  assert.match(String(await gateway.bugs.next()), /boom/);
  assert.deepEqual(gateway.judge.heard, ['closed bug']);
});

test('a bug of the judge closes both sides', async (context) => {
  const target = await startTarget(context);
  const judge = new ScriptedJudge(() => {
    throw new Error('judge broke');
  });
  const gateway = await startGateway(context, target.address, { judge });
  const { client, server } = await gateway.session(target);
  client.send('select 1\n');
  assert.equal(await client.rest(), '');
  assert.equal(await server.rest(), '');
  assert.deepEqual(await judge.closed.next(), { kind: 'bug' });
  assert.match(String(await gateway.bugs.next()), /judge broke/);
});

test('an answer that nobody asked for is a bug, and one after the end is nothing', async (context) => {
  const target = await startTarget(context);
  const judge = new ScriptedJudge(() => 'later');
  const gateway = await startGateway(context, target.address, { judge });
  const { client, server } = await gateway.session(target);
  client.send('first\nsecond\n');
  const asked = await judge.asked.next();
  asked.answer('yes');
  await server.expect('first\n');
  asked.answer('yes');
  assert.match(String(await gateway.bugs.next()), /not asked for/);
  asked.answer('yes');
  assert.equal(await server.rest(), '');
  assert.equal(gateway.bugs.size, 0);
  assert.deepEqual(
    judge.heard.filter((line) => line.startsWith('closed')),
    ['closed bug'],
  );
});
