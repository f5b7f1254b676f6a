import { asyncpg } from './asyncpg/driver.ts';
import type { Driver } from './driver.ts';
import { libPqSuite, pgxSuite } from './go-suites/driver.ts';
import { libPq } from './lib-pq/driver.ts';
import { nodePostgres } from './node-postgres/driver.ts';
import { pgDump } from './pg-dump/driver.ts';
import { pgbench } from './pgbench/driver.ts';
import { pgjdbc } from './pgjdbc/driver.ts';
import { pgx } from './pgx/driver.ts';
import { postgresJs } from './postgres-js/driver.ts';
import { prisma } from './prisma/driver.ts';
import { psql } from './psql/driver.ts';
import { psycopg } from './psycopg/driver.ts';
import { asyncpgSuite, sqlalchemySuite } from './python-suites/driver.ts';
import { rust } from './rust/driver.ts';
import { sqlalchemy } from './sqlalchemy/driver.ts';

/** In the order of the table. */
export const drivers: readonly Driver[] = [
  psycopg,
  asyncpg,
  nodePostgres,
  postgresJs,
  prisma,
  pgx,
  libPq,
  pgjdbc,
  sqlalchemy,
  rust,
  psql,
  pgDump,
  pgbench,
  pgxSuite,
  libPqSuite,
  asyncpgSuite,
  sqlalchemySuite,
];
