import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyse, open, verdict } from './seen.ts';

test('writes state what they assign, read and return', () => {
  const table: readonly (readonly [string, string])[] = [
    ["insert into claims(id, status) values (1, 'x')", 'insert | claims:insert(id,status) | none | '],
    ['insert into claims values (1, 2)', 'insert | claims:insert(id,encounter_id) | none | '],
    ['insert into claims default values', 'insert | claims:insert() | none | '],
    [
      'insert into claims(id) select id from encounters limit 1',
      'insert | encounters:select(id)+l claims:insert(id) | none | ',
    ],
    [
      "insert into patients(id, ssn) values (1, 'x') returning id, ssn as s",
      'insert | patients:select(id,ssn)+f patients:insert(id,ssn)+f | - ssn | ',
    ],
    [
      'insert into claims as c (id) values (1) on conflict (id) do update set status = excluded.status where c.amount = 1',
      'insert | claims:select(id,amount)+f claims:insert(id)+f claims:update(status)+f | none | ',
    ],
    [
      'insert into patients(id, ssn) values (1, $1) on conflict (id) do update set ssn = excluded.ssn',
      'insert | patients:select(id)+f patients:insert(id,ssn)+f patients:update(ssn)+f | none | ',
    ],
    [
      'insert into patients(id) values (1) on conflict (ssn) do nothing',
      'insert | patients:select(ssn)+f patients:insert(id)+f | none | test:ssn',
    ],
    [
      'insert into patients(id, mrn) values (1, 2) on conflict do nothing',
      'insert | patients:insert(id,mrn) | none | test:mrn',
    ],
    [
      "update claims set status = 'x', amount = amount + 1 where id = 1 returning *",
      'update | claims:select(id,amount,encounter_id,status)+f claims:update(status,amount)+f | - - - - | ',
    ],
    [
      'update claims set (status, amount) = (select code, 1 from encounters limit 1)',
      'update | encounters:select(code)+l claims:update(status,amount) | none | ',
    ],
    [
      'update patients set ssn = $1 where id = $2 returning old.ssn, new.id, old.mrn as m',
      'update | patients:select(id,ssn,mrn)+f patients:update(ssn)+f | ssn - mrn | ',
    ],
    [
      "update patients set zip = '1' where ssn = $1",
      'update | patients:select(ssn)+f patients:update(zip)+f | none | where:ssn!',
    ],
    ['delete from claims where id = 1', 'delete | claims:select(id)+f claims:delete()+f | none | '],
    ['delete from claims', 'delete | claims:delete() | none | '],
    [
      'delete from claims c using encounters e where e.id = c.encounter_id',
      'delete | claims:select(encounter_id) encounters:select(id) claims:delete() | none | ',
    ],
    [
      'delete from patients where id = 1 returning ssn',
      'delete | patients:select(id,ssn)+f patients:delete()+f | ssn | ',
    ],
    [
      'with d as (delete from claims where id = 1 returning id) select * from d',
      'select | claims:select(id)+f claims:delete()+f | - | ',
    ],
    ['with claims as (select 1) delete from claims', 'delete | claims:delete() | none | '],
    ['truncate claims, encounters', 'truncate | claims:truncate() encounters:truncate() | none | '],
    ['lock table claims in share mode', 'session | claims:update() | none | '],
    ['select id from claims for update', 'select | claims:select(id) claims:update() | - | '],
    [
      'select c.id from claims c, encounters e for share of c',
      'select | claims:select(id) claims:update() encounters:select() | - | ',
    ],
  ];
  for (const [sql, expected] of table) assert.equal(verdict(sql), expected, sql);
});

test('a protected value is never written, wherever it comes from', () => {
  const written = /^protected_use: a value of public\.patients\.\w+ would be written to public\./;
  for (const sql of [
    'update patients set zip = ssn',
    'update patients set ssn = mrn',
    'update claims c set status = p.ssn from patients p where p.id = c.id',
    'update claims set (amount, status) = (select 1, ssn from patients limit 1)',
    'update claims set status = (select upper(ssn) from patients limit 1)',
    "update claims set amount = case when exists (select 1 from patients where ssn like '1%') then 1 end",
    'insert into claims(id, status) select id, ssn from patients',
    'insert into claims select p.* from patients p',
    'insert into claims(status) values ((select ssn from patients limit 1))',
    'with p as (select ssn from patients) insert into claims(status) select ssn from p',
    'insert into claims(id) values (1) on conflict (id) do update set status = (select ssn from patients limit 1)',
    'insert into patients(id) values (1) on conflict (id) do update set zip = patients.ssn',
    'with d as (delete from patients returning ssn) insert into claims(status) select ssn from d',
  ])
    assert.match(verdict(sql), written, sql);
});

test('targets that cannot be judged are refused', () => {
  const table: readonly (readonly [string, RegExp])[] = [
    ['delete from patient_view', /not a plain table \(view\)/],
    ['insert into pg_class(relname) values (1)', /cannot be written to/],
    ['update claims set nothing = 1', /column "nothing" of relation "public\.claims" is not in the catalogue/],
    ['insert into claims(nothing) values (1)', /column "nothing"/],
    ['delete from claims where current of c', /CurrentOfExpr/],
    ['insert into patients(id) values (1) on conflict on constraint k do nothing', /does not say which columns/],
    ['merge into claims using encounters e on true when matched then delete', /MERGE is not carried yet/],
  ];
  for (const [sql, sentence] of table) assert.match(verdict(sql), sentence, sql);
});

test('with nothing protected, tables and verbs are as exact and nothing is labelled', () => {
  const table: readonly (readonly [string, string])[] = [
    [
      'select * from patients where ssn = $1 order by mrn',
      'select | patients:select(ssn,id,zip,status,updated_at,mrn,full_name,birth_date,phone,email,address,notes)+f | - - - - - - - - - - - - | ',
    ],
    [
      'select p from patients p',
      'select | patients:select(id,zip,status,updated_at,mrn,ssn,full_name,birth_date,phone,email,address,notes) | - | ',
    ],
    ['select code from patient_view', 'select | patient_view:select(code) | - | '],
    ['update patients set zip = ssn', 'update | patients:select(ssn) patients:update(zip) | none | '],
    [
      'merge into claims c using encounters e on e.id = c.id when matched then update set status = e.code when not matched then insert (id) values (e.id)',
      'merge | claims:select(id) encounters:select(id,code) claims:update(status) claims:insert(id) | none | ',
    ],
    ['create table made(a int)', 'ddl | made:ddl() | none | '],
    ['create table made as select id from claims', 'ddl | claims:select(id) made:ddl() | none | '],
    ['select id into made from claims', 'ddl | claims:select(id) made:ddl() | none | '],
    ['drop table if exists claims, archive.patients, gone', 'ddl | claims:ddl() patients:ddl() gone:ddl() | none | '],
    ['alter table claims add column x int', 'ddl | claims:ddl() | none | '],
    ['create index on claims(id)', 'ddl | claims:ddl() | none | '],
    ['vacuum claims', 'ddl | claims:ddl() | none | '],
    ['create role x', 'ddl |  | none | '],
    ['explain analyze select id from claims', 'select | claims:select(id) | - | '],
    ['select * from pg_stat_activity', 'select | pg_stat_activity:select() | open | '],
  ];
  for (const [sql, expected] of table) assert.equal(verdict(sql, open), expected, sql);
});

test('where a table would be made is certain, or it is refused', () => {
  const made = (path: readonly string[]) => {
    const analysis = analyse('create table made (a int)', open, path);
    return analysis.kind === 'refused' ? analysis.denial.code : analysis.statements[0]?.tables[0]?.relation.schema;
  };
  const table: readonly (readonly [readonly string[], string])[] = [
    [['public'], 'public'],
    [['archive', 'public'], 'archive'],
    [['pg_catalog', 'archive', 'public'], 'archive'],
    // It is an error there if it does not exist.
    [['nowhere'], 'nowhere'],
    // PostgreSQL would skip it if it does not exist, or is nobody's.
    [['nowhere', 'public'], 'not_analysable'],
    [['$user', 'public'], 'not_analysable'],
    [['pg_catalog'], 'not_analysable'],
  ];
  for (const [path, expected] of table) assert.equal(made(path), expected, path.join());
});
