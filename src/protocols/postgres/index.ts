import type { Protocol } from '../../core/machine.ts';
import { PostgresMachine } from './machine.ts';

/** The PostgreSQL protocol, version 3.0: see docs/protocols/postgres.md. */
export const postgres: Protocol = {
  name: 'postgres',
  machine: (options) => new PostgresMachine(options),
};
