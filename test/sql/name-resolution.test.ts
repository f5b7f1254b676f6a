import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CatalogueIndex } from '../../src/sql/catalogue-index.ts';
import { clinicCatalogue } from './clinic-catalogue.ts';
import { protecting, verdict } from './seen.ts';

/** Outputs only, or the refusal. */
function outputs(sql: string, path: readonly string[] | 'unknown' = ['public']): string {
  const said = verdict(sql, protecting, path);
  return said.includes(' | ') ? (said.split(' | ')[2] ?? '') : said;
}

test('a column is found where PostgreSQL finds it', () => {
  const table: readonly (readonly [string, string])[] = [
    [
      'select ssn, p.ssn, public.patients.id from patients p',
      'undefined_column: column "public.patients.id" is not in the catalogue of this connection',
    ],
    ['select ssn, patients.ssn, public.patients.ssn from patients', 'ssn ssn ssn'],
    ['select SSN, "ssn" from PATIENTS', 'ssn ssn'],
    ['select q.b from patients as q(a, b, c, d, e, f)', '-'],
    ['select q.f, q.full_name from patients as q(a, b, c, d, e, f)', 'ssn full_name'],
    [
      'select q.ssn from patients as q(a, b, c, d, e, f)',
      'undefined_column: column "q.ssn" is not in the catalogue of this connection',
    ],
    ['select id from patients, claims', 'not_analysable: column "id" is ambiguous'],
    ['select c.id, ssn from patients, claims c', '- ssn'],
    // The nearest level wins, also where it is the clear one.
    ['select (select id from claims c where c.id = p.id) from patients p', '-'],
    ['select (select s from (select status as s from claims) x limit 1) from (select ssn as s from patients) y', '-'],
    ['select (select ssn from claims limit 1) from patients', '{ssn}'],
    // Without LATERAL a sub-select does not see its neighbours, but it does see the query around.
    [
      'select x.v from patients p, (select p.ssn as v) x',
      'undefined_column: column "p.ssn" is not in the catalogue of this connection',
    ],
    ['select x.v from patients p, lateral (select p.ssn as v) x', 'ssn'],
    ['select (select x.v from claims p, (select p.ssn as v) x limit 1) from patients p', '{ssn}'],
    ['select (select x.v from claims p, lateral (select p.status as v) x limit 1) from patients p', '-'],
    // ON sees its two sides only.
    [
      'select 1 from claims c, patients p join encounters e on c.id = e.id',
      'undefined_column: column "c.id" is not in the catalogue of this connection',
    ],
    // Joins.
    ['select * from (select id, ssn from patients) p join claims c using (id)', '- ssn - - -'],
    ['select j.ssn from (patients p join claims c on true) j', 'ssn'],
    [
      'select p.ssn from (patients p join claims c on true) j',
      'undefined_column: column "p.ssn" is not in the catalogue of this connection',
    ],
    ['select m.id from patients p join claims c using (id) as m', '-'],
    ['select m.ssn from patients a join patients b using (ssn) as m', 'ssn'],
    ['select ssn from patients natural join (select ssn from patients) x', 'ssn'],
    // WITH.
    ['with patients as (select id as ssn from claims) select ssn from patients', '-'],
    ['with patients as (select id as ssn from claims) select ssn from public.patients', 'ssn'],
    ['with a as (select ssn as v from patients), b as (select v as w from a) select w from b', 'ssn'],
    ['with a(x) as (select ssn from patients) select x from a', 'ssn'],
    ['with a as (select 1) select * from (with a as (select ssn from patients) select * from a) x', 'ssn'],
    [
      'with recursive r(n, v) as (select 1, zip from patients union all select n + 1, (select ssn from patients limit 1) from r) select v, n from r',
      '{ssn} -',
    ],
    [
      'with recursive a as (select * from b), b as (select 1) select * from a',
      'not_analysable: the WITH query "b" is used before it is defined',
    ],
    [
      'with recursive a as (with b as (select 1) select * from b union all select * from a) select * from a',
      'not_analysable: WITH inside of a WITH RECURSIVE query is not analysed yet',
    ],
    // Names of outputs.
    ['select x.upper from (select upper(ssn) from patients) x', '{ssn}'],
    [
      'select x."case", x."coalesce" from (select case when true then ssn end, coalesce(ssn) from patients) x',
      '{ssn} {ssn}',
    ],
    ['select x.text from (select 1::text, ssn from patients) x', '-'],
    ['select x.int4 from (select 1::int, ssn from patients) x', '-'],
    ['select x.column2 from (values (1, (select ssn from patients limit 1))) x', '{ssn}'],
    // Functions in FROM.
    ['select g from generate_series(1, 3) g', '-'],
    ['select g.n, p.ssn from patients p, generate_series(1, 3) with ordinality g(n, o)', '- ssn'],
    ['select r.a from patients, json_to_record(to_json(ssn)) as r(a text, b int)', '{ssn}'],
    [
      'select * from generate_series(1, 2) g, patients',
      '- - - - - mrn ssn full_name birth_date phone email address notes',
    ],
    // Beside columns that are not known, a name may mean any of them, or a whole row.
    ['select s.a from (select c.*, p.ssn from pg_class c, patients p) s(a)', '{ssn}'],
    ['select s.ssn from (select c.*, p.ssn from pg_class c, patients p) s(a)', '{ssn}'],
    ['select t.e from patients, unnest(array[ssn], array[1]) with ordinality as t(e, n)', '{ssn}'],
    ['select e.value from patients, jsonb_array_elements_text(to_jsonb(ssn)) e', '{ssn}'],
    // System columns.
    ['select ctid, patients.xmin, tableoid from patients', '- - -'],
  ];
  for (const [sql, expected] of table) assert.equal(outputs(sql), expected, sql);
});

test('a whole row is never taken for an unknown column', () => {
  for (const sql of [
    'select patients from patients, pg_class',
    'select to_json(patients) from patients, unnest(array[1]) with ordinality as a(x)',
    'select (patients).ssn from unnest(array[1]) x, patients',
    'select x from pg_class c, (select ssn from patients) x',
  ])
    assert.match(outputs(sql), /^protected_use: the whole row of/, sql);
});

test('a relation is found where PostgreSQL finds it', () => {
  const table: readonly (readonly [string, readonly string[] | 'unknown', string])[] = [
    ['select ssn from patients', ['archive', 'public'], '-'],
    ['select ssn from patients', ['public', 'archive'], 'ssn'],
    ['select ssn from archive.patients', ['public'], '-'],
    ['select ssn from patients', ['nowhere', 'public'], 'ssn'],
    [
      'select ssn from patients',
      [],
      'undefined_relation: relation "patients" is not in the catalogue of this connection',
    ],
    [
      'select ssn from patients',
      'unknown',
      'not_analysable: relation "patients" is not qualified, and the search_path of the session is not known',
    ],
    ['select ssn from public.patients', 'unknown', 'ssn'],
    [
      'select ssn from patients',
      ['$user', 'public'],
      'not_analysable: relation "patients" could be one of the schema "$user"',
    ],
    ['select amount from claims', ['$user', 'public'], '-'],
    ['select relname from pg_class', ['public'], '-'],
    ['select relname from pg_class', ['public', 'pg_catalog'], '-'],
    ['select table_name from tables', ['information_schema'], '-'],
    [
      'select ssn from "Patients"',
      ['public'],
      'undefined_relation: relation "Patients" is not in the catalogue of this connection',
    ],
    [
      'select 1 from "12-34"',
      ['public'],
      'undefined_relation: relation "?" is not in the catalogue of this connection',
    ],
    [
      'select ssn from clinic.public.patients',
      ['public'],
      'not_analysable: statements with RangeVar.catalogname are not analysed yet',
    ],
  ];
  for (const [sql, path, expected] of table) assert.equal(outputs(sql, path), expected, sql);
});

test('names are folded and cut to 63 bytes before they are looked up', () => {
  const long = `c${'x'.repeat(80)}`;
  const base = clinicCatalogue();
  const [patients, ...others] = base.relations;
  assert.ok(patients !== undefined);
  const column = { name: long.slice(0, 63), number: 50, typeOid: 25, class: 'ssn' };
  const index = new CatalogueIndex({
    ...base,
    relations: [{ ...patients, columns: [...patients.columns, column] }, ...others],
  });
  for (const spelt of [long, long.toUpperCase(), `"${long}"`])
    assert.match(verdict(`select ${spelt} from patients`, index), new RegExp(`\\| ${column.name} \\|`));
});

test('a namesake of a system relation, or of a built-in function, is not guessed', () => {
  const base = clinicCatalogue();
  const [patients] = base.relations;
  assert.ok(patients !== undefined);
  const index = new CatalogueIndex({
    ...base,
    relations: [
      ...base.relations,
      { ...patients, oid: 1, name: 'pg_stats' },
      { ...patients, oid: 2, name: 'pg_class' },
    ],
  });
  assert.match(verdict('select * from pg_stats', index), /could be one of pg_catalog/);
  assert.match(verdict('select relname from pg_class', index), /^session/);
  assert.match(verdict('select ssn from pg_class', index, ['public', 'pg_catalog']), /\| ssn \|/);
  assert.match(verdict("select initcap('x')", index), /function initcap is not reviewed/);
  assert.match(verdict("select pg_catalog.initcap('x')", index), /^session/);
});
