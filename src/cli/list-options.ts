import type { Command } from 'commander';
import type { JsonOption } from './surface.ts';

/** What lists of requests and of grants are narrowed by. */
export interface ListOptions extends JsonOption {
  readonly state?: string;
  readonly principal?: string;
  readonly connection?: string;
  readonly limit?: string;
}

/** Adds the options to a verb; `states` says which there are. */
export function narrowed(command: Command, states: string): Command {
  return command
    .option('--state <state>', states)
    .option('--principal <id>', 'as in demo/nightly-etl')
    .option('--connection <name>', 'as in clinic')
    .option('--limit <count>', '1 to 1000', '100')
    .option('--json', 'as a JSON array');
}

/** What a value must be, the gateway says. */
export function listPath(of: 'approvals' | 'grants', options: ListOptions): string {
  const query = new URLSearchParams();
  for (const name of ['state', 'principal', 'connection', 'limit'] as const) {
    const value = options[name];
    if (value !== undefined) query.set(name, value);
  }
  return `${of}?${query}`;
}
