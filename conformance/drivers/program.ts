import { spawn } from 'node:child_process';
import type { Door } from './doors.ts';
import type { Play, Played } from './driver.ts';

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  readonly seconds?: number;
}

/** Runs a program to its end, or to the end of its time: then the code is -1. */
export function run(command: string, options: readonly string[], how: RunOptions = {}): Promise<Ran> {
  const { promise, resolve } = Promise.withResolvers<Ran>();
  const child = spawn(command, options, {
    cwd: how.cwd ?? '/',
    env: { ...process.env, ...how.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (part: Buffer) => stdout.push(part));
  child.stderr.on('data', (part: Buffer) => stderr.push(part));
  child.stdin.on('error', () => undefined);
  child.stdin.end(how.input ?? '');
  let late = false;
  const limit = setTimeout(
    () => {
      late = true;
      // The whole group: package managers and test runners start programs of their own.
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    },
    (how.seconds ?? 300) * 1000,
  );
  const done = (code: number) => {
    clearTimeout(limit);
    resolve({
      code: late ? -1 : code,
      stdout: Buffer.concat(stdout).toString(),
      stderr: Buffer.concat(stderr).toString(),
    });
  };
  child.once('error', () => done(127));
  child.once('close', (code) => done(code ?? -1));
  return promise;
}

/** The same, and a fault where it fails. */
export async function mustRun(command: string, options: readonly string[], how: RunOptions = {}): Promise<string> {
  const ran = await run(command, options, how);
  if (ran.code === 0) return ran.stdout;
  throw new Error(`${command} ${options.join(' ')}: exit ${ran.code}\n${(ran.stderr + ran.stdout).slice(-3000)}`);
}

export function isOnMachine(command: string): Promise<boolean> {
  return run('sh', ['-c', `command -v ${command}`]).then(({ code }) => code === 0);
}

/** How a scenario program learns of its door. */
export function doorVariables(door: Door): Record<string, string> {
  return {
    DOOR: door.name,
    DOOR_PORT: String(door.port),
    DOOR_DATABASE: door.database,
    DOOR_USER: door.user,
    DOOR_PASSWORD: door.password,
    DOOR_AUTHORITY: door.authority,
  };
}

/** libpq's own variables, for whatever is made on it. */
export function libpqVariables(door: Door): Record<string, string> {
  return {
    PGHOST: '127.0.0.1',
    PGPORT: String(door.port),
    PGDATABASE: door.database,
    PGUSER: door.user,
    PGPASSWORD: door.password,
    PGSSLMODE: 'verify-full',
    PGSSLROOTCERT: door.authority,
    PGTZ: 'UTC',
  };
}

/** Plays with a program that prints one JSON object a scenario. What else it prints is a fault, for it hides differences. */
export function playProgram(command: string, options: readonly string[], how: RunOptions = {}): Play {
  return async (door) => {
    const ran = await run(command, options, {
      seconds: 90,
      ...how,
      env: { ...libpqVariables(door), ...doorVariables(door), PYTHONDONTWRITEBYTECODE: '1', ...how.env },
    });
    const played = ran.stdout.split('\n').flatMap(readLine);
    if (ran.code === 0) return played;
    return [...played, { scenario: 'program', outcome: { exit: ran.code, said: ran.stderr.slice(-2000) } }];
  };
}

/** What one line says, where it is a scenario. */
export function readLine(line: string): readonly Played[] {
  if (!line.startsWith('{')) return [];
  const read = JSON.parse(line) as { scenario?: unknown; outcome?: unknown };
  return typeof read.scenario === 'string' ? [{ scenario: read.scenario, outcome: read.outcome }] : [];
}
