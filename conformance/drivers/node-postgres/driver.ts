import type { Driver } from '../driver.ts';
import { nodeDriver } from '../node.ts';

export const nodePostgres: Driver = {
  name: 'node-postgres',
  needs: [],
  standard: true,
  install: () => nodeDriver('pg', import.meta.dirname),
};
