import type { Result } from '../base/result.ts';
import type { SecretReference } from './connection.ts';
import type { Denial } from './denial.ts';

/**
 * Reads a secret where its reference says it is, anew each time: rotation needs no restart. Logs nothing; keeps only what was
 * made to be used again until it expires.
 */
export interface SecretSource {
  /** A denial names neither the secret nor where it is: it may reach a client. */
  read(reference: SecretReference): Promise<Result<string, Denial>>;
}
