import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { startGateway, startTarget } from './loopback.ts';

async function unusedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const bound = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  return bound.port;
}

const failures = [
  { name: 'nobody listens', host: '127.0.0.1', says: 'connection refused' },
  { name: 'the host does not exist', host: 'target.invalid', says: 'host not found' },
];

for (const { name, host, says } of failures) {
  test(`says why when ${name}`, async (context) => {
    const address = { host, port: await unusedPort(), database: 'clinic', tls: 'off', ca: null } as const;
    const gateway = await startGateway(context, address);
    const client = await gateway.client();
    client.send('hello\n');
    assert.equal(await client.rest(), `lost: ${says}\n`);
    assert.deepEqual(await gateway.judge.closed.next(), { kind: 'target-lost' });
  });
}

test('a client that leaves while the target is dialled leaves no connection behind', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, { ...target.address, tls: 'require' });
  const client = await gateway.client();
  client.send('hello\n');
  const server = await target.peers.next();
  client.socket.destroy();
  assert.deepEqual(await gateway.judge.closed.next(), { kind: 'client-lost' });
  await server.closed;
});

test('a session that ends before the target has answered leaves no connection behind', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, target.address);
  const client = await gateway.client();
  const { handle } = await gateway.judge.opened.next();
  // A microtask later the packet is on its way, and no answer can have been seen.
  gateway.judge.whenNoted = () =>
    queueMicrotask(() => handle.terminate({ code: 'draining', message: 'the gateway is shutting down' }));
  client.send('hail\n');
  const server = await target.peers.next();
  await server.closed;
  assert.equal(await client.rest(), 'ended: draining\n');
});

test('the dialled target is the configured one', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, { ...target.address, host: 'localhost' });
  const { client, server } = await gateway.session(target);
  assert.equal(server.socket.localPort, target.address.port);
  client.send('bye\n');
  await server.closed;
});
