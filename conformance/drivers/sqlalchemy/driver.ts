import { join } from 'node:path';
import type { Driver } from '../driver.ts';
import { playPython, pythonWith } from '../python.ts';

const version = '2.1.9';

export const sqlalchemy: Driver = {
  name: 'sqlalchemy',
  needs: ['python3'],
  standard: false,
  async install(cache) {
    const packages = [`sqlalchemy==${version}`, 'psycopg[binary]==3.3.9', 'asyncpg==0.32.0', 'greenlet'];
    const python = await pythonWith(join(cache, 'sqlalchemy'), packages);
    return { version, play: playPython(python, join(import.meta.dirname, 'scenarios.py')) };
  },
};
