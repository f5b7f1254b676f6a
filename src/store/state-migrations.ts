import { type Kysely, sql } from 'kysely';
import type { StateTables } from './state-tables.ts';

/** One change of the schema. Additive: nothing is dropped, so that the version before can be read for as long as it runs. */
export interface StateMigration {
  readonly id: number;
  readonly statements: (database: Kysely<StateTables>) => readonly Statement[];
}

interface Statement {
  execute(): Promise<unknown>;
}

/** In order; a list that only grows. What was released is never edited. */
export const stateMigrations: readonly StateMigration[] = [
  {
    id: 1,
    statements: (database) => [
      database.schema
        .createTable('feed')
        .addColumn('one', 'integer', (column) => column.primaryKey().check(sql`one = 1`))
        .addColumn('last', 'bigint', (column) => column.notNull()),
      database.insertInto('feed').values({ one: 1, last: 0 }),
      database.schema
        .createTable('changes')
        .addColumn('seq', 'bigint', (column) => column.primaryKey())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('id', 'text', (column) => column.notNull()),
      database.schema
        .createTable('constants')
        .addColumn('name', 'text', (column) => column.primaryKey())
        .addColumn('value', 'text', (column) => column.notNull()),
      database.schema
        .createTable('approvals')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('instance', 'text', (column) => column.notNull())
        .addColumn('principal', 'text', (column) => column.notNull())
        .addColumn('connection', 'text', (column) => column.notNull())
        .addColumn('digest', 'text', (column) => column.notNull())
        .addColumn('fingerprint', 'text', (column) => column.notNull())
        .addColumn('created_at', 'bigint', (column) => column.notNull())
        .addColumn('expires_at', 'bigint', (column) => column.notNull())
        .addColumn('sealed', 'text')
        .addColumn('content', 'text', (column) => column.notNull()),
      database.schema.createIndex('approvals_by_state').on('approvals').columns(['state', 'expires_at']),
      database.schema.createIndex('approvals_by_principal').on('approvals').columns(['principal', 'created_at']),
      database.schema.createIndex('approvals_by_time').on('approvals').column('created_at'),
      database.schema
        .createTable('grants')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('principal', 'text', (column) => column.notNull())
        .addColumn('connection', 'text', (column) => column.notNull())
        .addColumn('granted_at', 'bigint', (column) => column.notNull())
        .addColumn('expires_at', 'bigint', (column) => column.notNull())
        .addColumn('content', 'text', (column) => column.notNull()),
      database.schema.createIndex('grants_by_state').on('grants').columns(['state', 'principal', 'connection']),
      database.schema.createIndex('grants_by_time').on('grants').column('granted_at'),
      // Embedded state of the version before has this table already.
      database.schema
        .createTable('principals')
        .ifNotExists()
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('known', 'text')
        .addColumn('last_seen', 'bigint')
        .addColumn('disabled', 'integer', (column) => column.notNull().defaultTo(0))
        .addColumn('changed_by', 'text')
        .addColumn('changed_at', 'bigint'),
      database.schema
        .createTable('tickets')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('ticket', 'text', (column) => column.notNull())
        .addColumn('expires_at', 'bigint', (column) => column.notNull())
        .addColumn('revoked_by', 'text')
        .addColumn('revoked_at', 'bigint'),
      database.schema
        .createTable('denied_tokens')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('by', 'text', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('until', 'bigint', (column) => column.notNull()),
    ],
  },
];
