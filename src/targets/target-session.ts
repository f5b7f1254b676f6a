import { X509Certificate } from 'node:crypto';
import {
  type ConnectionOptions,
  checkServerIdentity,
  createSecureContext,
  getCACertificates,
  type SecureContext,
} from 'node:tls';
import { Client } from 'pg';
import { err, ok, type Result } from '../base/result.ts';
import type { Credential, TargetAddress } from '../core/connection.ts';
import type { Denial } from '../core/denial.ts';
import type { ConnectionName } from '../core/ids.ts';
import { targetTls } from '../core/target-tls.ts';
import { connectDenial, readDenial, type SessionFault } from './target-denials.ts';

export interface TargetSessionOptions {
  readonly connection: ConnectionName;
  readonly target: TargetAddress;
  readonly credential: Credential;
  /** What the target's own log shows: `sluice/catalogue`. */
  readonly application: string;
  /** For everything, from the first packet to the last row. */
  readonly timeoutMs: number;
}

/** A short session of Sluice itself in a PostgreSQL target, read-only. */
export interface TargetSession {
  /** As the target reported it: `18.4`. */
  readonly serverVersion: string;
  /** Rows as arrays of values, as the driver reads them. The denial never holds the target's text. */
  read(text: string): Promise<Result<readonly (readonly unknown[])[], Denial>>;
  close(): Promise<void>;
}

/** Connects and authenticates; sends no statement. */
export async function openTargetSession(options: TargetSessionOptions): Promise<Result<TargetSession, Denial>> {
  const { connection, target, credential, timeoutMs } = options;
  const ssl = tlsOptions(target);
  if (ssl === null) return err(connectDenial(connection, { kind: 'bad-authority' }));

  let fault: SessionFault | null = null;
  const client = new Client({
    host: target.host,
    port: target.port,
    database: target.database,
    user: credential.user,
    // Asked only when the target wants one. Given a value, the driver would look for another in its environment when it is empty.
    password: () => {
      if (fault === null && credential.password === null) fault = { kind: 'password-wanted' };
      if (fault !== null || credential.password === null) throw new Error('no password is sent');
      return credential.password;
    },
    ssl,
    sslnegotiation: 'postgres',
    application_name: options.application,
    client_encoding: 'UTF8',
    statement_timeout: timeoutMs,
    idle_in_transaction_session_timeout: timeoutMs,
    options: '-c default_transaction_read_only=on',
  });

  let serverVersion = '';
  const wire = client.connection;
  wire.on('parameterStatus', (message: { readonly parameterName: string; readonly parameterValue: string }) => {
    if (message.parameterName === 'server_version') serverVersion = message.parameterValue;
  });
  // The same methods as for sessions: SCRAM, or cleartext under TLS; never a hash that can be replayed.
  wire.on('authenticationMD5Password', () => {
    fault = { kind: 'method', method: 'MD5' };
  });
  wire.on('authenticationCleartextPassword', () => {
    if (target.tls === 'off') fault = { kind: 'method', method: 'a password in the clear' };
  });
  // Errors outside of a call reach the next call; without a listener they would end the process.
  client.on('error', (error) => {
    fault ??= { kind: 'error', error };
  });

  const deadline = setTimeout(() => {
    fault = { kind: 'timeout' };
    wire.stream.destroy();
  }, timeoutMs);

  const close = async () => {
    clearTimeout(deadline);
    await client.end();
  };

  try {
    await client.connect();
  } catch (error) {
    const denial = connectDenial(connection, fault ?? { kind: 'error', error });
    wire.stream.destroy();
    clearTimeout(deadline);
    return err(denial);
  }

  return ok({
    serverVersion,
    async read(text) {
      try {
        const { rows } = await client.query<unknown[]>({ text, rowMode: 'array' });
        return ok(rows);
      } catch (error) {
        return err(readDenial(connection, fault ?? { kind: 'error', error }));
      }
    },
    close,
  });
}

/** Null: the configured authority is not a certificate. */
function tlsOptions(target: TargetAddress): ConnectionOptions | false | null {
  const tls = targetTls(target);
  if (tls === null) return false;
  const { identity, authorities } = tls;
  if (authorities !== null && !isCertificate(authorities)) return null;
  return {
    secureContext:
      authorities === null ? systemTrust() : createSecureContext({ ca: authorities, minVersion: 'TLSv1.2' }),
    rejectUnauthorized: tls.rejectUnauthorized,
    checkServerIdentity: (_, certificate) =>
      identity === null ? undefined : checkServerIdentity(identity, certificate),
  };
}

// Made once: reading the system's authorities takes a tenth of a second.
let systemContext: SecureContext | null = null;

function systemTrust(): SecureContext {
  systemContext ??= createSecureContext({
    ca: [...getCACertificates('bundled'), ...getCACertificates('system')],
    minVersion: 'TLSv1.2',
  });
  return systemContext;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}
