import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decodeProxyHeader } from '../../src/net/proxy-header.ts';
import { TrustedNetworks } from '../../src/net/trusted-networks.ts';
import { startGateway, startTarget } from './loopback.ts';

const signature = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
const header = (command: number, family: number, rest: Buffer) =>
  Buffer.concat([signature, Buffer.from([command, family, rest.length >> 8, rest.length & 255]), rest]);
const ipv4 = Buffer.from('c0000207c0000201d431003a', 'hex');
const ipv6 = Buffer.concat([
  Buffer.from('20010db8000000000000000000000007', 'hex'),
  Buffer.alloc(16),
  Buffer.from('d431003a', 'hex'),
]);
const mapped = Buffer.concat([
  Buffer.from('00000000000000000000ffffc0000207', 'hex'),
  Buffer.alloc(16),
  Buffer.from('d431003a', 'hex'),
]);
const extension = Buffer.from('040003abcdef', 'hex');

const good: readonly (readonly [string, Buffer, object])[] = [
  ['IPv4', header(0x21, 0x11, ipv4), { kind: 'client', address: '192.0.2.7', port: 54321 }],
  ['IPv6', header(0x21, 0x21, ipv6), { kind: 'client', address: '2001:db8::7', port: 54321 }],
  ['IPv4 in IPv6', header(0x21, 0x21, mapped), { kind: 'client', address: '192.0.2.7', port: 54321 }],
  [
    'with extensions',
    header(0x21, 0x11, Buffer.concat([ipv4, extension])),
    { kind: 'client', address: '192.0.2.7', port: 54321 },
  ],
  ['a health check', header(0x20, 0x00, Buffer.alloc(0)), { kind: 'local' }],
  ['a health check with addresses', header(0x20, 0x11, ipv4), { kind: 'local' }],
];

for (const [name, bytes, expected] of good) {
  test(`${name}: read once it is whole, whatever follows`, () => {
    for (let cut = 0; cut < bytes.length; cut += 1)
      assert.equal(decodeProxyHeader(bytes.subarray(0, cut)), null, `${cut}`);
    for (const more of ['', 'startup']) {
      assert.deepEqual(decodeProxyHeader(Buffer.concat([bytes, Buffer.from(more)])), {
        header: expected,
        length: bytes.length,
      });
    }
  });
}

const bad: readonly (readonly [string, Buffer, RegExp])[] = [
  ['version 1', Buffer.from('PROXY TCP4 192.0.2.7 192.0.2.1 54321 58\r\n'), /does not begin/],
  ['a startup packet', Buffer.from('0000000804d2162f', 'hex'), /does not begin/],
  ['another version', header(0x31, 0x11, ipv4), /another version/],
  ['an unknown command', header(0x22, 0x11, ipv4), /unknown command/],
  ['UDP', header(0x21, 0x12, ipv4), /other than a TCP client/],
  ['a Unix socket', header(0x21, 0x31, Buffer.alloc(216)), /other than a TCP client/],
  ['no address', header(0x21, 0x00, Buffer.alloc(0)), /other than a TCP client/],
  ['half an address', header(0x21, 0x11, ipv4.subarray(0, 11)), /too short/],
  ['a header of 64 KiB', header(0x21, 0x11, Buffer.alloc(65_535)), /longer than 4096/],
];

for (const [name, bytes, says] of bad) {
  test(`refused: ${name}`, () => assert.match(String(decodeProxyHeader(bytes)), says));
}

test('whatever comes, it is a header, a phrase or a wait', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (tail) => {
      const decoded = decodeProxyHeader(Buffer.concat([signature, tail]));
      if (decoded === null) assert.ok(tail.length < 4 + 4096);
      else if (typeof decoded !== 'string') assert.ok(decoded.length <= 12 + tail.length);
    }),
  );
});

test('networks', () => {
  const networks = new TrustedNetworks(['10.0.0.0/8', '192.0.2.7/32', '2001:db8::/32']);
  for (const inside of ['10.1.2.3', '192.0.2.7', '2001:db8::1']) assert.ok(networks.holds(inside), inside);
  for (const outside of ['11.0.0.1', '192.0.2.8', '2001:db9::1', '::1']) assert.ok(!networks.holds(outside), outside);
  assert.equal(new TrustedNetworks([]).holds('10.0.0.1'), false);
});

test('behind a trusted proxy the session is its client’s, and what follows the header is read', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, target.address, { proxies: ['127.0.0.0/8'] });
  const client = await gateway.client();
  client.send(Buffer.concat([header(0x21, 0x11, ipv4), Buffer.from('hello\n')]));
  const session = await gateway.judge.opened.next();
  assert.deepEqual(session.client, { address: '192.0.2.7', port: 54321, tls: false });
  await target.peers.next();
  await client.expect('ready\n');
});

test('in single bytes too', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, target.address, { proxies: ['127.0.0.0/8'] });
  const client = await gateway.client();
  for (const byte of Buffer.concat([header(0x20, 0, Buffer.alloc(0)), Buffer.from('hello\n')]))
    client.send(Buffer.from([byte]));
  assert.equal((await gateway.judge.opened.next()).client.address, '127.0.0.1');
  await target.peers.next();
  await client.expect('ready\n');
});

test('a trusted proxy without a header is turned away, a silent one after the handshake time', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, target.address, {
    proxies: ['127.0.0.0/8'],
    limits: { handshakeMs: 50 },
  });
  const rude = await gateway.client();
  rude.send('hello\n');
  assert.equal(await rude.rest(), '');
  const silent = await gateway.client();
  assert.equal(await silent.rest(), '');
  const leaving = await gateway.client();
  leaving.socket.end();
  await leaving.rest();
  assert.equal(gateway.listener.unproxied, 3);
  assert.equal(gateway.judge.opened.size, 0);
});

test('from elsewhere a header is what the protocol says it is: no login', async (context) => {
  const target = await startTarget(context);
  const gateway = await startGateway(context, target.address, { proxies: ['10.0.0.0/8'] });
  const client = await gateway.client();
  client.send(Buffer.concat([header(0x21, 0x11, ipv4), Buffer.from('\n')]));
  assert.equal((await gateway.judge.opened.next()).client.address, '127.0.0.1');
});
