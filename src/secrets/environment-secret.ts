import { err, ok, type Result } from '../base/result.ts';

/** A secret in an environment variable. The error is a phrase without the name of the variable. */
export function readEnvironmentSecret(environment: NodeJS.ProcessEnv, name: string): Result<string, string> {
  const value = environment[name];
  if (value === undefined) return err('its environment variable is not set');
  return value === '' ? err('its environment variable is empty') : ok(value);
}
