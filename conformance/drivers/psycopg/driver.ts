import { join } from 'node:path';
import type { Driver } from '../driver.ts';
import { playPython, pythonWith } from '../python.ts';

const version = '3.3.9';

export const psycopg: Driver = {
  name: 'psycopg',
  needs: ['python3'],
  standard: true,
  async install(cache) {
    const python = await pythonWith(join(cache, 'psycopg'), [`psycopg[binary]==${version}`]);
    return { version, play: playPython(python, join(import.meta.dirname, 'scenarios.py')) };
  },
};
