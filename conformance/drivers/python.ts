import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { mustRun } from './program.ts';

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
