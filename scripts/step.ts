import { spawn } from 'node:child_process';
import { join } from 'node:path';

/** One thing that `npm test` checks. */
export interface Step {
  readonly name: string;
  run(): Promise<StepOutcome>;
}

/** What a step found. Only the tests count what passed; every other step passes or fails as one. */
export interface StepOutcome {
  readonly passed: number;
  readonly failed: number;
  /** Shown whether or not it passed. */
  readonly output: string;
}

export const root: string = join(import.meta.dirname, '..');

/** A step that runs the program of a package from `node_modules`; its output is shown only when it fails. */
export function programStep(name: string, program: string, options: readonly string[]): Step {
  return {
    name,
    run: async () => {
      const { code, output } = await runProgram(program, options, root);
      return code === 0 ? { passed: 0, failed: 0, output: '' } : { passed: 0, failed: 1, output };
    },
  };
}

/** A step made of a function that returns what is wrong and what is worth saying anyway. */
export function checkStep(name: string, check: () => CheckReport): Step {
  return {
    name,
    run: async () => {
      const { faults, notes } = check();
      const output = [...notes, ...faults].map((line) => `${line}\n`).join('');
      return { passed: 0, failed: faults.length === 0 ? 0 : 1, output };
    },
  };
}

export interface CheckReport {
  readonly faults: readonly string[];
  readonly notes: readonly string[];
}

/** Runs `node_modules/<program>` on this Node and collects what it prints. */
export async function runProgram(
  program: string,
  options: readonly string[],
  cwd: string,
): Promise<{ readonly code: number; readonly output: string }> {
  const child = spawn(process.execPath, [join(root, 'node_modules', program), ...options], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const parts: Buffer[] = [];
  child.stdout.on('data', (part: Buffer) => parts.push(part));
  child.stderr.on('data', (part: Buffer) => parts.push(part));
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  child.on('error', reject);
  child.on('close', (code) => resolve(code ?? 1));
  const code = await promise;
  return { code, output: Buffer.concat(parts).toString() };
}
