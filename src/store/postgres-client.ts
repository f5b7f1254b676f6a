import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { err, ok, type Result } from '../base/result.ts';
import { errorPhrase } from './error-code.ts';
import type { PostgresAddress } from './postgres-url.ts';

/** How every connection to the shared state is made. The refusal is the end of a sentence. */
export async function postgresClient(
  address: PostgresAddress,
  instance: string,
): Promise<Result<pg.ClientConfig, string>> {
  const ssl = await tlsOf(address);
  if (!ssl.ok) return ssl;
  const { host, port, user, password, database } = address;
  return ok({
    host,
    port,
    user,
    password,
    database,
    ssl: ssl.value,
    application_name: instance,
    connectionTimeoutMillis: connectMs,
    statement_timeout: statementMs,
    // An instance that hangs in the middle of a change lets go of the row.
    idle_in_transaction_session_timeout: idleInTransactionMs,
    // The server's own time-out comes first; this one is for a server that is not there any more.
    query_timeout: statementMs + connectMs,
    keepAlive: true,
    types: { getTypeParser },
  });
}

async function tlsOf({ tls, authorities }: PostgresAddress): Promise<Result<pg.ClientConfig['ssl'], string>> {
  if (tls === 'disable') return ok(false);
  const ca = authorities === null ? ok(null) : await readAuthorities(authorities);
  if (!ca.ok) return ca;
  return ok({
    minVersion: 'TLSv1.2',
    rejectUnauthorized: tls !== 'require',
    ...(ca.value === null ? {} : { ca: ca.value }),
    ...(tls === 'verify-ca' ? { checkServerIdentity: () => undefined } : {}),
  });
}

async function readAuthorities(path: string): Promise<Result<string, string>> {
  try {
    const pem = await readFile(path, 'utf8');
    return isCertificate(pem) ? ok(pem) : err('names an sslrootcert that holds no certificate in PEM');
  } catch (error) {
    return err(`names an sslrootcert that cannot be read (${errorPhrase(error)})`);
  }
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

/** Numbers of 64 bits as numbers: instants and counts of ours are exact. */
function getTypeParser(...[oid, format]: Parameters<typeof pg.types.getTypeParser>) {
  return oid === pg.types.builtins.INT8 ? Number : pg.types.getTypeParser(oid, format);
}

const connectMs = 5000;
const statementMs = 10_000;
const idleInTransactionMs = 30_000;
