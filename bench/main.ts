import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { nodeFlags } from '../scripts/node-flags.mjs';
import { startPostgres } from '../src/app/demo/embedded-postgres.ts';
import { freePort } from '../src/app/demo/free-port.ts';
import { startIssuer } from '../test/support/issuer.ts';
import { openFolder } from '../test/support/open-folder.ts';
import { type Door, latencies, pgbench, psqlSeconds } from './pgbench.ts';
import { startPgbouncer } from './pgbouncer.ts';
import { cpuSeconds, residentMegabytes } from './process-cost.ts';

// The table of docs/performance.md: every door in one run, ratios rather than absolutes.
const seconds = Number(process.argv[2] ?? 3);
const rounds = 7;
const root = join(import.meta.dirname, '..');
const folder = openFolder();
const children: ChildProcess[] = [];
const issuer = await startIssuer();
const database = await startPostgres({
  dataDir: join(folder, 'postgres'),
  port: 0,
  database: 'bench',
  settings: { fsync: 'off', max_connections: '200' },
});
try {
  await fill();
  const doors = await openDoors();
  await throughput(doors);
  await maskedRead(doors);
  await latency(doors);
  await memory(doors);
  await connects(doors);
} finally {
  await Promise.all(children.map(ended));
  await issuer.close();
  await database.stop();
  rmSync(folder, { recursive: true, force: true });
}

interface Doors {
  readonly direct: Door;
  readonly bouncer: Door | null;
  readonly relay: Door;
  readonly sluice: Door;
}

async function fill(): Promise<void> {
  const client = new pg.Client({
    host: database.host,
    port: database.port,
    user: database.user,
    password: database.password,
    database: 'bench',
  });
  await client.connect();
  await client.query(`
    create table pgbench_accounts (aid int primary key, bid int, abalance int, filler char(84));
    insert into pgbench_accounts select i, 1, 0, '' from generate_series(1, 100000) i;
    create table pgbench_branches (bid int primary key, bbalance int, filler char(88));
    insert into pgbench_branches values (1, 0, '');
    create table pgbench_tellers (tid int primary key, bid int, tbalance int, filler char(84));
    create table pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));
    create table people (id int primary key, name text, ssn text, note text);
    insert into people select i, 'Synthetic Person ' || i, '900-12-' || lpad((i % 10000)::text, 4, '0'), 'seen in the clinic, no findings' from generate_series(1, 100000) i;
    analyze`);
  await client.end();
}

async function openDoors(): Promise<Doors> {
  const [bouncerPort, relayPort, sluicePort, apiPort] = [
    await freePort(),
    await freePort(),
    await freePort(),
    await freePort(),
  ];
  const upstream = { port: database.port, user: database.user, password: database.password };
  const bouncer = startPgbouncer(bouncerPort, upstream);
  const relay = spawn(
    process.execPath,
    [join(import.meta.dirname, 'bare-relay.ts'), String(relayPort), String(database.port)],
    { stdio: 'inherit' },
  );
  const sluice = spawn(
    process.execPath,
    [...nodeFlags, join(root, 'src/app/main.ts'), 'serve', '-c', writeConfiguration(sluicePort, apiPort)],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, BENCH_PASSWORD: database.password },
    },
  );
  children.push(relay, sluice);
  if (bouncer !== null) children.push(bouncer);
  const door = (name: string, port: number, pid: number | null, password = database.password): Door => ({
    name,
    port,
    user: database.user,
    password,
    pid,
  });
  const doors = {
    direct: door('direct', database.port, null),
    bouncer: bouncer === null ? null : door('pgbouncer', bouncerPort, bouncer.pid ?? null),
    relay: door('bare relay', relayPort, relay.pid ?? null),
    sluice: door('sluice', sluicePort, sluice.pid ?? null, await issuer.token({ sub: 'bench' })),
  };
  for (const one of [doors.relay, doors.sluice, doors.bouncer]) if (one !== null) await untilOpen(one);
  return doors;
}

function writeConfiguration(port: number, apiPort: number): string {
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
  pg: { protocol: postgres, address: 127.0.0.1:${port}, tls: off, auth: token }
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
ledger: { durability: ${process.env['BENCH_DURABILITY'] ?? 'os'} }
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

/** The doors take turns, so that what else the machine does meets them alike; medians of the rounds are compared. */
async function throughput(doors: Doors): Promise<void> {
  for (const mode of ['simple', 'prepared'] as const) {
    heading(`pgbench -S, ${mode}, 8 clients, median of ${rounds} rounds of ${seconds} s`);
    const measured = [doors.bouncer, doors.relay, doors.sluice].filter((door) => door !== null);
    row('direct', `${Math.round((await pgbench(doors.direct, mode, seconds)).tps)} tps`);
    // Long enough for V8 to have compiled what is hot, wasm included: the steady state is measured, not the start.
    for (const door of measured) await pgbench(door, mode, door === doors.sluice ? 8 : 1);
    const runs = new Map(measured.map((door) => [door, [] as Cost[]]));
    for (let round = 0; round < rounds; round += 1) {
      for (const [door, costs] of runs) costs.push(await costOf(door, mode));
    }
    const yardstick = doors.bouncer === null ? Number.NaN : median((runs.get(doors.bouncer) ?? []).map(microsOf));
    for (const [door, costs] of runs) {
      const micros = median(costs.map(microsOf));
      const tps = Math.round(median(costs.map((cost) => cost.tps)));
      const spread = `${Math.min(...costs.map(microsOf)).toFixed(0)}-${Math.max(...costs.map(microsOf)).toFixed(0)}`;
      row(
        door.name,
        `${tps} tps, ${micros.toFixed(1)} us CPU a statement (${spread}), ${(micros / yardstick).toFixed(2)} x pgbouncer`,
      );
    }
  }
}

interface Cost {
  readonly tps: number;
  readonly micros: number;
}

async function costOf(door: Door, mode: 'simple' | 'prepared'): Promise<Cost> {
  if (door.pid === null) throw new Error(`${door.name} is not a process of ours`);
  const before = cpuSeconds(door.pid);
  const run = await pgbench(door, mode, seconds);
  return { tps: run.tps, micros: ((cpuSeconds(door.pid) - before) / run.transactions) * 1e6 };
}

function microsOf(cost: Cost): number {
  return cost.micros;
}

async function maskedRead(doors: Doors): Promise<void> {
  heading('100,000 rows with psql, one column of four partial, median of 7');
  const sql = 'select id, name, ssn, note from people';
  const direct: number[] = [];
  const masked: number[] = [];
  for (let i = 0; i < 8; i += 1) {
    const one = await psqlSeconds(doors.direct, sql);
    const other = await psqlSeconds(doors.sluice, sql);
    if (i === 0) continue;
    direct.push(one);
    masked.push(other);
  }
  row('direct', `${median(direct).toFixed(3)} s`);
  row('sluice', `${median(masked).toFixed(3)} s, ${(median(masked) / median(direct)).toFixed(2)} x direct`);
}

async function latency(doors: Doors): Promise<void> {
  heading('latency at 1,000 statements a second, 8 clients');
  const direct = await latencies(doors.direct, 1000, seconds);
  const through = await latencies(doors.sluice, 1000, seconds);
  for (const [name, at] of [
    ['p50', 0.5],
    ['p99', 0.99],
  ] as const) {
    row(
      name,
      `direct ${percentile(direct, at).toFixed(2)} ms, sluice ${percentile(through, at).toFixed(2)} ms, added ${(percentile(through, at) - percentile(direct, at)).toFixed(2)} ms`,
    );
  }
}

async function memory(doors: Doors): Promise<void> {
  heading('resident memory during a result of 1 GB');
  const { pid } = doors.sluice;
  if (pid === null) return;
  const idle = residentMegabytes(pid);
  let peak = idle;
  const sampling = setInterval(() => {
    peak = Math.max(peak, residentMegabytes(pid));
  }, 50);
  await psqlSeconds(doors.sluice, "select repeat('x', 1000) from generate_series(1, 1000000)");
  clearInterval(sampling);
  row('sluice', `${idle.toFixed(0)} MB idle, ${peak.toFixed(0)} MB at most, ${(peak - idle).toFixed(0)} MB above`);
}

async function connects(doors: Doors): Promise<void> {
  heading('connect and close, median of 50');
  const times = new Map<string, number>();
  for (const door of [doors.direct, doors.sluice]) {
    const taken: number[] = [];
    for (let i = 0; i < 50; i += 1) {
      const from = performance.now();
      const client = new pg.Client(clientOptions(door));
      await client.connect();
      taken.push(performance.now() - from);
      await client.end();
    }
    times.set(door.name, median(taken));
    row(door.name, `${median(taken).toFixed(2)} ms`);
  }
  row('added', `${((times.get('sluice') ?? 0) - (times.get('direct') ?? 0)).toFixed(2)} ms`);
}

/** Asks politely, so that a profile can be written, and insists after a while. */
function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve();
    const insist = setTimeout(() => child.kill('SIGKILL'), 5000);
    child.once('exit', () => {
      clearTimeout(insist);
      resolve();
    });
    child.kill('SIGTERM');
    return undefined;
  });
}

function clientOptions(door: Door): pg.ClientConfig {
  return {
    host: '127.0.0.1',
    port: door.port,
    user: door.user,
    password: door.password,
    database: 'bench',
    ssl: false,
  };
}

function median(values: readonly number[]): number {
  return percentile(
    [...values].sort((a, b) => a - b),
    0.5,
  );
}

function percentile(sorted: readonly number[], at: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * at))] ?? Number.NaN;
}

function heading(text: string): void {
  console.log(`\n${text}`);
}

function row(name: string, text: string): void {
  console.log(`  ${name.padEnd(12)} ${text}`);
}
