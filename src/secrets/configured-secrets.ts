import type { Clock } from '../base/clock.ts';
import type { Result } from '../base/result.ts';
import type { SecretReference } from '../core/connection.ts';
import type { Denial } from '../core/denial.ts';
import type { SecretSource } from '../core/secret-source.ts';
import { EntraTokens } from './entra-tokens.ts';
import { LocalSecrets } from './local-secrets.ts';

/** Everything that a configuration can name as a secret. Relative paths start at `directory`. */
export class ConfiguredSecrets implements SecretSource {
  readonly #local: LocalSecrets;
  readonly #entra: EntraTokens;

  constructor(environment: NodeJS.ProcessEnv, directory: string, clock: Clock) {
    this.#local = new LocalSecrets(environment, directory);
    this.#entra = new EntraTokens(this.#local, clock);
  }

  read(reference: SecretReference): Promise<Result<string, Denial>> {
    return 'entra' in reference ? this.#entra.read(reference.entra) : this.#local.read(reference);
  }
}
