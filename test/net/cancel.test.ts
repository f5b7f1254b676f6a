import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { createSecureContext, TLSSocket } from 'node:tls';
import { systemClock } from '../../src/base/clock.ts';
import type { TargetAddress } from '../../src/core/connection.ts';
import { ensureAuthority } from '../../src/net/authority.ts';
import { CancelKeys } from '../../src/net/cancel-keys.ts';
import { Arrivals } from './arrivals.ts';
import { type Gateway, Peer, startGateway, startTarget } from './loopback.ts';

const directory = await mkdtemp(join(tmpdir(), 'sluice-cancel-'));
after(() => rm(directory, { recursive: true }));
const authority = await ensureAuthority(directory, [], systemClock);
const secureContext = createSecureContext(authority);

test('a cancel request finds its session, and goes to the target on a link of its own', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, target.address);
  const { client, server } = await gateway.session(target);
  const key = await keyOf(client);
  const other = await gateway.client();
  other.send(`cancel ${key}\n`);
  assert.equal(await other.rest(), '');
  const errand = await target.peers.next();
  assert.equal(await errand.rest(), 'cancel\n');
  client.send('still here\n');
  await server.expect('still here\n');
});

test('a wrong secret, another session’s, and one that is over cancel nothing', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, target.address);
  const first = await gateway.session(target);
  const second = await gateway.session(target);
  const over = await gateway.session(target);
  const [pid] = (await keyOf(first.client)).split(' ');
  const [, secret] = (await keyOf(second.client)).split(' ');
  const gone = await keyOf(over.client);
  over.client.send('bye\n');
  await over.client.rest();
  for (const key of [`${pid} ${secret}`, `${pid} 00`, '1 00', gone]) {
    const asking = await gateway.client();
    asking.send(`cancel ${key}\n`);
    assert.equal(await asking.rest(), '');
  }
  // A right one afterwards is the first that arrives.
  const right = await gateway.client();
  right.send(`cancel ${await keyOf(second.client)}\n`);
  await right.rest();
  assert.equal(await (await target.peers.next()).rest(), 'cancel\n');
  assert.equal(target.peers.size, 0);
});

for (const [name, answer, arrives] of [
  ['the target takes TLS', 'S', true],
  ['the target does not take TLS', 'N', false],
  ['something came with the yes', 'Sx', false],
] as const) {
  test(`over TLS like the session itself: ${name}`, async (context) => {
    const { gateway, client, errands } = await secureSession(context, answer);
    const asking = await gateway.client();
    asking.send(`cancel ${await keyOf(client)}\n`);
    await asking.rest();
    assert.equal(await (await errands.next()).rest(), arrives ? 'cancel\n' : '');
    // One at a time: the next is taken once the link of this one is closed, however it ended.
    const again = await gateway.client();
    again.send(`cancel ${await keyOf(client)}\n`);
    await again.rest();
    assert.equal(await (await errands.next()).rest(), arrives ? 'cancel\n' : '');
  });
}

test('keys: the upper bits are the instance’s, and every live session has its own', () => {
  const [one, same, other] = [new CancelKeys('a'), new CancelKeys('a'), new CancelKeys('b')];
  const session = { cancel: () => undefined };
  const keys = Array.from({ length: 2000 }, () => one.issue(session));
  assert.equal(new Set(keys.map(({ processId }) => processId)).size, 2000);
  assert.equal(new Set(keys.map(({ processId }) => processId >> 20)).size, 1);
  assert.equal(same.issue(session).processId >> 20, (keys[0]?.processId ?? 0) >> 20);
  assert.notEqual(other.issue(session).processId >> 20, (keys[0]?.processId ?? 0) >> 20);
  for (const { processId, secret } of keys) {
    assert.ok(processId > 0 && processId < 2 ** 31);
    assert.equal(secret.length, 32);
  }
});

async function keyOf(client: Peer): Promise<string> {
  client.send('key\n');
  return client.line();
}

/** A session over TLS; a further connection is asked for TLS first, says `answer`, and resolves as `errands`. */
async function secureSession(context: TestContext, answer: string) {
  let sessions = 0;
  const errands = new Arrivals<Peer>();
  const target = await startTarget(context, (socket) => {
    sessions += 1;
    if (sessions === 1) return new TLSSocket(socket, { isServer: true, secureContext });
    socket.once('data', (asked: Buffer) => {
      assert.equal(asked.toString(), 'tls?\n');
      socket.removeAllListeners('data');
      errands.add(new Peer(answer === 'S' ? new TLSSocket(socket, { isServer: true, secureContext }) : socket));
      socket.write(answer);
    });
    return socket;
  });
  const address: TargetAddress = { ...target.address, tls: 'verify-full', ca: authority.authority };
  const gateway: Gateway = await startGateway(context, address);
  const client = await gateway.client();
  client.send('hello\n');
  const server = await target.peers.next();
  await once(server.socket, 'secure');
  await client.expect('ready\n');
  return { gateway, client, errands };
}
