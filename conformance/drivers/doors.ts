import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { nodeFlags } from '../../scripts/node-flags.mjs';
import { type EmbeddedPostgres, startPostgres } from '../../src/app/demo/embedded-postgres.ts';
import { freePort } from '../../src/app/demo/free-port.ts';
import type { PostgresMajor } from '../../src/app/demo/postgres-binaries.ts';
import { giveToServer } from '../../src/app/demo/server-user.ts';
import { systemClock } from '../../src/base/clock.ts';
import { ensureAuthority } from '../../src/net/authority.ts';
import { endProcess } from '../../test/support/end-process.ts';
import { startIssuer, type TestIssuer } from '../../test/support/issuer.ts';
import { openFolder } from '../../test/support/open-folder.ts';
import type { Driver } from './driver.ts';
import { emptySql, resetSql, schemaSql } from './schema.ts';

/** One way to the database: everything a program needs to connect. */
export interface Door {
  readonly name: 'direct' | 'open' | 'guarded';
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** File with the certificate of the authority to trust. */
  readonly authority: string;
}

/** A database and a gateway before it: directly, through a connection that protects nothing, and through one that does. */
export interface Doors {
  readonly direct: Door;
  readonly open: Door;
  readonly guarded: Door;
  /** Puts the rows back as they were, and makes what a driver needs besides. */
  reset(driver: Pick<Driver, 'fixture' | 'scratch'>): Promise<void>;
  close(): Promise<void>;
}

export async function openDoors(version: PostgresMajor): Promise<Doors> {
  const folder = openFolder();
  const stops: (() => Promise<unknown>)[] = [];
  const close = async () => {
    for (const stop of stops.toReversed()) await stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const issuer = await startIssuer();
    stops.push(() => issuer.close());
    const authority = await serverCertificate(folder);
    const database = await startPostgres({
      dataDir: join(folder, 'postgres'),
      port: 0,
      database: 'conformance',
      major: version,
      settings: {
        fsync: 'off',
        ssl: 'on',
        ssl_cert_file: authority.cert,
        ssl_key_file: authority.key,
        timezone: 'UTC',
        max_connections: '60',
      },
    });
    stops.push(() => database.stop());
    await run(database, schemaSql);
    const gateway = await startGateway(folder, database, issuer);
    stops.push(() => endProcess(gateway.process));
    const through = async (name: 'open' | 'guarded'): Promise<Door> => ({
      name,
      port: gateway.port,
      // Named as the database is, so that tests that ask for its name hear what they expect.
      database: name === 'open' ? 'conformance' : name,
      user: database.user,
      password: await issuer.token({ sub: 'conformance' }, { lifetime: 7200 }),
      authority: gateway.authority,
    });
    return {
      direct: {
        name: 'direct',
        port: database.port,
        database: 'conformance',
        user: database.user,
        password: database.password,
        authority: authority.trusted,
      },
      open: await through('open'),
      guarded: await through('guarded'),
      reset: ({ fixture = '', scratch = false }) => run(database, (scratch ? emptySql : resetSql) + fixture),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function serverCertificate(folder: string): Promise<{ cert: string; key: string; trusted: string }> {
  const made = await ensureAuthority(join(folder, 'authority'), [], systemClock);
  const files = {
    cert: join(folder, 'server.pem'),
    key: join(folder, 'server.key'),
    trusted: join(folder, 'direct.pem'),
  };
  writeFileSync(files.cert, made.cert);
  writeFileSync(files.key, made.key, { mode: 0o600 });
  writeFileSync(files.trusted, made.authority);
  giveToServer(files.cert);
  giveToServer(files.key);
  return files;
}

async function run(database: EmbeddedPostgres, sql: string): Promise<void> {
  const client = new pg.Client({
    host: database.host,
    port: database.port,
    user: database.user,
    password: database.password,
    database: 'conformance',
  });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

interface GatewayProcess {
  readonly process: ChildProcess;
  readonly port: number;
  readonly authority: string;
}

async function startGateway(folder: string, database: EmbeddedPostgres, issuer: TestIssuer): Promise<GatewayProcess> {
  const [port, apiPort] = [await freePort(), await freePort()];
  const policies = join(folder, 'policies');
  mkdirSync(policies);
  writeFileSync(join(policies, 'everything.cedar'), permitEverything);
  const file = join(folder, 'sluice.yaml');
  writeFileSync(file, configuration({ port, apiPort, folder, database, issuer: issuer.url, policies }));
  const main = join(import.meta.dirname, '..', '..', 'src', 'app', 'main.ts');
  const child = spawn(process.execPath, [...nodeFlags, main, 'serve', '-c', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, CONFORMANCE_PASSWORD: database.password },
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
    if (process.env['CONFORMANCE_LOG'] !== undefined) process.stderr.write(chunk);
  });
  const api = `http://127.0.0.1:${apiPort}`;
  while (!(await isReady(api))) {
    if (child.exitCode !== null) throw new Error(`the gateway did not start: ${said.slice(0, 2000)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  const authority = join(folder, 'gateway.pem');
  writeFileSync(authority, await (await fetch(`${api}/api/v1/authority.pem`)).text());
  return { process: child, port, authority };
}

function isReady(api: string): Promise<boolean> {
  return fetch(`${api}/readyz`).then(
    async (response) => {
      await response.arrayBuffer();
      return response.status === 200;
    },
    () => false,
  );
}

interface Parts {
  readonly port: number;
  readonly apiPort: number;
  readonly folder: string;
  readonly database: EmbeddedPostgres;
  readonly issuer: string;
  readonly policies: string;
}

function configuration({ port, apiPort, folder, database, issuer, policies }: Parts): string {
  const target = (name: string, at = 'conformance') => `  ${name}:
    protocol: postgres
    target: { host: 127.0.0.1, port: ${database.port}, database: ${at}, tls: off }
    credentials:
      - { user: ${database.user}, password: { env: CONFORMANCE_PASSWORD } }
`;
  return `name: conformance
tenant: conformance
dataDir: ${join(folder, 'data')}
api: { address: 127.0.0.1:${apiPort} }
listeners:
  pg: { protocol: postgres, address: 127.0.0.1:${port}, tls: auto, auth: token }
identity:
  issuers:
    - { id: conformance, issuer: "${issuer}", audience: sluice, profile: generic, groups: [conformance] }
connections:
${target('conformance')}${target('postgres', 'postgres')}${target('guarded')}    protect:
      public.people.ssn: ssn
      public.people.born: birth_date
masking:
  classes: { ssn: { partial: { keepLast: 4 } }, birth_date: year }
policies: ${policies}
ledger: { durability: os }
`;
}

/** Reveals nothing, and lets no protected column shape a result: those two are granted by name only. */
const permitEverything = `@id("everything")
@description("whoever is let in may do everything")
permit(principal, action, resource);
`;
