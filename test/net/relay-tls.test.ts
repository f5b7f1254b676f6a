import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { connect as connectTls, createSecureContext, TLSSocket } from 'node:tls';
import { systemClock } from '../../src/base/clock.ts';
import type { TargetAddress } from '../../src/core/connection.ts';
import { type AutoCertificate, ensureAuthority } from '../../src/net/authority.ts';
import { Peer, startGateway, startTarget } from './loopback.ts';

const directory = await mkdtemp(join(tmpdir(), 'sluice-tls-'));
after(() => rm(directory, { recursive: true }));
const ours = await ensureAuthority(join(directory, 'ours'), [], systemClock);
const theirs = await ensureAuthority(join(directory, 'theirs'), [], systemClock);

/** A target that speaks TLS from the first byte, as the lines machine does towards it. */
async function secureTarget(context: TestContext, certificate: { readonly key: string; readonly cert: string }) {
  const secureContext = createSecureContext(certificate);
  return startTarget(context, (socket: Socket) => new TLSSocket(socket, { isServer: true, secureContext }));
}

async function secured(client: Peer, certificate: AutoCertificate, servername = 'localhost'): Promise<Peer> {
  client.send('tls\n');
  await client.expect('S');
  client.socket.removeAllListeners('data');
  const socket = connectTls({ socket: client.socket, ca: certificate.authority, servername });
  const peer = new Peer(socket);
  await Promise.race([once(socket, 'secureConnect'), peer.closed]);
  return peer;
}

test('TLS towards the client and towards the target, with their own authorities', async (context) => {
  const target = await secureTarget(context, theirs);
  const address: TargetAddress = { ...target.address, tls: 'verify-full', ca: theirs.authority };
  const gateway = await startGateway(context, address, { tls: ours });
  const client = await secured(await gateway.client(), ours);
  client.send('hello\n');
  const server = await target.peers.next();
  await client.expect('ready\n');
  client.send('select 1\n');
  await server.expect('select 1\n');
  server.send('one\n'.repeat(100_000));
  await client.expect('one\n'.repeat(100_000));
  assert.equal((await gateway.judge.opened.next()).client.tls, true);
  client.send('bye\n');
  assert.equal(await client.rest(), '');
  assert.equal(await server.rest(), '');
});

test('a client may start TLS without asking, and then says which protocol it speaks', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, target.address, { tls: ours });
  const port = Number(gateway.listener.address.split(':').at(-1));
  const direct = (...ALPNProtocols: readonly string[]) => {
    const socket = connectTls({
      port,
      host: '127.0.0.1',
      ca: ours.authority,
      servername: 'localhost',
      ALPNProtocols: [...ALPNProtocols],
    });
    context.after(() => socket.destroy());
    return socket;
  };
  const socket = direct('other', 'lines');
  const client = new Peer(socket);
  await once(socket, 'secureConnect');
  assert.equal(socket.alpnProtocol, 'lines');
  client.send('hello\n');
  await target.peers.next();
  await client.expect('ready\n');
  await assert.rejects(once(direct('h2'), 'secureConnect'), /no application protocol/);
});

test('the client is spoken to in TLS 1.2 at least', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, target.address, { tls: ours });
  const client = await gateway.client();
  client.send('tls\n');
  await client.expect('S');
  client.socket.removeAllListeners('data');
  const old = connectTls({
    socket: client.socket,
    ca: ours.authority,
    servername: 'localhost',
    minVersion: 'TLSv1',
    maxVersion: 'TLSv1.1',
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
  await assert.rejects(once(old, 'secureConnect'));
  assert.deepEqual(await gateway.judge.closed.next(), { kind: 'client-lost' });
});

test('a renewed certificate is shown from the next client on', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, target.address, { tls: theirs });
  gateway.listener.present(ours);
  const client = await secured(await gateway.client(), ours);
  client.send('hello\n');
  await client.expect('ready\n');
});

for (const garbage of ['GET / HTTP/1.1\r\n\r\n', '\x16\x03\x01\x00\x04abcd']) {
  test(`a handshake that fails closes the session: ${JSON.stringify(garbage)}`, async (context) => {
    const target = await startTarget(context);
    const gateway = await startGateway(context, target.address, { tls: ours });
    const client = await gateway.client();
    client.send('tls\n');
    await client.expect('S');
    client.send(garbage);
    await client.closed;
    assert.deepEqual(await gateway.judge.closed.next(), { kind: 'client-lost' });
    assert.equal(gateway.bugs.size, 0);
  });
}

const refusals = [
  {
    name: 'an unknown authority',
    tls: 'verify-full',
    ca: ours.authority,
    host: '127.0.0.1',
    says: 'certificate is not trusted: unknown authority',
  },
  {
    name: 'the authorities of the system',
    tls: 'verify-full',
    ca: null,
    host: '127.0.0.1',
    says: 'certificate is not trusted: unknown authority',
  },
  {
    name: 'another name',
    tls: 'verify-full',
    ca: theirs.authority,
    host: '127.0.0.2',
    says: 'certificate is for another name',
  },
  {
    name: 'an authority that is none',
    tls: 'verify-full',
    ca: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n',
    host: '127.0.0.1',
    says: 'the configured authority is not a certificate',
  },
] as const;

for (const { name, tls, ca, host, says } of refusals) {
  test(`verify-full refuses a target with ${name}`, async (context) => {
    const target = await secureTarget(context, theirs);
    const bound = await onEveryAddress(context, target.address);
    const gateway = await startGateway(context, { ...bound, host, tls, ca });
    const client = await gateway.client();
    client.send('hello\n');
    assert.equal(await client.rest(), `lost: ${says}\n`);
    assert.deepEqual(await gateway.judge.closed.next(), { kind: 'target-lost' });
  });
}

test('require encrypts towards a target that proves nothing', async (context) => {
  const target = await secureTarget(context, theirs);
  const gateway = await startGateway(context, { ...target.address, tls: 'require' });
  const { client, server } = await gateway.session(target);
  client.send('select 1\n');
  await server.expect('select 1\n');
  assert.equal(server.socket instanceof TLSSocket && server.socket.getProtocol(), 'TLSv1.3');
});

test('a target that hangs up in the handshake, or speaks no TLS, is said so', async (context) => {
  for (const [answer, says] of [
    [null, 'connection reset'],
    ['no TLS here\n', 'TLS handshake failed'],
  ] as const) {
    const target = await startTarget(context);
    const gateway = await startGateway(context, { ...target.address, tls: 'require' });
    const client = await gateway.client();
    client.send('hello\n');
    const server = await target.peers.next();
    if (answer === null) server.socket.end();
    else server.send(answer);
    assert.equal(await client.rest(), `lost: ${says}\n`);
  }
});

test('a target that never answers the handshake times out', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, { ...target.address, tls: 'require' }, { limits: { connectMs: 30 } });
  const client = await gateway.client();
  client.send('hello\n');
  const server = await target.peers.next();
  assert.equal(await client.rest(), 'lost: timed out\n');
  await server.closed;
});

/** The same port on 127.0.0.2, handed on to the target. */
async function onEveryAddress(context: TestContext, address: TargetAddress): Promise<TargetAddress> {
  const server = createServer((socket) => {
    const on = connect({ port: address.port, host: address.host });
    socket.on('error', () => on.destroy());
    on.on('error', () => socket.destroy());
    socket.pipe(on).pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(address.port, '127.0.0.2', resolve));
  context.after(() => server.close());
  return address;
}
