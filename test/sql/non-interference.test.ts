import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { type EmbeddedPostgres, startPostgres } from '../../src/app/demo/embedded-postgres.ts';
import type { Relation } from '../../src/core/catalogue.ts';
import type { StatementFacts } from '../../src/core/facts.ts';
import type { ResultColumn } from '../../src/core/question.ts';
import { CatalogueIndex } from '../../src/sql/catalogue-index.ts';
import { checkResult } from '../../src/sql/check-result.ts';
import { openFolder } from '../support/open-folder.ts';
import { clinicCatalogue } from './clinic-catalogue.ts';
import { QueryMaker } from './random-query.ts';
import { analyser } from './seen.ts';

// Two real databases that differ in protected values only must look the same through any statement whose facts have neither
// controls nor derived outputs, once bare outputs are covered. The oracle knows nothing of how analysis works.

const clinic = clinicCatalogue();
const tables = clinic.relations.filter((relation) => relation.kind === 'table');
const folder = openFolder();
let server: EmbeddedPostgres;
let databases: readonly pg.Client[] = [];
let index: CatalogueIndex;

before(async () => {
  server = await startPostgres({ dataDir: join(folder, 'data'), port: 0 });
  const admin = await connect('postgres');
  const made: pg.Client[] = [];
  for (const [at, name] of ['first', 'second'].entries()) {
    await admin.query(`create database ${name}`);
    const client = await connect(name);
    await client.query(clinicSql(at));
    made.push(client);
  }
  await admin.end();
  databases = made;
  index = new CatalogueIndex({ ...clinic, relations: await withOids(made[0]) });
});

after(async () => {
  for (const client of databases) await client.end();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('what is let through shows nothing of protected values', async () => {
  const names = new Map(tables.map((table) => [qualified(table), table.columns.map((column) => column.name)]));
  let compared = 0;
  for (let seed = 1; seed <= 6000; seed += 1) {
    const sql = new QueryMaker(names, seed * 7919).next();
    if (await compare(sql, seed)) compared += 1;
  }
  assert.ok(compared > 500, `only ${compared} statements reached a protected table and could be compared`);
});

/** Answers whether the statement read a protected table, ran, and was compared. */
async function compare(sql: string, seed: number): Promise<boolean> {
  const analysis = analyser.analyse(Buffer.from(sql), { catalogue: index, path: ['public'] });
  const facts = analysis.kind === 'facts' ? analysis.statements[0] : undefined;
  if (facts === undefined) return false;
  const [first, second] = [await run(databases[0], sql), await run(databases[1], sql)];
  const labelled = facts.controls.length > 0 || facts.outputs?.some((output) => output.kind === 'derived') === true;
  if (first.error === null && second.error === null)
    assert.equal(checkResult(facts, first.columns, index), null, `seed ${seed}: ${sql}`);
  if (labelled) return false;
  assert.equal(first.error, second.error, `seed ${seed}: ${sql}`);
  assert.deepEqual(covered(facts, first.rows), covered(facts, second.rows), `seed ${seed}: ${sql}`);
  return first.error === null && facts.tables.some((use) => use.protected);
}

interface Seen {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly unknown[])[];
  readonly error: string | null;
}

async function run(client: pg.Client | undefined, text: string): Promise<Seen> {
  try {
    const result = await client?.query({ text, rowMode: 'array', types: { getTypeParser: () => String } });
    const fields = result?.fields ?? [];
    const columns = fields.map(({ name, tableID: tableOid, columnID: number, dataTypeID: typeOid }) => ({
      name,
      tableOid,
      number,
      typeOid,
      format: 0,
    }));
    return { columns, rows: result?.rows ?? [], error: null };
  } catch (error) {
    return {
      columns: [],
      rows: [],
      error: error instanceof pg.DatabaseError ? `${error.code} ${error.message}` : 'lost',
    };
  }
}

/** Rows without their order, bare columns covered. */
function covered(facts: StatementFacts, rows: readonly (readonly unknown[])[]): readonly string[] {
  return rows
    .map((row) => JSON.stringify(row.map((cell, at) => (facts.outputs?.[at]?.kind === 'bare' ? '*' : cell))))
    .toSorted();
}

async function connect(database: string): Promise<pg.Client> {
  const { host, port, user, password } = server;
  const client = new pg.Client({ host, port, user, password, database, options: '-c statement_timeout=5s' });
  await client.connect();
  return client;
}

function clinicSql(database: number): string {
  const made = tables.map((table) => {
    const columns = table.columns.map(({ name }) => `${name} ${isNumber(name) ? 'int' : 'text'}`);
    const rows = [1, 2, 3, 4].map(
      (row) => `(${table.columns.map((column) => cell(column.name, column.class, row, database)).join(', ')})`,
    );
    return `create table ${qualified(table)} (${columns.join(', ')}); insert into ${qualified(table)} values ${rows.join(', ')};`;
  });
  return `create schema archive; ${made.join(' ')}`;
}

/** Protected values differ in text, order and length between the databases, and are null in one row of one of them. */
function cell(column: string, of: string | null, row: number, database: number): string {
  if (isNumber(column)) return String(row);
  if (of === null) return `'v${row % 3}'`;
  if (database === 1 && row === 3) return 'null';
  return `'${column}-${database === 0 ? row : 9 - row}${'x'.repeat(database * row)}'`;
}

function isNumber(column: string): boolean {
  return column === 'id' || column === 'amount' || column.endsWith('_id');
}

function qualified(table: Relation): string {
  return table.schema === 'public' ? table.name : `${table.schema}.${table.name}`;
}

async function withOids(client: pg.Client | undefined): Promise<readonly Relation[]> {
  const found = await client?.query<{ oid: number; schema: string; name: string }>(
    'select c.oid::int, n.nspname as schema, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace',
  );
  return tables.map((table) => {
    const row = found?.rows.find(({ schema, name }) => schema === table.schema && name === table.name);
    assert.ok(row !== undefined);
    return { ...table, oid: row.oid };
  });
}
