import { DatabaseError } from 'pg';
import { unreachable } from '../base/unreachable.ts';
import type { Denial } from '../core/denial.ts';
import { dialFault } from '../core/dial-fault.ts';
import type { ConnectionName } from '../core/ids.ts';

/** What went wrong in a session of Sluice itself. */
export type SessionFault =
  | { readonly kind: 'error'; readonly error: unknown }
  | { readonly kind: 'timeout' }
  | { readonly kind: 'bad-authority' }
  | { readonly kind: 'bad-certificate' }
  | { readonly kind: 'password-wanted' }
  | { readonly kind: 'method'; readonly method: string };

/** Why there is no session. Never holds the target's text: it may name what is protected. */
export function connectDenial(connection: ConnectionName, fault: SessionFault): Denial {
  const target = `the target of connection "${connection}"`;
  switch (fault.kind) {
    case 'timeout':
      return unreached(target, 'timed out');
    case 'bad-authority':
      return unreached(target, 'the configured authority is not a certificate');
    case 'bad-certificate':
      return unreached(target, 'the client certificate of the credential and its key do not fit together');
    case 'password-wanted':
      return {
        code: 'target_refused',
        message: `${target} asks for a password, and the connection has none`,
        hint: 'Give the credential of this connection a password in the configuration.',
      };
    case 'method':
      return {
        code: 'target_unsupported',
        message: `${target} asks for ${fault.method}, which Sluice does not send`,
        hint: 'Let the target ask for scram-sha-256 in pg_hba.conf, and speak TLS to it.',
      };
    case 'error':
      return errorDenial(target, fault.error);
    default:
      return unreachable(fault);
  }
}

/** Why a statement of Sluice itself failed. */
export function readDenial(connection: ConnectionName, fault: SessionFault): Denial {
  return {
    code: 'catalogue_unavailable',
    message: `the catalogue of connection "${connection}" cannot be read: ${readPhrase(fault)}`,
    hint: 'Sluice tries again; look into the log of the target.',
  };
}

/** SQLSTATE of an error that the target itself sent, or null. */
function sqlstateOf(error: unknown): string | null {
  if (!(error instanceof DatabaseError) || error.code === undefined) return null;
  return /^[0-9A-Z]{5}$/.test(error.code) ? error.code : 'XX000';
}

function errorDenial(target: string, error: unknown): Denial {
  const sqlstate = sqlstateOf(error);
  if (sqlstate === null) {
    if (isScramFault(error)) return refused(target);
    return unreached(target, driverPhrase(error) ?? dialFault(error));
  }
  if (sqlstate.startsWith('28')) return refused(target);
  if (sqlstate === '57P03') return unreached(target, 'it is starting up or shutting down');
  if (sqlstate === '53300') return unreached(target, 'it has too many connections');
  if (sqlstate === '3D000') {
    return {
      code: 'target_refused',
      message: `${target} has no database of the configured name`,
      hint: 'Correct `target.database` of this connection.',
    };
  }
  return { code: 'target_refused', message: `${target} refuses the session with SQLSTATE ${sqlstate}` };
}

function unreached(target: string, why: string): Denial {
  return {
    code: 'target_unreachable',
    message: `${target} cannot be reached: ${why}`,
    hint: 'Check `target` of this connection, and that the target runs.',
  };
}

function refused(target: string): Denial {
  return {
    code: 'target_refused',
    message: `${target} refuses the credential that Sluice holds`,
    hint: 'Check user and password of this connection in the configuration.',
  };
}

function readPhrase(fault: SessionFault): string {
  if (fault.kind !== 'error') return fault.kind === 'timeout' ? 'timed out' : 'the session cannot be used';
  const sqlstate = sqlstateOf(fault.error);
  if (sqlstate === '57014') return 'timed out';
  return sqlstate === null ? 'the connection was lost' : `SQLSTATE ${sqlstate}`;
}

/** A target that does not know the password it checks: the driver gives these no code. */
function isScramFault(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('SASL');
}

/** The faults that the driver makes itself and gives no code. */
function driverPhrase(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if (error.message.startsWith('The server does not support SSL')) return 'it does not speak TLS';
  if (error.message.startsWith('There was an error establishing an SSL')) return 'it does not speak TLS';
  return error.message.startsWith('Connection terminated') ? 'connection closed' : null;
}
