import type { Result } from '../base/result.ts';
import type { AppVerbs } from './app-verbs.ts';
import { type Failure, fail } from './failure.ts';
import { GatewayClient } from './gateway-client.ts';
import type { ExitCode, Io } from './io.ts';

/** What every verb works with. */
export class Surface {
  readonly verbs: AppVerbs;
  readonly io: Io;
  readonly gateway: GatewayClient;
  readonly #done: (code: ExitCode) => void;

  constructor(verbs: AppVerbs, io: Io, done: (code: ExitCode) => void) {
    this.verbs = verbs;
    this.io = io;
    this.gateway = new GatewayClient(verbs, io.env);
    this.#done = done;
  }

  /** An action of commander from a function that returns the exit code. */
  action<Arguments extends readonly unknown[]>(run: (...given: Arguments) => Promise<ExitCode>) {
    return async (...given: Arguments): Promise<void> => this.#done(await run(...given));
  }

  /** Prints a result, or why there is none. */
  show<T>(result: Result<T, Failure>, json: boolean, text: (value: T) => string): ExitCode {
    if (!result.ok) return fail(this.io, result.error);
    this.io.out(json ? `${JSON.stringify(result.value)}\n` : text(result.value));
    return 0;
  }

  /** Refusals of the app's own verbs. */
  refused({ message, hint }: { readonly message: string; readonly hint: string | null }): ExitCode {
    return fail(this.io, { message, hint, exit: 1 });
  }
}

/** `--json` as commander hands it over. */
export interface JsonOption {
  readonly json?: boolean;
}
