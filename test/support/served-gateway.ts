import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
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
  /** Of the database. */
  readonly dataDir: string;
  /** Everything of the gateways: configuration, policies, and a data directory for each. */
  readonly folder: string;
  readonly issuer: TestIssuer;
  readonly port: number;
  readonly ledger: string;
  token(): Promise<string>;
  /** A token of a person in that group, who logged in just now. */
  person(subject: string, group: string): Promise<string>;
  /** A driver's connection through the gateway, or through another instance on that port. */
  connect(port?: number): Promise<pg.Client>;
  /** Starts a gateway and waits until its doors are open. */
  serve(options?: ServeOptions): Promise<ServedGateway>;
  stop(): Promise<void>;
}

export interface ServeOptions {
  /** File descriptor of the log; `pipe` keeps it. */
  readonly log?: 'pipe' | number;
  /** Another instance than the first, with keys, data and ports of its own and the root secret of the first. */
  readonly instance?: string;
  /** Of Node. */
  readonly flags?: readonly string[];
}

export interface ServedOptions extends ClinicConfigurationOptions {
  readonly policies?: string;
  /** Of the database. */
  readonly settings?: Readonly<Record<string, string>>;
  /** The state is in a database beside the clinic, for several instances. */
  readonly shared?: boolean;
}

export interface ServedGateway {
  readonly process: ChildProcess;
  readonly port: number;
  readonly api: string;
  readonly ledger: string;
  /** What it has logged so far. */
  log(): string;
  /** Asks it to stop; its exit code. */
  stop(): Promise<number | null>;
}

export async function startServedClinic(options: ServedOptions = {}): Promise<ServedClinic> {
  const folder = openFolder();
  const issuer = await startIssuer();
  const password = 'upstream-secret-4711';
  const dataDir = join(folder, 'postgres');
  const settings = { fsync: 'off', ...options.settings };
  const database = await startPostgres({ dataDir, port: 0, database: 'clinic', password, settings });
  const open = async (config: pg.ClientConfig) => {
    const client = new pg.Client({ host: '127.0.0.1', database: 'clinic', ssl: false, ...config });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const setup = await open({ port: database.port, user: database.user, password });
  await setup.query(clinicSql);
  if (options.shared === true) await setup.query('create database sluice_state');
  await setup.end();
  mkdirSync(join(folder, 'policies'));
  writeFileSync(join(folder, 'policies', 'clinic.cedar'), options.policies ?? clinicPolicies);
  const ports = new Map([[first, await freePort()]]);
  const port = ports.get(first) ?? 0;
  const token = () => issuer.token({ sub: 'job', kind: 'workload', repository: 'clinic/etl', run_id: '42' });
  const started: ChildProcess[] = [];
  return {
    database,
    dataDir,
    folder,
    issuer,
    port,
    ledger: join(folder, 'data', 'ledger'),
    token,
    person: (sub, group) =>
      issuer.token({ sub, kind: 'person', groups: [group], auth_time: Math.floor(Date.now() / 1000) }),
    connect: async (through = port) => open({ port: through, user: 'x', password: await token() }),
    serve: async ({ instance = first, log = 'pipe', flags = [] } = {}) => {
      const [ownPort, apiPort] = [ports.get(instance) ?? (await freePort()), await freePort()];
      ports.set(instance, ownPort);
      const data = instance === first ? 'data' : `data-${instance}`;
      if (instance !== first) cpSync(join(folder, 'data/keys/root.secret'), join(folder, data, 'keys/root.secret'));
      const yaml = clinicConfiguration({ ...options, issuer: issuer.url, database, port: ownPort })
        .replace('name: test-gateway', `name: ${instance}`)
        .replace('./data', `./${data}`)
        .replace(/^api: .*$/m, `api: { address: 127.0.0.1:${apiPort} }`);
      const file = join(folder, `${instance}.yaml`);
      writeFileSync(file, options.shared === true ? `${yaml}state: { url: { env: TEST_STATE_URL } }\n` : yaml);
      const served = await serve({
        command: [...flags, join(import.meta.dirname, '../../src/app/main.ts'), 'serve', '-c', file],
        env: {
          TEST_CLINIC_PASSWORD: password,
          TEST_STATE_URL: `postgres://${database.user}:${password}@127.0.0.1:${database.port}/sluice_state`,
        },
        api: `http://127.0.0.1:${apiPort}`,
        started,
        log,
      });
      return { ...served, port: ownPort, ledger: join(folder, data, 'ledger') };
    },
    async stop() {
      for (const child of started) child.kill('SIGKILL');
      await database.stop();
      await issuer.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const first = 'test-gateway';

interface Starting {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly api: string;
  readonly started: ChildProcess[];
  readonly log: 'pipe' | number;
}

async function serve({ command, env, api, started, log }: Starting): Promise<Omit<ServedGateway, 'port' | 'ledger'>> {
  const child = spawn(process.execPath, [...command], {
    stdio: ['ignore', 'ignore', log],
    env: { ...process.env, ...env },
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
