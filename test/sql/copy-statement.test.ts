import assert from 'node:assert/strict';
import { test } from 'node:test';
import { factsOf, open, verdict } from './seen.ts';

test('COPY is copy on the table, with what it reads or writes', () => {
  const table: readonly (readonly [string, string])[] = [
    ['copy claims from stdin', 'copy | claims:insert(id,encounter_id,amount,status) claims:copy() | none | '],
    ['copy public.claims (id, amount) from stdin', 'copy | claims:insert(id,amount) claims:copy() | none | '],
    [
      'copy claims from stdin (format binary)',
      'copy | claims:insert(id,encounter_id,amount,status) claims:copy() | none | ',
    ],
    ['copy claims (id) from stdin where id > 5', 'copy | claims:insert(id) claims:copy() | none | '],
    ['copy claims (id) from stdin where claims.id > 5', 'copy | claims:insert(id) claims:copy() | none | '],
    ['copy patients (id, ssn) from stdin', 'copy | patients:insert(id,ssn) patients:copy() | none | '],
    [
      'copy patients (id, ssn) from stdin where ssn is not null',
      'copy | patients:insert(id,ssn) patients:copy() | none | ',
    ],
    ['copy claims to stdout', 'copy | claims:select(id,encounter_id,amount,status) claims:copy() | none | '],
    ['copy claims (id, status) to stdout csv header', 'copy | claims:select(id,status) claims:copy() | none | '],
    [
      'copy (select c.id from claims c join appointments a on a.id = c.id) to stdout',
      'copy | claims:select(id) appointments:select(id) claims:copy() appointments:copy() | none | ',
    ],
    [
      "copy (update claims set status = 'x' where id = 1 returning id) to stdout",
      'copy | claims:select(id)+f claims:update(status)+f claims:copy() | none | ',
    ],
    ['copy (select 1) to stdout', 'copy |  | none | '],
  ];
  for (const [sql, expected] of table) assert.equal(verdict(sql), expected, sql);
  assert.equal(factsOf('copy claims from stdin').copy, 'in');
  assert.equal(factsOf('copy (select 1) to stdout').copy, 'out');
  assert.equal(factsOf('select 1').copy, undefined);
});

test('what COPY may not do is refused with a way forward', () => {
  const table: readonly (readonly [string, RegExp])[] = [
    ["copy claims from '/etc/passwd'", /files or programs of the server/],
    ["copy claims to '/tmp/x'", /files or programs of the server/],
    ["copy claims to program 'curl x'", /files or programs of the server/],
    ["copy claims from program 'curl x'", /files or programs of the server/],
    ["copy (select 1) to '/tmp/x'", /files or programs of the server/],
    ['copy patients to stdout', /protected columns is not carried/],
    ['copy patients (id) to stdout', /protected columns is not carried/],
    ['copy (select id from patients where id = 1) to stdout', /protected columns is not carried/],
    ['copy (select 1 where exists (select from patients)) to stdout', /protected columns is not carried/],
    ['copy (with p as (select ssn from patients) select 1 from p) to stdout', /protected columns is not carried/],
    ['copy (delete from patients returning id) to stdout', /protected columns is not carried/],
    ['copy patient_view to stdout', /not a plain table/],
    ['copy patient_view from stdin', /not a plain table/],
    ['copy claims (nothing) from stdin', /"nothing" of relation "public.claims" is not in the catalogue/],
    ['copy claims from stdin (something 1)', /option of COPY is not reviewed/],
    ['copy (select risk_score(1)) to stdout', /risk_score is not reviewed/],
    ['copy claims from stdin where risk_score(id) > 1', /risk_score is not reviewed/],
    ['copy pg_stats to stdout', /may show protected values/],
    ['copy pg_class from stdin', /cannot be written to/],
    ['copy nowhere from stdin', /not in the catalogue/],
  ];
  for (const [sql, sentence] of table) assert.match(verdict(sql), sentence, sql);
});

test('where nothing is protected, rows of any table may be copied out', () => {
  assert.equal(
    verdict('copy patients (id, ssn) to stdout', open),
    'copy | patients:select(id,ssn) patients:copy() | none | ',
  );
  assert.match(verdict('copy pg_class to stdout', open), /^copy/);
});
