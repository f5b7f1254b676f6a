import type { Driver } from '../driver.ts';
import { goDriver } from '../go.ts';

export const libPq: Driver = {
  name: 'lib-pq',
  needs: ['go'],
  standard: false,
  install: (cache) => goDriver(cache, 'lib-pq', import.meta.dirname, 'github.com/lib/pq', 'v1.12.3'),
};
