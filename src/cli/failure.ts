import type { ExitCode, Io } from './io.ts';
import { printable } from './printable.ts';

/** Why a verb could not do its work. */
export interface Failure {
  /** Who says so, where it is not the command line or the gateway: `ERROR 42P01`. */
  readonly from?: string;
  readonly message: string;
  readonly detail?: string;
  /** Each on a line of its own. */
  readonly faults?: readonly string[];
  readonly hint: string | null;
  readonly exit: Exclude<ExitCode, 0>;
}

/** Says it on the error stream and returns the exit code. */
export function fail(io: Io, { from = 'sluice', message, faults = [], detail, hint, exit }: Failure): ExitCode {
  io.err(`${printable(from)}: ${printable(message)}\n`);
  for (const fault of faults) io.err(`  ${printable(fault)}\n`);
  if (detail !== undefined) io.err(`DETAIL: ${printable(detail)}\n`);
  if (hint !== null) io.err(`HINT: ${printable(hint)}\n`);
  return exit;
}
