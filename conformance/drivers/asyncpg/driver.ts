import { join } from 'node:path';
import type { Driver } from '../driver.ts';
import { playPython, pythonWith } from '../python.ts';

const version = '0.32.0';

export const asyncpg: Driver = {
  name: 'asyncpg',
  needs: ['python3'],
  standard: true,
  async install(cache) {
    const python = await pythonWith(join(cache, 'asyncpg'), [`asyncpg==${version}`]);
    return { version, play: playPython(python, join(import.meta.dirname, 'scenarios.py')) };
  },
};
