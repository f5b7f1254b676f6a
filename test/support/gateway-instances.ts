import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { printFault } from '../../src/app/config/configuration-fault.ts';
import { loadConfiguration } from '../../src/app/config/load-configuration.ts';
import { type EmbeddedPostgres, startPostgres } from '../../src/app/demo/embedded-postgres.ts';
import { type Gateway, startGateway } from '../../src/app/gateway.ts';
import { err, ok } from '../../src/base/result.ts';
import { clinicPolicies, clinicSql } from './clinic.ts';
import { clinicConfiguration } from './clinic-configuration.ts';
import { startIssuer, type TestIssuer } from './issuer.ts';
import { statementLog } from './logged-statements.ts';
import { openFolder } from './open-folder.ts';

/** Two gateways before one clinic, with one state in a PostgreSQL of its own. */
export interface GatewayInstances {
  readonly issuer: TestIssuer;
  readonly a: Instance;
  readonly b: Instance;
  /** Of the clinic, whose log has every statement. */
  readonly dataDir: string;
  /** A driver's connection to the clinic, around them. */
  direct(): Promise<pg.Client>;
  /** The server of the state; stopped and started at will. */
  readonly state: { stop(): Promise<void>; start(): Promise<void> };
  token(subject: string): Promise<string>;
  person(subject: string, group: string): Promise<string>;
  stop(): Promise<void>;
}

export interface Instance {
  readonly gateway: Gateway;
  readonly api: string;
  /** A driver's connection through this instance. */
  connect(password: string): Promise<pg.Client>;
}

export async function startInstances(policies = clinicPolicies): Promise<GatewayInstances> {
  const folder = openFolder();
  const issuer = await startIssuer();
  const password = 'upstream-secret-4711';
  process.env['TEST_CLINIC_PASSWORD'] = password;
  const settings = { fsync: 'off' };
  const dataDir = join(folder, 'clinic');
  const clinic = await startPostgres({
    dataDir,
    port: 0,
    database: 'clinic',
    password,
    settings: { ...settings, ...statementLog },
  });
  const direct = () => open({ port: clinic.port, user: clinic.user, password });
  const setup = await direct();
  await setup.query(clinicSql);
  await setup.end();
  const stateAt = (port: number) =>
    startPostgres({ dataDir: join(folder, 'state'), port, database: 'sluice_state', password, settings });
  let state = await stateAt(0);
  process.env['TEST_STATE_URL'] = `postgres://${state.user}:${password}@127.0.0.1:${state.port}/sluice_state`;
  mkdirSync(join(folder, 'policies'));
  writeFileSync(join(folder, 'policies', 'clinic.cedar'), policies);
  const a = await startInstance('a', folder, issuer, clinic);
  // What one sealed the other reveals.
  cpSync(join(folder, 'data-a/keys/root.secret'), join(folder, 'data-b/keys/root.secret'));
  const b = await startInstance('b', folder, issuer, clinic);
  return {
    issuer,
    a,
    b,
    dataDir,
    direct,
    state: {
      stop: () => state.stop(),
      async start() {
        state = await stateAt(state.port);
      },
    },
    token: (sub) => issuer.token({ sub, kind: 'workload', repository: 'clinic/etl', run_id: '42' }),
    person: (sub, group) =>
      issuer.token({ sub, kind: 'person', groups: [group], auth_time: Math.floor(Date.now() / 1000) }),
    async stop() {
      await Promise.all([a.gateway.stop(), b.gateway.stop()]);
      await Promise.all([clinic.stop(), state.stop(), issuer.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function startInstance(
  name: string,
  folder: string,
  issuer: TestIssuer,
  database: EmbeddedPostgres,
): Promise<Instance> {
  const file = join(folder, `${name}.yaml`);
  const yaml = clinicConfiguration({ issuer: issuer.url, database })
    .replace('name: test-gateway', `name: ${name}`)
    .replace('./data', `./data-${name}`);
  const text = `${yaml}state: { url: { env: TEST_STATE_URL } }\n`;
  const read = async () => {
    const loaded = loadConfiguration(text, file);
    return loaded.ok ? ok(loaded.value) : err(loaded.error.map((fault) => printFault(file, fault)));
  };
  const configuration = await read();
  if (!configuration.ok) throw new Error(configuration.error.join('\n'));
  const started = await startGateway({ configuration: configuration.value, read });
  if (!started.ok) throw new Error(started.error.join('\n'));
  const gateway = started.value;
  const plain = gateway.listeners.open.find(({ settings }) => settings.name === 'plain');
  const port = Number(plain?.listener.address.split(':').at(-1));
  return {
    gateway,
    api: gateway.api,
    connect: (secret) => open({ port, user: 'x', password: secret }),
  };
}

async function open(config: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client({ host: '127.0.0.1', database: 'clinic', ssl: false, ...config });
  // A session that ends under its client is what some tests are about; they look at the query's own error.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
