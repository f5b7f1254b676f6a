import type { Driver } from '../driver.ts';
import { goDriver } from '../go.ts';

export const pgx: Driver = {
  name: 'pgx',
  needs: ['go'],
  standard: true,
  install: (cache) => goDriver(cache, 'pgx', import.meta.dirname, 'github.com/jackc/pgx/v5', 'v5.12.0'),
};
