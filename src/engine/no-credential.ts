import type { ConnectionSettings } from '../core/connection-settings.ts';
import type { Denial } from '../core/denial.ts';

/** None of the credentials of a connection is for this principal. */
export function noCredential(connection: ConnectionSettings): Denial {
  return {
    code: 'secret_unavailable',
    message: `connection ${connection.name} has no credential for this principal`,
    hint: 'the operator adds one under credentials',
  };
}
