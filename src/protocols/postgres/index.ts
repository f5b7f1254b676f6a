import type { Protocol } from '../../core/machine.ts';
import { PostgresMachine } from './machine.ts';

/** The PostgreSQL protocol, versions 3.0 and 3.2: see docs/protocols/postgres.md. */
export const postgres: Protocol = {
  name: 'postgres',
  alpn: 'postgresql',
  machine: (options) => new PostgresMachine(options),
};
