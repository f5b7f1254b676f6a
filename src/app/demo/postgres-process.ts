import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { serverUser } from './server-user.ts';

export interface LaunchOptions {
  readonly binaries: string;
  readonly dataDir: string;
  readonly logFile: string;
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
}

/** A server process that may still be starting. */
export interface Launched {
  readonly logFile: string;
  readonly dataDir: string;
  /** True once the process is gone. */
  exited(): boolean;
  stop(): Promise<void>;
}

/** Starts the server process and what watches over it. */
export async function launch(options: LaunchOptions): Promise<Launched> {
  await untilReleased(options.dataDir);
  const server = spawnServer(options);
  await spawned(server);
  const gone = once(server, 'exit');
  const watch = spawnWatch(options.dataDir, server.pid ?? 0);
  const watchGone = new Promise((resolve) => watch.once('exit', resolve).once('error', resolve));
  return {
    logFile: options.logFile,
    dataDir: options.dataDir,
    exited: () => server.exitCode !== null || server.signalCode !== null,
    stop: async () => {
      // SIGINT is PostgreSQL's fast shutdown: open transactions are rolled back, everything is written.
      server.kill('SIGINT');
      await gone;
      watch.stdin?.end();
      await watchGone;
    },
  };
}

function spawnServer({ binaries, dataDir, logFile, port, settings }: LaunchOptions): ChildProcess {
  const log = openSync(logFile, 'a', 0o600);
  try {
    const all = {
      ...defaults,
      ...settings,
      listen_addresses: '127.0.0.1',
      unix_socket_directories: '',
      port: `${port}`,
    };
    const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    return spawn(join(binaries, 'bin', 'postgres'), ['-D', dataDir, ...flags], {
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
      stdio: ['ignore', log, log],
      // Its own process group: Ctrl-C reaches Sluice alone, which then stops the server in order.
      detached: true,
      ...serverUser(),
    });
  } finally {
    closeSync(log);
  }
}

/**
 * A shell that waits for the end of a pipe which only this process holds, then stops the server: whatever ends this process,
 * the server does not linger. It touches the server only while the data folder names it as its own.
 */
function spawnWatch(dataDir: string, pid: number): ChildProcess {
  const script = 'read -r _; [ "$(head -n 1 "$1/postmaster.pid" 2>/dev/null)" = "$2" ] && kill -INT "$2"; exit 0';
  const watch = spawn('/bin/sh', ['-c', script, 'sluice-postgres-watch', dataDir, `${pid}`], {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
    ...serverUser(),
  });
  // The watch may be gone first (a machine that shuts down ends everything): nothing is left to tell it then.
  watch.stdin.on('error', () => undefined);
  return watch;
}

async function spawned(child: ChildProcess): Promise<void> {
  if (child.pid !== undefined) return;
  const [error] = await once(child, 'error');
  throw new Error(`postgres cannot be run: ${error instanceof Error ? error.message : 'unknown fault'}`);
}

/** A server whose owner was killed a moment ago is still shutting down; one that stays is somebody else's. */
async function untilReleased(dataDir: string): Promise<void> {
  const deadline = performance.now() + releaseMs;
  while (isHeld(dataDir)) {
    if (performance.now() > deadline) throw new Error(`another PostgreSQL is running on ${dataDir}; stop it first`);
    await wait(50);
  }
}

function isHeld(dataDir: string): boolean {
  const file = join(dataDir, 'postmaster.pid');
  if (!existsSync(file)) return false;
  try {
    const pid = Number(readFileSync(file, 'utf8').split('\n', 1)[0]);
    process.kill(pid, 0);
    return runsOn(pid, dataDir);
  } catch {
    // No such process, or no longer a file: PostgreSQL replaces what is stale, and refuses what is not by itself.
    return false;
  }
}

/** After a restart of the machine the number may belong to anything; where the system shows command lines, they decide. */
function runsOn(pid: number, dataDir: string): boolean {
  const file = `/proc/${pid}/cmdline`;
  return !existsSync(file) || readFileSync(file, 'utf8').includes(dataDir);
}

const releaseMs = 10_000;

/** Throw-away data: speed before durability. Enough connections for a test that opens many. */
const defaults: Readonly<Record<string, string>> = {
  fsync: 'off',
  full_page_writes: 'off',
  synchronous_commit: 'off',
  max_connections: '300',
  shared_buffers: '64MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_line_prefix: '%m [%p] ',
};
