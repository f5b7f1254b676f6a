import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Play } from './driver.ts';
import { mustRun, playProgram } from './program.ts';

/** A virtual environment with these packages; the path of its Python. */
export async function pythonWith(folder: string, packages: readonly string[]): Promise<string> {
  const python = join(folder, 'bin', 'python');
  if (!existsSync(python)) await mustRun('python3', ['-m', 'venv', folder]);
  await mustRun(python, [
    '-m',
    'pip',
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--only-binary',
    ':all:',
    ...packages,
  ]);
  return python;
}

/** A program of scenarios, with what all of them share beside it. */
export function playPython(python: string, program: string): Play {
  return playProgram(python, [program], { env: { PYTHONPATH: join(import.meta.dirname, 'python-stage') } });
}
