import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { startPostgres } from '../src/app/demo/embedded-postgres.ts';
import { startIssuer } from '../test/support/issuer.ts';
import { openFolder } from '../test/support/open-folder.ts';
import { clientOptions, type Doors, openDoors } from './doors.ts';
import { heldStatements } from './held.ts';
import { heading, median, percentile, row } from './numbers.ts';
import { latencies, psqlSeconds } from './pgbench.ts';
import { cpuSeconds, residentMegabytes } from './process-cost.ts';
import { storm } from './storm.ts';
import { throughput } from './throughput.ts';

// The table of docs/performance.md: every door in one run, ratios rather than absolutes.
const { values } = parseArgs({
  options: {
    tls: { type: 'boolean', default: false },
    fsync: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '3' },
    profile: { type: 'boolean', default: false },
    held: { type: 'string' },
    minutes: { type: 'string', default: '10' },
  },
});
if (values.held !== undefined) {
  await heldStatements(Number(values.held), Number(values.minutes));
  process.exit();
}
const [rounds, seconds] = [Number(values.rounds), Number(values.seconds)];
const durability = values.fsync ? 'fsync' : 'os';
const folder = openFolder();
const issuer = await startIssuer();
const database = await startPostgres({
  dataDir: join(folder, 'postgres'),
  port: 0,
  database: 'bench',
  settings: { fsync: 'off', max_connections: '600' },
});
try {
  await fill();
  const doors = await openDoors({
    folder,
    database,
    issuer,
    tls: values.tls,
    durability,
    profile: values.profile,
  });
  try {
    console.log(`clients ${values.tls ? 'with TLS' : 'without TLS'}, ledger ${durability}`);
    if (values.profile)
      console.log(`the gateway is process ${doors.sluice.pid}: perf record -g -p ${doors.sluice.pid}`);
    for (const mode of ['simple', 'prepared'] as const) await throughput(doors, { mode, clients: 8, rounds, seconds });
    await throughput(doors, { mode: 'simple', clients: 64, rounds: 3, seconds });
    await maskedRead(doors);
    await latency(doors);
    await memory(doors);
    await connects(doors);
    await storm(doors, 500);
  } finally {
    await doors.close();
  }
} finally {
  await issuer.close();
  await database.stop();
  rmSync(folder, { recursive: true, force: true });
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
    const before = door.pid === null ? 0 : cpuSeconds(door.pid);
    for (let i = 0; i < 50; i += 1) {
      const from = performance.now();
      const client = new pg.Client(clientOptions(door));
      await client.connect();
      taken.push(performance.now() - from);
      await client.end();
    }
    times.set(door.name, median(taken));
    const cpu = door.pid === null ? '' : `, ${((cpuSeconds(door.pid) - before) * 20).toFixed(1)} ms CPU a session`;
    row(door.name, `${median(taken).toFixed(2)} ms${cpu}`);
  }
  row('added', `${((times.get('sluice') ?? 0) - (times.get('direct') ?? 0)).toFixed(2)} ms`);
}
