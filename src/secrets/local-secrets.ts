import { resolve } from 'node:path';
import { err, ok, type Result } from '../base/result.ts';
import type { LocalSecret } from '../core/connection.ts';
import type { Denial } from '../core/denial.ts';
import { readEnvironmentSecret } from './environment-secret.ts';
import { readFileSecret } from './file-secret.ts';

/** Secrets of this machine: environment variables and files. Relative paths start at `directory`, that of the configuration. */
export class LocalSecrets {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #directory: string;

  constructor(environment: NodeJS.ProcessEnv, directory: string) {
    this.#environment = environment;
    this.#directory = directory;
  }

  /** Anew each time. */
  async read(reference: LocalSecret): Promise<Result<string, Denial>> {
    const secret =
      'env' in reference
        ? readEnvironmentSecret(this.#environment, reference.env)
        : await readFileSecret(resolve(this.#directory, reference.file), reference.public === true);
    if (!secret.ok) return err(unavailable(secret.error));
    // Protocols end a password at a NUL: what the target sees would be another secret.
    return secret.value.includes('\0') ? err(unavailable('it holds a NUL')) : ok(secret.value);
  }
}

function unavailable(because: string): Denial {
  return {
    code: 'secret_unavailable',
    message: `the credential of the connection cannot be read: ${because}`,
    hint: 'the operator sets what the configuration names under credentials',
  };
}
