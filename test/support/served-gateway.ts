import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { type EmbeddedPostgres, startPostgres } from '../../src/app/demo/embedded-postgres.ts';
import { freePort } from '../../src/app/demo/free-port.ts';
import { clinicPolicies, clinicSql } from './clinic.ts';
import { type ClinicConfigurationOptions, clinicConfiguration } from './clinic-configuration.ts';
import { startIssuer, type TestIssuer } from './issuer.ts';
import { openFolder } from './open-folder.ts';

/** A clinic before which gateways are started as processes of their own: what happens to one of those is no end of the test. */
export interface ServedClinic {
  readonly database: EmbeddedPostgres;
  readonly issuer: TestIssuer;
  readonly port: number;
  readonly ledger: string;
  token(): Promise<string>;
  /** A driver's connection through the gateway. */
  connect(): Promise<pg.Client>;
  /** Starts a gateway and waits until its doors are open. */
  serve(options?: ServeOptions): Promise<ServedGateway>;
  stop(): Promise<void>;
}

export interface ServeOptions {
  /** File descriptor of the log; `pipe` keeps it. */
  readonly log?: 'pipe' | number;
}

export interface ServedGateway {
  readonly process: ChildProcess;
  readonly api: string;
  /** What it has logged so far. */
  log(): string;
  /** Asks it to stop; its exit code. */
  stop(): Promise<number | null>;
}

export async function startServedClinic(
  options: ClinicConfigurationOptions & { readonly policies?: string } = {},
): Promise<ServedClinic> {
  const folder = openFolder();
  const issuer = await startIssuer();
  const password = 'upstream-secret-4711';
  const database = await startPostgres({
    dataDir: join(folder, 'postgres'),
    port: 0,
    database: 'clinic',
    password,
    settings: { fsync: 'off' },
  });
  const setup = new pg.Client({
    host: '127.0.0.1',
    port: database.port,
    user: database.user,
    password,
    database: 'clinic',
  });
  await setup.connect();
  await setup.query(clinicSql);
  await setup.end();
  mkdirSync(join(folder, 'policies'));
  writeFileSync(join(folder, 'policies', 'clinic.cedar'), options.policies ?? clinicPolicies);
  const port = await freePort();
  const file = join(folder, 'sluice.yaml');
  writeFileSync(file, clinicConfiguration({ ...options, issuer: issuer.url, database, port }));
  const token = () => issuer.token({ sub: 'job', kind: 'workload', repository: 'clinic/etl', run_id: '42' });
  const started: ChildProcess[] = [];
  return {
    database,
    issuer,
    port,
    ledger: join(folder, 'data', 'ledger'),
    token,
    async connect() {
      const client = new pg.Client({
        host: '127.0.0.1',
        port,
        user: 'x',
        password: await token(),
        database: 'clinic',
        ssl: false,
      });
      client.on('error', () => undefined);
      await client.connect();
      return client;
    },
    serve: async (how = {}) => {
      const apiPort = await freePort();
      const yaml = readFileSync(file, 'utf8').replace(/^api: .*$/m, `api: { address: 127.0.0.1:${apiPort} }`);
      writeFileSync(file, yaml);
      return serve(file, password, `http://127.0.0.1:${apiPort}`, started, how);
    },
    async stop() {
      for (const child of started) child.kill('SIGKILL');
      await database.stop();
      await issuer.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function serve(
  file: string,
  password: string,
  api: string,
  started: ChildProcess[],
  { log = 'pipe' }: ServeOptions,
): Promise<ServedGateway> {
  const main = join(import.meta.dirname, '..', '..', 'src', 'app', 'main.ts');
  const child = spawn(process.execPath, [main, 'serve', '-c', file], {
    stdio: ['ignore', 'ignore', log],
    env: { ...process.env, TEST_CLINIC_PASSWORD: password },
  });
  started.push(child);
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const exit = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let over = false;
  exit.then(() => (over = true));
  while (!(await ready(api))) if (over) throw new Error(`the gateway did not start: ${said.slice(0, 500)}`);
  return {
    process: child,
    api,
    log: () => said,
    stop: () => {
      child.kill('SIGTERM');
      return exit;
    },
  };
}

/** Asks again until the doors are open: the request itself takes the time between two attempts. */
async function ready(api: string): Promise<boolean> {
  return fetch(`${api}/readyz`).then(
    async (response) => {
      await response.arrayBuffer();
      return response.status === 200;
    },
    () => false,
  );
}
