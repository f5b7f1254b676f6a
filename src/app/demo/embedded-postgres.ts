import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { freePort } from './free-port.ts';
import { type PostgresMajor, postgresBinaries } from './postgres-binaries.ts';
import { ensureCluster, superuser } from './postgres-cluster.ts';
import { launch } from './postgres-process.ts';
import { ensureDatabase, untilReady } from './postgres-ready.ts';
import { blockingParent } from './server-user.ts';

export interface PostgresOptions {
  /** Made at the first start. Its parent holds the log beside it. */
  readonly dataDir: string;
  /** 18 unless given. A folder stays with the version it was made with. */
  readonly major?: PostgresMajor;
  /** 0: a free one. */
  readonly port: number;
  /** Server settings on top of the defaults, which favour speed over durability. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Created if it is missing. */
  readonly database?: string;
  /** Of the superuser, used when the data folder is made; a random one unless given. A folder keeps the one it was made with. */
  readonly password?: string;
}

/** A running server that belongs to this process. */
export interface EmbeddedPostgres {
  readonly host: '127.0.0.1';
  readonly port: number;
  /** The superuser. */
  readonly user: string;
  readonly password: string;
  /** What the server logs, appended over restarts. */
  readonly logFile: string;
  /** Fast shutdown: clients are cut off, data is kept. Resolves when the process is gone; idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts a real PostgreSQL on 127.0.0.1 from the optional npm dependency and resolves when it answers. Throws an Error with a
 * sentence when it cannot. The server follows this process even when that is killed hard.
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const dataDir = resolve(options.dataDir);
  const blocking = blockingParent(dataDir);
  if (blocking !== null) {
    throw new Error(`PostgreSQL does not run as root, and its user cannot pass through ${blocking} to ${dataDir}`);
  }
  mkdirSync(dirname(dataDir), { recursive: true });
  const binaries = postgresBinaries(options.major);
  const password = ensureCluster(binaries, dataDir, options.password ?? randomBytes(18).toString('base64url'));
  const logFile = `${dataDir}.log`;

  for (let attempt = 1; ; attempt += 1) {
    const port = options.port === 0 ? await freePort() : options.port;
    const launched = await launch({ binaries, dataDir, logFile, port, settings: options.settings ?? {} });
    const server = { host: '127.0.0.1', port, user: superuser, password } as const;
    try {
      await untilReady(server, launched);
      if (options.database !== undefined) await ensureDatabase(server, options.database);
      return { ...server, logFile, stop: () => launched.stop() };
    } catch (error) {
      await launched.stop();
      // A port that was free a moment ago may be taken now; a port that was asked for is not replaced.
      if (options.port !== 0 || attempt === 3) throw error;
    }
  }
}
