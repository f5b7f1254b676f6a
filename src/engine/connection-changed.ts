import type { ConnectionSettings } from '../core/connection-settings.ts';
import type { Denial } from '../core/denial.ts';

/** Why nobody stays, or comes in, who was admitted to the connection as it was; null: it is as it was, what it protects included. */
export function connectionChanged(was: ConnectionSettings, is: ConnectionSettings | undefined): Denial | null {
  if (is !== undefined && JSON.stringify(is) === JSON.stringify(was)) return null;
  return {
    code: 'session_ended',
    message: `connection ${was.name} was changed by the operator`,
    hint: 'connect again',
  };
}
