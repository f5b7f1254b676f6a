import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { type EmbeddedPostgres, startPostgres } from '../../src/app/demo/embedded-postgres.ts';
import { giveToServer } from '../../src/app/demo/server-user.ts';
import type { Credential, TargetAddress } from '../../src/core/connection.ts';

/** A real server for one test file, with one database `clinic`. */
export interface RealPostgres {
  readonly target: TargetAddress;
  readonly superuser: Credential;
  readonly server: EmbeddedPostgres;
  /** Runs a statement as superuser and answers its rows. */
  run(text: string): Promise<readonly (readonly unknown[])[]>;
  stop(): Promise<void>;
}

/** @param tls PEM of the server's certificate and key: then it speaks TLS too */
export async function startRealPostgres(
  tls: { readonly key: string; readonly cert: string } | null = null,
): Promise<RealPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-targets-test-'));
  chmodSync(folder, 0o711);
  const server = await startPostgres({
    dataDir: join(folder, 'data'),
    port: 0,
    database: 'clinic',
    settings: {
      log_statement: 'all',
      ...(tls === null ? {} : tlsSettings(folder, tls)),
    },
  });
  const superuser = { user: server.user, password: server.password };
  return {
    server,
    superuser,
    target: { host: server.host, port: server.port, database: 'clinic', tls: 'off', ca: null },
    async run(text) {
      const client = new Client({ ...superuser, host: server.host, port: server.port, database: 'clinic' });
      await client.connect();
      try {
        const result = await client.query<unknown[]>({ text, rowMode: 'array' });
        return result.rows ?? [];
      } finally {
        await client.end();
      }
    },
    async stop() {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function tlsSettings(folder: string, tls: { readonly key: string; readonly cert: string }): Record<string, string> {
  const files = { ssl_key_file: join(folder, 'server.key'), ssl_cert_file: join(folder, 'server.pem') };
  writeFileSync(files.ssl_key_file, tls.key, { mode: 0o600 });
  writeFileSync(files.ssl_cert_file, tls.cert, { mode: 0o600 });
  for (const file of Object.values(files)) giveToServer(file);
  return { ssl: 'on', ...files };
}
