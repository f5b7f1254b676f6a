import type { Driver } from '../driver.ts';
import { nodeDriver } from '../node.ts';

export const postgresJs: Driver = {
  name: 'postgres.js',
  needs: [],
  standard: true,
  install: () => nodeDriver('postgres', import.meta.dirname),
};
