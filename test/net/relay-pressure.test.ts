import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { type Peer, startGateway, startTarget } from './loopback.ts';
import { ScriptedJudge } from './scripted-judge.ts';

const megabyte = 1024 * 1024;
const total = 200 * megabyte;

/** Writes `total` bytes as fast as the socket takes them, each 64 KiB block stamped with its number. */
async function pump(from: Peer): Promise<void> {
  for (let sent = 0; sent < total; sent += 65_536) {
    const block = Buffer.alloc(65_536);
    block.writeUInt32BE(sent / 65_536);
    if (!from.socket.write(block)) await once(from.socket, 'drain');
  }
}

/** Counts what arrives, checks the stamps, and runs `at` when half of it is here. */
function drain(to: Peer, at: () => void): Promise<void> {
  let received = 0;
  let half = false;
  let stamp = Buffer.alloc(0);
  to.socket.removeAllListeners('data');
  return new Promise((resolve, reject) => {
    to.socket.on('data', (chunk: Buffer) => {
      for (let offset = 0; offset < chunk.length; ) {
        const within = (received + offset) % 65_536;
        if (within < 4) {
          stamp = Buffer.concat([stamp, chunk.subarray(offset, offset + 4 - within)]);
          offset += Math.min(4 - within, chunk.length - offset);
          if (stamp.length < 4) continue;
          const expected = Math.floor((received + offset - 1) / 65_536);
          if (stamp.readUInt32BE() !== expected) reject(new Error(`block ${expected} is out of order`));
          stamp = Buffer.alloc(0);
        } else {
          offset += 65_536 - within;
        }
      }
      received += chunk.length;
      if (!half && received > total / 2) {
        half = true;
        at();
      }
      if (received === total) resolve();
      if (received > total) reject(new Error('more than was sent'));
    });
  });
}

for (const direction of ['to the client', 'to the target'] as const) {
  test(`200 MB ${direction} pass in flat memory, and a reader that stops stops the sender`, async (context) => {
    const target = await startTarget(context);
    const gateway = await startGateway(context, target.address);
    const { client, server } = await gateway.session(target);
    client.send('raw\n');
    client.send('mark\n');
    await server.expect('mark\n');
    const [from, to] = direction === 'to the client' ? [server, client] : [client, server];

    const before = process.memoryUsage().rss;
    let peak = before;
    const sampler = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage().rss);
    }, 5);
    context.after(() => clearInterval(sampler));

    let stalledAt = -1;
    const received = drain(to, () => {
      to.socket.pause();
      from.stalled().then((written) => {
        stalledAt = written;
        to.socket.resume();
      });
    });
    await Promise.all([pump(from), received]);
    // What is between a stopped reader and a stopped sender: three sockets and the kernel's buffers.
    assert.ok(stalledAt > total / 2 - 65_536 && stalledAt < total / 2 + 24 * megabyte, `stalled at ${stalledAt}`);
    assert.ok(peak - before < 150 * megabyte, `grew by ${Math.round((peak - before) / megabyte)} MB`);
  });
}

test('a client that sends and never reads its refusals is not read from for ever', async (context) => {
  const target = await startTarget(context);
  const judge = new ScriptedJudge(() => 'no');
  const gateway = await startGateway(context, target.address, { judge });
  const { client } = await gateway.session(target);
  client.socket.pause();
  const line = Buffer.from('x\n'.repeat(32_768));
  let taken = 0;
  while (client.socket.write(line) || (await drainedOrStalled(client))) taken += line.length;
  // Each two bytes are answered by 24: unread answers would be over 24 times as much as the kernel's buffers hold.
  assert.ok(taken < 32 * megabyte, `took ${taken}`);
  assert.ok(judge.heard.length < 4_000_000);
  client.socket.resume();
  await once(client.socket, 'drain');
});

async function drainedOrStalled(client: Peer): Promise<boolean> {
  return Promise.race([once(client.socket, 'drain').then(() => true), client.stalled().then(() => false)]);
}
