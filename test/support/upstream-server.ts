import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { giveToServer } from '../../src/app/demo/server-user.ts';
import { type MadeCertificate, type Signature, selfSigned } from './certificates.ts';
import type { ClinicGateway } from './clinic-gateway.ts';

/** The clinic's database with TLS and a role for each way to log in; the gateway is told how it gets in. */
export interface UpstreamServer {
  /** Signs clients that the server lets in. */
  readonly authority: MadeCertificate;
  /** Shows another certificate from now on, signed in this way by itself. */
  present(signature: Signature): Promise<MadeCertificate>;
  /** Swaps the connection's credentials and the fields of its target beyond its address. */
  use(credentials: readonly string[], target?: string, port?: number): Promise<void>;
  /** A file beside the configuration, for secrets and certificates. */
  file(name: string, content: string, mode?: number): string;
  run(sql: string): Promise<void>;
}

export const rolePassword = 'pässword of a röle';

export async function prepareUpstream(clinic: ClinicGateway): Promise<UpstreamServer> {
  const dataDir = join(clinic.folder, 'postgres');
  const authority = await selfSigned('ECDSA with SHA-256', { name: 'client authority', authority: true });
  const run = async (sql: string) => {
    const client = await clinic.direct();
    await client.query(sql);
    await client.end();
  };
  const secret = (name: string, content: string) => {
    const path = join(dataDir, name);
    rmSync(path, { force: true });
    writeFileSync(path, content, { mode: 0o600 });
    giveToServer(path);
  };
  const present = async (signature: Signature) => {
    const made = await selfSigned(signature);
    secret('server.crt', made.cert);
    secret('server.key', made.key);
    await run("alter system set ssl = 'on'");
    await reload(clinic);
    return made;
  };

  secret('clients.crt', authority.cert);
  secret('pg_hba.conf', hba);
  await run("alter system set ssl_ca_file = 'clients.crt'");
  await run(roles());
  await present('ECDSA with SHA-256');
  return {
    authority,
    present,
    run,
    file(name, content, mode = 0o600) {
      const path = join(clinic.folder, name);
      rmSync(path, { force: true });
      writeFileSync(path, content, { mode });
      return path;
    },
    async use(credentials, target = 'tls: require', port = clinic.database.port) {
      const lines = credentials.map((credential) => `      - ${credential}\n`).join('');
      clinic.rewrite((yaml) =>
        yaml
          .replace(/(target: \{ host: 127\.0\.0\.1), .*\}/, `$1, port: ${port}, database: clinic, ${target} }`)
          .replace(/( {4}credentials:\n)( {6}- .*\n)+/, `$1${lines}`),
      );
      const reloaded = await clinic.gateway.reload();
      if (!reloaded.ok) throw new Error(reloaded.error.join('\n'));
    },
  };
}

const hba = `
hostssl all by_certificate all cert
hostssl all by_both all scram-sha-256 clientcert=verify-full
host all by_md5 all md5
hostssl all by_clear all password
host all all all scram-sha-256
`;

const names = ['by_certificate', 'by_both', 'by_clear', 'by_scram', 'by_md5', 'alpha', 'beta'];

function roles(): string {
  const made = names.map(
    (name) => `
    set password_encryption = '${name === 'by_md5' ? 'md5' : 'scram-sha-256'}';
    create role ${name} login password '${rolePassword}';
    grant select on all tables in schema public to ${name};`,
  );
  return `${made.join('')} reset password_encryption;`;
}

/** Resolves when a new session sees the change: the server reads its files a moment after it is told to. */
async function reload(clinic: ClinicGateway): Promise<void> {
  const { port, user, password } = clinic.database;
  const client = new pg.Client({ host: '127.0.0.1', port, user, password, database: 'clinic' });
  await client.connect();
  const { rows } = await client.query('select pg_conf_load_time() as at');
  await client.query('select pg_reload_conf()');
  for (;;) {
    const { rows: now } = await client.query('select pg_conf_load_time() as at');
    if (now[0].at.getTime() !== rows[0].at.getTime()) break;
  }
  await client.end();
}
