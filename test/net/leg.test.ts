import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { Leg } from '../../src/net/leg.ts';
import { Peer } from './loopback.ts';

const silent = { arrived: () => undefined, drained: () => undefined, finished: () => undefined, gone: () => undefined };

async function pair(context: TestContext): Promise<{ readonly near: Socket; readonly far: Peer }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  const near = connect(bound.port, '127.0.0.1');
  const [far] = (await once(server, 'connection')) as [Socket];
  context.after(() => {
    near.destroy();
    far.destroy();
    server.close();
  });
  return { near, far: new Peer(far) };
}

/** Counts what the leg hands to its socket: the socket is real, and writes as always. */
function countWrites(socket: Socket): () => number {
  let writes = 0;
  const write = socket.write.bind(socket);
  socket.write = ((bytes: Buffer) => {
    writes += 1;
    return write(bytes);
  }) as Socket['write'];
  return () => writes;
}

test('spans that follow one another are one write, and a whole chunk is not cut', async (context) => {
  const { near, far } = await pair(context);
  const writes = countWrites(near);
  const leg = new Leg('client', near, silent);
  const chunk = Buffer.from('abcdefghij');
  leg.push(chunk, 0, 3);
  leg.push(chunk, 3, 7);
  leg.push(chunk, 7, 10);
  leg.flush();
  await far.expect('abcdefghij');
  assert.equal(writes(), 1);
  leg.flush();
  leg.push(chunk, 4, 4);
  leg.flush();
  assert.equal(writes(), 1);
});

test('small spans of different chunks are one write too', async (context) => {
  const { near, far } = await pair(context);
  const writes = countWrites(near);
  const leg = new Leg('client', near, silent);
  const chunk = Buffer.from('abcdefghij');
  leg.push(chunk, 0, 2);
  leg.push(Buffer.from('-made-'), 0, 6);
  leg.push(chunk, 4, 10);
  leg.flush();
  await far.expect('ab-made-efghij');
  assert.equal(writes(), 1);
});

test('whatever the spans, the bytes arrive in order', async (context) => {
  const { near, far } = await pair(context);
  const leg = new Leg('client', near, silent);
  const chunks = Array.from({ length: 4 }, (_, index) => Buffer.alloc(20_000, 97 + index));
  const span = fc.record({ chunk: fc.nat(3), start: fc.nat(20_000), end: fc.nat(20_000), flush: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(span, { maxLength: 30 }), async (spans) => {
      let expected = '';
      for (const { chunk, start, end, flush } of spans) {
        const bytes = chunks[chunk] ?? Buffer.alloc(0);
        leg.push(bytes, start, end);
        if (start < end) expected += bytes.toString('latin1', start, end);
        if (flush) leg.flush();
      }
      leg.push(Buffer.from('.'), 0, 1);
      leg.flush();
      await far.expect(`${expected}.`);
    }),
    { numRuns: 60 },
  );
});

test('bytes held back stop the reading, and are given out oldest first', async (context) => {
  const { near, far } = await pair(context);
  const received: Buffer[] = [];
  const leg: Leg = new Leg('client', near, { ...silent, arrived: (_, chunk) => leg.hold(chunk) });
  far.send('first');
  await once(near, 'pause');
  assert.equal(leg.holds, true);
  far.send('second');
  leg.resume();
  assert.equal(near.isPaused(), true);
  const held = leg.takeHeld();
  if (held !== undefined) received.push(held);
  leg.resume();
  assert.equal(near.isPaused(), false);
  await once(near, 'pause');
  for (let chunk = leg.takeHeld(); chunk !== undefined; chunk = leg.takeHeld()) received.push(chunk);
  assert.equal(Buffer.concat(received).toString(), 'firstsecond');
});

test('leaving writes what is queued and closes', async (context) => {
  const { near, far } = await pair(context);
  const leg = new Leg('client', near, silent);
  leg.push(Buffer.from('goodbye'), 0, 7);
  leg.leave(10_000);
  assert.equal(await far.rest(), 'goodbye');
  assert.equal(leg.gone, true);
  if (!near.destroyed) await once(near, 'close');
});
