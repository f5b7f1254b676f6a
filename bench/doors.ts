import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { nodeFlags } from '../scripts/node-flags.mjs';
import type { EmbeddedPostgres } from '../src/app/demo/embedded-postgres.ts';
import { freePort } from '../src/app/demo/free-port.ts';
import { endProcess } from '../test/support/end-process.ts';
import type { TestIssuer } from '../test/support/issuer.ts';
import type { Door } from './pgbench.ts';
import { startPgbouncer } from './pgbouncer.ts';

/** One row of the table of section 11 is measured through each of these. */
export interface Doors {
  readonly direct: Door;
  /** Null where it cannot be installed. */
  readonly bouncer: Door | null;
  readonly relay: Door;
  readonly sluice: Door;
  close(): Promise<void>;
}

export interface DoorsOptions {
  readonly folder: string;
  readonly database: EmbeddedPostgres;
  readonly issuer: TestIssuer;
  /** Clients speak TLS to the doors that can: pgbouncer and the gateway. The relay passes what comes. */
  readonly tls: boolean;
  readonly durability: 'os' | 'fsync';
  /** The gateway writes down where its compiled code lies, so that `perf` can name it. */
  readonly profile: boolean;
}

/** Starts every door as a process of its own, so that its CPU can be told apart. */
export async function openDoors(options: DoorsOptions): Promise<Doors> {
  const { database, issuer, tls, profile } = options;
  const [bouncerPort, relayPort, sluicePort, apiPort] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const upstream = { port: database.port, user: database.user, password: database.password };
  const file = writeConfiguration(options, sluicePort, apiPort);
  const sluice = spawn(
    process.execPath,
    [
      ...nodeFlags,
      ...(profile ? ['--perf-basic-prof'] : []),
      join(import.meta.dirname, '..', 'src/app/main.ts'),
      'serve',
      '-c',
      file,
    ],
    { stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, BENCH_PASSWORD: database.password } },
  );
  const relay = spawn(
    process.execPath,
    [join(import.meta.dirname, 'bare-relay.ts'), String(relayPort), String(database.port)],
    { stdio: 'inherit' },
  );
  const bouncer = startPgbouncer(bouncerPort, upstream, tls);
  const children = [sluice, relay, ...(bouncer === null ? [] : [bouncer])];
  const door = (
    name: string,
    port: number,
    pid: number | null,
    password = database.password,
    secure = false,
  ): Door => ({
    name,
    port,
    user: database.user,
    password,
    pid,
    tls: secure,
  });
  const token = await issuer.token({ sub: 'bench' });
  const doors = {
    direct: door('direct', database.port, null),
    bouncer: bouncer === null ? null : door('pgbouncer', bouncerPort, bouncer.pid ?? null, database.password, tls),
    relay: door('bare relay', relayPort, relay.pid ?? null),
    sluice: door('sluice', sluicePort, sluice.pid ?? null, token, tls),
    close: async () => {
      await Promise.all(children.map(endProcess));
    },
  };
  for (const one of [doors.relay, doors.sluice, doors.bouncer]) if (one !== null) await untilOpen(one);
  return doors;
}

export function clientOptions(door: Door): pg.ClientConfig {
  return {
    host: '127.0.0.1',
    port: door.port,
    user: door.user,
    password: door.password,
    database: 'bench',
    ssl: door.tls ? { rejectUnauthorized: false } : false,
  };
}

function writeConfiguration(options: DoorsOptions, port: number, apiPort: number): string {
  const { folder, database, issuer, tls, durability } = options;
  mkdirSync(join(folder, 'policies'));
  writeFileSync(
    join(folder, 'policies', 'bench.cedar'),
    ['connect', 'session', 'select']
      .map(
        (action) =>
          `@id("bench-${action}")\n@description("the benchmark may ${action}")\npermit(principal, action == Action::"${action}", resource);\n`,
      )
      .join('\n'),
  );
  const file = join(folder, 'sluice.yaml');
  writeFileSync(
    file,
    `name: bench
tenant: bench
dataDir: ${join(folder, 'data')}
api: { address: 127.0.0.1:${apiPort} }
listeners:
  pg: { protocol: postgres, address: 127.0.0.1:${port}, tls: ${tls ? 'auto' : 'off'}, auth: token }
identity:
  issuers:
    - { id: bench, issuer: "${issuer.url}", audience: sluice, profile: generic, groups: [bench] }
connections:
  bench:
    protocol: postgres
    target: { host: 127.0.0.1, port: ${database.port}, database: bench, tls: off }
    credentials:
      - { user: ${database.user}, password: { env: BENCH_PASSWORD } }
    protect:
      public.people.ssn: ssn
masking:
  classes: { ssn: { partial: { keepLast: 4 } } }
policies: ./policies
limits: { sessionsPerPrincipal: 1000, sessions: 2000 }
ledger: { durability: ${durability} }
`,
  );
  return file;
}

async function untilOpen(door: Door): Promise<void> {
  const until = performance.now() + 20_000;
  for (;;) {
    try {
      const client = new pg.Client(clientOptions(door));
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      if (performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
