import { TLSSocket } from 'node:tls';
import { Client } from 'pg';
import { endPointHash } from '../base/end-point-hash.ts';
import { isLoopback } from '../base/loopback.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Credential, TargetAddress } from '../core/connection.ts';
import type { Denial } from '../core/denial.ts';
import type { ConnectionName } from '../core/ids.ts';
import { targetFor } from '../core/target-tls.ts';
import { driverTls } from './driver-tls.ts';
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
  const ssl = driverTls(targetFor(target, credential));
  if (!ssl.ok) return err(connectDenial(connection, ssl.error));

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
    ssl: ssl.value,
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
  // The same methods as for sessions: SCRAM, bound to the link where its certificate can be; MD5 under TLS or within this
  // machine; cleartext under TLS.
  wire.on('authenticationSASL', () => {
    if (!(wire.stream instanceof TLSSocket)) return;
    const { raw } = wire.stream.getPeerCertificate();
    Object.assign(client, { enableChannelBinding: Buffer.isBuffer(raw) && endPointHash(raw) !== null });
  });
  wire.on('authenticationCleartextPassword', () => {
    if (target.tls === 'off') fault = { kind: 'method', method: 'a password in the clear' };
  });
  wire.on('authenticationMD5Password', () => {
    if (target.tls === 'off' && !isLoopback(target.host)) {
      fault = { kind: 'method', method: 'an MD5 password on a link without TLS' };
    }
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
