import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, type TestContext, test } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { systemClock } from '../../src/base/clock.ts';
import { ensureAuthority } from '../../src/net/authority.ts';
import { ClientAuthority } from '../../src/net/client-authority.ts';
import { Peer, startGateway, startTarget } from './loopback.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluice-clients-'));
after(() => rmSync(folder, { recursive: true }));
const own = await ensureAuthority(join(folder, 'own'), [], systemClock);
authority('ca');
authority('other');
issue('good', 'ca', 'extendedKeyUsage=clientAuth');
issue('plain', 'ca', 'keyUsage=digitalSignature');
issue('server', 'ca', 'extendedKeyUsage=serverAuth');
issue('foreign', 'other', 'extendedKeyUsage=clientAuth');
issue('expired', 'ca', 'extendedKeyUsage=clientAuth', '-1');

const cases: readonly (readonly [string, string | null, RegExp | null])[] = [
  ['one of the authority', 'good', null],
  ['one for any use', 'plain', null],
  ['none', null, /presented no certificate/],
  ['one of another authority', 'foreign', /not of the configured authority/],
  ['one for servers', 'server', /not one for clients/],
  ['one that has expired', 'expired', /has expired/],
];

for (const [name, certificate, refusal] of cases) {
  test(`a client with ${name}: ${refusal === null ? 'comes in' : 'is refused with a sentence'}`, async (context) => {
    const client = await secureClient(context, certificate);
    client.send('hello\n');
    await client.expect(refusal === null ? 'ready\n' : 'ended: tls_required\n');
  });
}

test('what is wrong is said in words', () => {
  const clients = new ClientAuthority(read('ca.pem'));
  assert.equal(clients.refusal(undefined, new Date()), 'the client presented no certificate');
  assert.throws(() => new ClientAuthority('nothing'), /holds no certificate/);
});

async function secureClient(context: TestContext, name: string | null): Promise<Peer> {
  const target = await startTarget(context);
  const gateway = await startGateway(context, target.address, { tls: own, clientAuthority: read('ca.pem') });
  const socket = connectTls({
    port: Number(gateway.listener.address.split(':').at(-1)),
    host: '127.0.0.1',
    ca: own.authority,
    servername: 'localhost',
    ALPNProtocols: ['lines'],
    ...(name === null ? {} : { cert: read(`${name}.pem`), key: read(`${name}.key`) }),
  });
  context.after(() => socket.destroy());
  const peer = new Peer(socket);
  await once(socket, 'secureConnect');
  return peer;
}

function read(name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}

function authority(name: string): void {
  openssl(
    `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ${name}.key -out ${name}.pem -days 9 -subj /CN=${name}`,
  );
}

function issue(name: string, by: string, extension: string, days = '9'): void {
  writeFileSync(join(folder, `${name}.ext`), `${extension}\n`);
  openssl(
    `req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ${name}.key -out ${name}.csr -subj /CN=${name}`,
  );
  openssl(
    `x509 -req -in ${name}.csr -CA ${by}.pem -CAkey ${by}.key -CAcreateserial -days ${days} -extfile ${name}.ext -out ${name}.pem`,
  );
}

function openssl(line: string): void {
  execFileSync('openssl', line.split(' '), { cwd: folder, stdio: 'pipe' });
}
