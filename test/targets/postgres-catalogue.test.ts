import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { err, ok } from '../../src/base/result.ts';
import type { CatalogueSnapshot } from '../../src/core/catalogue.ts';
import type { ConnectionName } from '../../src/core/ids.ts';
import { type CatalogueOptions, loadCatalogue } from '../../src/targets/postgres-catalogue.ts';
import { type RealPostgres, startRealPostgres } from './real-postgres.ts';

let postgres: RealPostgres;
before(async () => {
  postgres = await startRealPostgres();
});
after(() => postgres.stop());

const clinic = 'clinic' as ConnectionName;

function options(changes: Partial<CatalogueOptions> = {}): CatalogueOptions {
  return {
    connection: clinic,
    target: postgres.target,
    credential: postgres.superuser,
    before: async () => ok(null),
    timeoutMs: 20_000,
    ...changes,
  };
}

async function load(changes: Partial<CatalogueOptions> = {}): Promise<CatalogueSnapshot> {
  const loaded = await loadCatalogue(options(changes));
  if (!loaded.ok) throw new Error(loaded.error.message);
  return loaded.value;
}

test('relations, columns, inheritance and partitions', async () => {
  await postgres.run(`
    create schema "Odd Schema";
    create table public.patients (id int8 primary key, gone text, ssn text, "Full ""Name" varchar(10));
    alter table public.patients drop column gone;
    create table public.inpatients (ward text) inherits (public.patients);
    create table public.visits (at date, patient int8) partition by range (at);
    create table public.visits_2026 partition of public.visits for values from ('2026-01-01') to ('2027-01-01');
    create view public.names as select "Full ""Name" from public.patients;
    create materialized view "Odd Schema".counted as select count(*) from public.patients;
    create sequence public.numbers;
    create type public.pair as (left_one int, right_one text);
    create table public.bare ();
    create temporary table not_seen (id int);
  `);
  const snapshot = await load();
  assert.equal(Math.floor(snapshot.serverVersion / 10_000), 18);
  assert.deepEqual(snapshot.defaultPath, ['public']);
  const shape = snapshot.relations.map(({ schema, name, kind, columns }) => [
    `${schema}.${name}`,
    kind,
    columns.map((column) => `${column.name} ${column.number} ${column.typeOid}`).join(', '),
  ]);
  assert.deepEqual(shape, [
    ['public.patients', 'table', 'id 1 20, ssn 3 25, Full "Name 4 1043'],
    ['public.inpatients', 'table', 'id 1 20, ssn 2 25, Full "Name 3 1043, ward 4 25'],
    ['public.visits', 'partitioned', 'at 1 1082, patient 2 20'],
    ['public.visits_2026', 'table', 'at 1 1082, patient 2 20'],
    ['public.names', 'view', 'Full "Name 1 1043'],
    ['Odd Schema.counted', 'materialised', 'count 1 20'],
    ['public.numbers', 'sequence', 'last_value 1 20, log_cnt 2 20, is_called 3 16'],
    ['public.pair', 'composite', 'left_one 1 23, right_one 2 25'],
    ['public.bare', 'table', ''],
  ]);
  const oids = new Map(snapshot.relations.map((relation) => [relation.name, relation.oid]));
  const parents = snapshot.relations.filter((relation) => relation.parents.length > 0);
  assert.deepEqual(
    parents.map((relation) => [relation.name, relation.parents]),
    [
      ['inpatients', [oids.get('patients')]],
      ['visits_2026', [oids.get('visits')]],
    ],
  );
  assert.ok(snapshot.relations.every((relation) => relation.columns.every((column) => column.class === null)));
  assert.deepEqual(await postgres.run("select 'public.patients'::regclass::oid::int8::text"), [
    [String(oids.get('patients'))],
  ]);
});

test('routines, operators and types', async () => {
  await postgres.run(`
    create type public.mood as enum ('calm', 'worried');
    create domain public.mrn as text check (value <> '');
    create type public.span as range (subtype = int4);
    create function public.lower(text) returns text language sql immutable as 'select $1';
    create function public.mixed(int, public.mood, variadic text[]) returns int language sql as 'select 1';
    create function public.nothing(out x int) language sql as 'select 1';
    create operator public.=== (leftarg = int4, rightarg = int4, function = int4eq);
    create operator public.=== (leftarg = int8, rightarg = int8, function = int8eq);
  `);
  const snapshot = await load();
  const routines = snapshot.routines.map(
    (routine) => `${routine.schema}.${routine.name}(${routine.arguments.join(';')})`,
  );
  for (const expected of [
    'public.lower(text)',
    'public.mixed(integer;public.mood;text[])',
    'public.nothing()',
    'public.span(integer;integer)',
  ]) {
    assert.ok(routines.includes(expected), expected);
  }
  assert.ok(snapshot.routines.every(({ schema }) => schema === 'public'));
  assert.deepEqual(snapshot.operators, ['===']);
  assert.deepEqual(
    snapshot.types.filter(({ schema }) => schema === 'public').map(({ name, kind }) => [name, kind]),
    [
      ['pair', 'composite'],
      ['mood', 'enum'],
      ['mrn', 'domain'],
      ['span', 'range'],
      ['span_multirange', 'range'],
    ].toSorted(byOrderOf(snapshot)),
  );
});

function byOrderOf(snapshot: CatalogueSnapshot): (a: readonly string[], b: readonly string[]) => number {
  const place = (name: string | undefined) => snapshot.types.findIndex((type) => type.name === name);
  return (a, b) => place(a[0]) - place(b[0]);
}

test('the version is that of the content', async () => {
  const first = await load();
  assert.match(first.version, /^[0-9a-f]{64}$/);
  assert.deepEqual(await load(), first);
  const changes = [
    'create table public.later (id int)',
    'alter table public.later rename column id to number',
    'alter table public.later alter column number type int8',
    'create function public.later() returns int language sql as $$select 1$$',
    'alter type public.mood rename to temper',
    'create operator public.<<<< (leftarg = int4, rightarg = int4, function = int4eq)',
    'drop table public.later',
  ];
  const versions = new Set([first.version]);
  for (const change of changes) {
    await postgres.run(change);
    versions.add((await load()).version);
  }
  assert.equal(versions.size, changes.length + 1);
});

test("the search path is the role's own, with $user resolved", async () => {
  await postgres.run(`
    create role etl login password 'etl secret';
    create schema etl authorization etl;
    alter role etl set search_path = "$user", missing, public;
  `);
  const credential = { user: 'etl', password: 'etl secret' };
  assert.deepEqual((await load({ credential })).defaultPath, ['etl', 'public']);
  await postgres.run('alter role etl set search_path = pg_catalog, public');
  assert.deepEqual((await load({ credential })).defaultPath, ['public']);

  await postgres.run('alter role etl set search_path = public, pg_catalog');
  const loaded = await loadCatalogue(options({ credential }));
  assert.equal(loaded.ok, false);
  assert.ok(!loaded.ok && loaded.error.code === 'catalogue_unavailable');
  assert.match(loaded.ok ? '' : loaded.error.message, /looks elsewhere before pg_catalog/);
});

test('what stands in the way of built-ins changes nothing', async () => {
  await postgres.run(`
    create role trapped login password 'trapped';
    create schema trap authorization trapped;
    create function trap.never(name, name) returns bool language plpgsql as $$begin raise exception 'trapped'; end$$;
    create operator trap.= (leftarg = name, rightarg = name, function = trap.never);
    create operator trap.<> (leftarg = name, rightarg = name, function = trap.never);
    grant usage on schema trap to public;
    alter role trapped set search_path = trap;
  `);
  const credential = { user: 'trapped', password: 'trapped' };
  const snapshot = await load({ credential });
  assert.deepEqual(snapshot.defaultPath, ['trap']);
  assert.deepEqual(snapshot.operators.filter((name) => name === '=' || name === '<>').toSorted(), ['<>', '=']);

  // Here nothing but the pinned path keeps the traps from being sprung: the refusal is about the path, not about them.
  await postgres.run('alter role trapped set search_path = trap, pg_catalog');
  const loaded = await loadCatalogue(options({ credential }));
  assert.match(loaded.ok ? '' : loaded.error.message, /looks elsewhere before pg_catalog/);
});

test('each statement is announced before it is sent, and sent as it was announced', async () => {
  const sent = () =>
    [
      ...readFileSync(postgres.server.logFile, 'utf8').matchAll(
        /LOG: {2}statement: (BEGIN|WITH before|SELECT pg_catalog\.json|SELECT\n)/g,
      ),
    ].length;
  const logged = sent();
  const announced: string[] = [];
  await load({
    before: async ({ purpose, text }) => {
      assert.equal(sent(), logged + announced.length);
      announced.push(text);
      assert.match(purpose, /^[a-z ]+$/);
      return ok(null);
    },
  });
  assert.equal(announced.length, 5);
  const log = readFileSync(postgres.server.logFile, 'utf8').replaceAll('\n\t', '\n');
  for (const text of announced) assert.ok(log.includes(`statement: ${text}\n`), text);
});

for (const refusedAt of [1, 3, 5]) {
  test(`nothing is sent when statement ${refusedAt} cannot be recorded`, async () => {
    const size = () => readFileSync(postgres.server.logFile, 'utf8').split('LOG:  statement:').length;
    const logged = size();
    let count = 0;
    const loaded = await loadCatalogue(
      options({
        before: async () => {
          count += 1;
          return count < refusedAt
            ? ok(null)
            : err({ code: 'ledger_unavailable', message: 'the ledger cannot be written' });
        },
      }),
    );
    assert.deepEqual(loaded, err({ code: 'ledger_unavailable', message: 'the ledger cannot be written' }));
    assert.equal(size() - logged, refusedAt - 1);
  });
}

test('the session is read-only and named', async () => {
  let seen: readonly (readonly unknown[])[] = [];
  await load({
    before: async ({ purpose }) => {
      if (purpose === 'read relations') {
        seen = await postgres.run(
          "select application_name, state from pg_stat_activity where application_name = 'sluice/catalogue'",
        );
      }
      return ok(null);
    },
  });
  assert.deepEqual(seen, [['sluice/catalogue', 'idle in transaction']]);
});

test('10,000 tables load in bounded time', async () => {
  // Made as rows of the catalogue: making that many files takes half a minute.
  await postgres.run(`
    create table public.model (a int, b text);
    set allow_system_table_mods = on;
    insert into pg_class select (jsonb_populate_record(c, jsonb_build_object('oid', 2000000 + i, 'relname', 'many_' || i))).*
      from pg_class c, generate_series(1, 10000) i where c.oid = 'public.model'::regclass;
    insert into pg_attribute select (jsonb_populate_record(a, jsonb_build_object('attrelid', 2000000 + i))).*
      from pg_attribute a, generate_series(1, 10000) i where a.attrelid = 'public.model'::regclass and attnum > 0;
  `);
  const started = performance.now();
  const snapshot = await load();
  const took = performance.now() - started;
  const many = snapshot.relations.filter(({ name }) => name.startsWith('many_'));
  assert.equal(many.length, 10_000);
  assert.ok(many.every(({ columns }) => columns.length === 2));
  assert.ok(took < 5000, `took ${Math.round(took)} ms`);
});
