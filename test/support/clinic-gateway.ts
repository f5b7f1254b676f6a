import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { printFault } from '../../src/app/config/configuration-fault.ts';
import { loadConfiguration } from '../../src/app/config/load-configuration.ts';
import { type EmbeddedPostgres, startPostgres } from '../../src/app/demo/embedded-postgres.ts';
import type { PostgresMajor } from '../../src/app/demo/postgres-binaries.ts';
import { type Gateway, startGateway } from '../../src/app/gateway.ts';
import { err, ok } from '../../src/base/result.ts';
import { clinicPolicies, clinicSql } from './clinic.ts';
import { type ClinicConfigurationOptions, clinicConfiguration } from './clinic-configuration.ts';
import { startIssuer, type TestIssuer } from './issuer.ts';
import { openFolder } from './open-folder.ts';

/** A real database with a clinic, a real issuer, and a gateway between them, in this process. */
export interface ClinicGateway {
  readonly database: EmbeddedPostgres;
  readonly issuer: TestIssuer;
  readonly gateway: Gateway;
  /** Without TLS. */
  readonly port: number;
  readonly tlsPort: number;
  readonly api: string;
  readonly folder: string;
  /** A token of a workload in the group `pipelines`. */
  token(subject?: string): Promise<string>;
  /** A token of a person in that group. */
  person(subject: string, group: string): Promise<string>;
  /** Changes the configuration file, for a reload. */
  rewrite(change: (yaml: string) => string): void;
  /** A driver's connection through the gateway. */
  connect(options?: Partial<pg.ClientConfig>): Promise<pg.Client>;
  /** The same, around it. */
  direct(): Promise<pg.Client>;
  entries(): Promise<readonly Record<string, unknown>[]>;
  stop(): Promise<void>;
}

export interface ClinicOptions extends ClinicConfigurationOptions {
  readonly policies?: string;
  readonly settings?: Record<string, string>;
  /** Version of the database; the newest unless given. */
  readonly major?: PostgresMajor;
}

export const databasePassword = 'upstream-secret-4711';

export async function startClinicGateway(options: ClinicOptions = {}): Promise<ClinicGateway> {
  const folder = openFolder();
  const issuer = await startIssuer();
  const database = await startPostgres({
    dataDir: join(folder, 'postgres'),
    port: 0,
    database: 'clinic',
    password: databasePassword,
    settings: { fsync: 'off', ...options.settings },
    ...(options.major === undefined ? {} : { major: options.major }),
  });
  const direct = () =>
    open({ port: database.port, user: database.user, password: database.password, database: 'clinic' });
  const setup = await direct();
  await setup.query(clinicSql);
  await setup.end();

  mkdirSync(join(folder, 'policies'));
  writeFileSync(join(folder, 'policies', 'clinic.cedar'), options.policies ?? clinicPolicies);
  const file = join(folder, 'sluice.yaml');
  writeFileSync(file, clinicConfiguration({ ...options, issuer: issuer.url, database }));
  process.env['TEST_CLINIC_PASSWORD'] = databasePassword;
  const read = async () => {
    const loaded = loadConfiguration(readFileSync(file, 'utf8'), file);
    return loaded.ok ? ok(loaded.value) : err(loaded.error.map((fault) => printFault(file, fault)));
  };
  const configuration = await read();
  if (!configuration.ok) throw new Error(configuration.error.join('\n'));
  const started = await startGateway({ configuration: configuration.value, read });
  if (!started.ok) {
    await database.stop();
    await issuer.close();
    throw new Error(started.error.join('\n'));
  }
  const gateway = started.value;
  const portOf = (name: string) => {
    const found = gateway.listeners.open.find(({ settings }) => settings.name === name);
    return Number(found?.listener.address.split(':').at(-1));
  };
  const token = (subject = 'job') =>
    issuer.token({ sub: subject, kind: 'workload', repository: 'clinic/etl', run_id: '42' });

  return {
    database,
    issuer,
    gateway,
    port: portOf('plain'),
    tlsPort: portOf('pg'),
    api: gateway.api,
    folder,
    token,
    person: (sub, group) =>
      issuer.token({ sub, kind: 'person', groups: [group], auth_time: Math.floor(Date.now() / 1000) }),
    rewrite: (change) => writeFileSync(file, change(readFileSync(file, 'utf8'))),
    connect: async (given = {}) =>
      open({ port: portOf('plain'), user: 'whoever', password: await token(), database: 'clinic', ...given }),
    direct,
    async entries() {
      const { ledgerTail } = await import('./ledger-entries.ts');
      return ledgerTail(gateway.ledger);
    },
    async stop() {
      await gateway.stop();
      await database.stop();
      await issuer.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function open(config: pg.ClientConfig): Promise<pg.Client> {
  const client = new pg.Client({ host: '127.0.0.1', ssl: false, ...config });
  // A session that ends under its client is what some tests are about; they look at the query's own error.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
