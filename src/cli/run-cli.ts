import { CommanderError } from 'commander';
import type { AppVerbs } from './app-verbs.ts';
import { buildProgram } from './build-program.ts';
import type { ExitCode, Io } from './io.ts';

/** Runs one command line. Never throws: a fault is a sentence and exit code 1. */
export async function runCli(given: readonly string[], verbs: AppVerbs, io: Io): Promise<ExitCode> {
  let code: ExitCode = 0;
  const program = buildProgram(verbs, io, (exit) => {
    code = exit;
  });
  try {
    await program.parseAsync([...given], { from: 'user' });
    return code;
  } catch (error) {
    // Help and version end with 0; everything else that commander throws is wrong usage, and it has said so.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    io.err(`sluice: a fault of the command line (${error instanceof Error ? error.name : typeof error})\n`);
    return 1;
  }
}
