import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { after, before, test } from 'node:test';
import { ok } from '../../src/base/result.ts';
import type { TargetAddress } from '../../src/core/connection.ts';
import type { ErrorCode } from '../../src/core/error-codes.ts';
import type { ConnectionName } from '../../src/core/ids.ts';
import { issueServer, type KeyAndCertificate, makeAuthority } from '../../src/net/certificates.ts';
import { loadCatalogue } from '../../src/targets/postgres-catalogue.ts';
import { type ReachableOptions, reachable } from '../../src/targets/reachable.ts';
import { type RealPostgres, startRealPostgres } from './real-postgres.ts';

let postgres: RealPostgres;
let theirs: KeyAndCertificate;
let others: KeyAndCertificate;
before(async () => {
  theirs = await makeAuthority(new Date());
  others = await makeAuthority(new Date());
  // For the name only: what connects to the address must not take it.
  postgres = await startRealPostgres(await issueServer(theirs, ['localhost'], new Date()));
});
after(() => postgres.stop());

const clinic = 'clinic' as ConnectionName;

function probe(target: Partial<TargetAddress> = {}, rest: Partial<ReachableOptions> = {}) {
  return reachable({
    connection: clinic,
    target: { ...postgres.target, ...target },
    credential: postgres.superuser,
    timeoutMs: 10_000,
    ...rest,
  });
}

for (const [name, target] of [
  ['without TLS', () => ({})],
  ['with TLS that proves nothing', () => ({ tls: 'require' }) as const],
  ['with TLS to a name', () => ({ tls: 'verify-full', ca: theirs.cert, host: 'localhost' }) as const],
] as const) {
  test(`a target is reached ${name}, and no statement is sent`, async () => {
    const logged = statementsLogged();
    const probed = await probe(target());
    assert.ok(probed.ok, probed.ok ? '' : probed.error.message);
    assert.match(probed.value.serverVersion, /^18\./);
    assert.equal(statementsLogged(), logged);
  });
}

function statementsLogged(): number {
  return readFileSync(postgres.server.logFile, 'utf8').split('statement:').length;
}

const faults: readonly {
  readonly name: string;
  readonly target?: () => Partial<TargetAddress>;
  readonly credential?: { readonly user: string; readonly password: string | null };
  readonly code: ErrorCode;
  readonly says: RegExp;
}[] = [
  {
    name: 'a wrong password',
    credential: { user: 'postgres', password: 'canary-7731' },
    code: 'target_refused',
    says: /refuses the credential/,
  },
  {
    name: 'an unknown role',
    credential: { user: 'canary-7731', password: 'x' },
    code: 'target_refused',
    says: /refuses the credential/,
  },
  {
    name: 'no password',
    credential: { user: 'postgres', password: null },
    code: 'target_refused',
    says: /asks for a password, and the connection has none/,
  },
  {
    name: 'an unknown database',
    target: () => ({ database: 'canary-7731' }),
    code: 'target_refused',
    says: /has no database of the configured name/,
  },
  {
    name: 'an unknown host',
    target: () => ({ host: 'target.invalid' }),
    code: 'target_unreachable',
    says: /: host not found$/,
  },
  { name: 'a closed port', target: () => ({ port: 1 }), code: 'target_unreachable', says: /: connection refused$/ },
  {
    name: 'an unknown authority',
    target: () => ({ tls: 'verify-full', ca: others.cert }),
    code: 'target_unreachable',
    says: /: certificate is not trusted: unknown authority$/,
  },
  {
    name: 'an unknown authority, by those of the system',
    target: () => ({ tls: 'verify-full' }),
    code: 'target_unreachable',
    says: /: certificate is not trusted: unknown authority$/,
  },
  {
    name: 'another name',
    target: () => ({ tls: 'verify-full', ca: theirs.cert, host: '127.0.0.1' }),
    code: 'target_unreachable',
    says: /: certificate is for another name$/,
  },
  {
    name: 'an authority that is none',
    target: () => ({ tls: 'verify-full', ca: 'canary-7731' }),
    code: 'target_unreachable',
    says: /: the configured authority is not a certificate$/,
  },
];

for (const { name, target, credential, code, says } of faults) {
  test(`${name} is a denial that shows nothing`, async () => {
    const probed = await probe(target?.() ?? {}, credential === undefined ? {} : { credential });
    assert.ok(!probed.ok);
    assert.equal(probed.error.code, code);
    assert.match(probed.error.message, says);
    assert.doesNotMatch(JSON.stringify(probed), /canary-7731/);
  });
}

test('the environment of the driver is not used', async (context) => {
  for (const name of ['PGPASSWORD', 'PGSSLMODE', 'PGOPTIONS', 'PGUSER'] as const) {
    const old = process.env[name];
    context.after(() => {
      if (old === undefined) delete process.env[name];
      else process.env[name] = old;
    });
  }
  process.env.PGPASSWORD = postgres.superuser.password ?? '';
  process.env.PGSSLMODE = 'require';
  process.env.PGOPTIONS = '-c search_path=pg_toast';
  const without = await probe({}, { credential: { user: 'postgres', password: null } });
  assert.equal(without.ok, false);
  const loaded = await loadCatalogue({
    connection: clinic,
    target: postgres.target,
    credential: postgres.superuser,
    before: async () => ok(null),
    timeoutMs: 10_000,
  });
  assert.ok(loaded.ok);
  assert.deepEqual(loaded.value.defaultPath, ['public']);
});

const strangers: readonly {
  readonly name: string;
  readonly answer: string | null;
  readonly tls: TargetAddress['tls'];
  readonly host?: string;
  readonly says: RegExp;
  readonly code?: ErrorCode;
}[] = [
  { name: 'never answers', answer: null, tls: 'off', says: /timed out$/ },
  { name: 'never answers a request for TLS', answer: null, tls: 'require', says: /timed out$/ },
  { name: 'speaks no TLS', answer: 'N', tls: 'require', says: /it does not speak TLS$/ },
  { name: 'speaks TLS badly', answer: 'S', tls: 'require', says: /timed out$/ },
  { name: 'asks for MD5 and falls silent', answer: 'R\0\0\0\x0c\0\0\0\x05salt', tls: 'off', says: /timed out$/ },
  {
    name: 'asks for a password in the clear',
    answer: 'R\0\0\0\x08\0\0\0\x03',
    tls: 'off',
    says: /asks for a password in the clear/,
    code: 'target_unsupported',
  },
  {
    name: 'asks for MD5 on a link without TLS that may leave the machine',
    answer: 'R\0\0\0\x0c\0\0\0\x05salt',
    tls: 'off',
    // Any address of this machine, though not a loopback address by its name.
    host: '0.0.0.0',
    says: /asks for an MD5 password on a link without TLS/,
    code: 'target_unsupported',
  },
];

for (const { name, answer, tls, host = '127.0.0.1', says, code = 'target_unreachable' } of strangers) {
  test(`a target that ${name} is refused in time, and gets no password`, async (context) => {
    let received = '';
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.on('data', (chunk) => {
        if (received === '' && answer !== null) socket.write(answer);
        received += chunk.toString('latin1');
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    context.after(() => server.close());
    const { port } = server.address() as AddressInfo;
    const probed = await probe(
      { host, port, tls },
      { timeoutMs: 150, credential: { user: 'etl', password: 'canary-7731' } },
    );
    assert.ok(!probed.ok);
    assert.equal(probed.error.code, code);
    assert.match(probed.error.message, says);
    assert.doesNotMatch(received, code === 'target_unsupported' ? /canary-7731|md5/ : /canary-7731/);
  });
}
