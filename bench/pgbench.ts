import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Door {
  readonly name: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** Clients speak TLS to it. */
  readonly tls: boolean;
  /** Process whose CPU is counted; null for the database itself. */
  readonly pid: number | null;
}

export interface PgbenchRun {
  readonly transactions: number;
  readonly tps: number;
}

/** `pgbench -S` through a door. */
export async function pgbench(
  door: Door,
  mode: 'simple' | 'prepared',
  seconds: number,
  clients = 8,
): Promise<PgbenchRun> {
  const out = await run(
    'pgbench',
    ['-n', '-S', '-M', mode, '-c', String(clients), '-j', '2', '-T', String(seconds), ...address(door)],
    door,
  );
  return {
    transactions: Number(/transactions actually processed: (\d+)/.exec(out)?.[1] ?? 0),
    tps: Number(/tps = ([\d.]+)/.exec(out)?.[1] ?? 0),
  };
}

/** Latencies in milliseconds at a fixed rate, sorted: below saturation, so that queueing is not what is measured. */
export async function latencies(door: Door, rate: number, seconds: number): Promise<readonly number[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-latency-'));
  try {
    await run(
      'pgbench',
      [
        '-n',
        '-S',
        '-c',
        '8',
        '-j',
        '1',
        '-R',
        String(rate),
        '-T',
        String(seconds),
        '-l',
        '--log-prefix',
        join(folder, 'log'),
        ...address(door),
      ],
      door,
    );
    return readdirSync(folder)
      .flatMap((name) => readFileSync(join(folder, name), 'utf8').trim().split('\n'))
      .map((line) => {
        const fields = line.split(' ');
        // Latency counts from the scheduled start; the lag of pgbench itself (field 7) is not ours.
        return (Number(fields[2]) - Number(fields[6] ?? 0)) / 1000;
      })
      .filter((value) => Number.isFinite(value))
      .sort((a, b) => a - b);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Wall seconds that `psql` takes for one statement, its rows thrown away. */
export async function psqlSeconds(door: Door, sql: string): Promise<number> {
  const from = performance.now();
  await run(
    'psql',
    ['-q', '-A', '-t', '-o', '/dev/null', '-c', sql, `host=127.0.0.1 port=${door.port} dbname=bench user=${door.user}`],
    door,
  );
  return (performance.now() - from) / 1000;
}

function address(door: Door): readonly string[] {
  return ['-h', '127.0.0.1', '-p', String(door.port), '-U', door.user, 'bench'];
}

function run(command: string, args: readonly string[], door: Door): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      env: { ...process.env, PGPASSWORD: door.password, PGSSLMODE: door.tls ? 'require' : 'disable' },
    });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => {
      out += chunk.toString();
    });
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => {
      complaint += chunk.toString();
    });
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0
        ? resolve(out)
        : reject(new Error(`${command} through ${door.name} failed: ${complaint.slice(0, 400)}`)),
    );
  });
}
