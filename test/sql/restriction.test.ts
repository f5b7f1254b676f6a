import assert from 'node:assert/strict';
import { test } from 'node:test';
import { factsOf } from './seen.ts';

/** `table+f+l` per table that is read. */
function bounds(sql: string): string {
  return factsOf(sql)
    .tables.filter((use) => use.action !== 'insert')
    .map((use) => `${use.relation.name}:${use.action}${use.filtered ? '+f' : ''}${use.limited ? '+l' : ''}`)
    .join(' ');
}

test('filtered: a condition really restricts the rows', () => {
  const filtering = [
    'id = 1',
    '1 = id',
    'id = $1',
    "status like 'a%'",
    'id in (1, 2)',
    'id between 1 and 2',
    'id > 5',
    'updated_at is null',
    'id = any($1)',
    "lower(status) = 'a'",
    'id::text = $1',
    'id = 1 and true',
    'id = 1 or id = 2',
    "id = 1 or status = 'x'",
    'id = 1 or (id = 2 and true)',
    'id = (select 5)',
    'id in (select patient_id from encounters where id = 1)',
    'id is not distinct from 4',
  ];
  const idle = [
    'true',
    '1 = 1',
    'id = id',
    'id = id + 0',
    'id is not null',
    'id = 1 or true',
    'id = 1 or id = id',
    'not (id = 1)',
    'id <> 1',
    'id + 0 = 0',
    'coalesce(id, 1) = id',
    "'a' = 'a'",
    'id in (id, 2)',
    'id in (select patient_id from encounters)',
    'id = (select patients.id)',
    'exists (select 1 from claims where id = 3)',
    'random() < 2',
    'id not in (1)',
    '$1',
    'id = any(array[id])',
    'id between id and id',
  ];
  for (const condition of filtering)
    assert.match(bounds(`select zip from patients where ${condition}`), /^patients:select\+f/, condition);
  for (const condition of idle)
    assert.doesNotMatch(bounds(`select zip from patients where ${condition}`), /patients:select\+f/, condition);
});

test('a restriction is carried along equalities, as far as joins let it', () => {
  const table: readonly (readonly [string, string])[] = [
    [
      'select p.zip from patients p join encounters e on e.patient_id = p.id where e.id = 1',
      'patients:select+f encounters:select+f',
    ],
    [
      'select p.zip from patients p, encounters e where e.patient_id = p.id and e.id = 1',
      'patients:select+f encounters:select+f',
    ],
    ['select p.zip from patients p join encounters e on e.patient_id = p.id', 'patients:select encounters:select'],
    [
      'select p.zip from patients p join encounters e on e.patient_id > p.id where e.id = 1',
      'patients:select encounters:select+f',
    ],
    [
      'select p.zip from patients p left join encounters e on e.patient_id = p.id and p.id = 1',
      'patients:select encounters:select',
    ],
    [
      'select p.zip from patients p left join encounters e on e.patient_id = p.id where p.id = 1',
      'patients:select+f encounters:select+f',
    ],
    [
      'select p.zip from patients p full join encounters e on e.patient_id = p.id and e.id = 1',
      'patients:select encounters:select',
    ],
    [
      'select p.zip from encounters e join patients p using (id) where e.id = 1',
      'encounters:select+f patients:select+f',
    ],
    ['select 1 from patients a join patients b on b.id = 4', 'patients:select'],
    ['select zip from (select * from patients) p where id = 1', 'patients:select+f'],
    ['with p as (select * from patients) select zip from p where id = 1', 'patients:select'],
    ['with p as (select * from patients where id = 1) select zip from p', 'patients:select+f'],
    [
      'select (select zip from patients p where p.id = e.patient_id) from encounters e where e.id = 1',
      'encounters:select+f patients:select+f',
    ],
    [
      'select (select zip from patients p where p.id = e.patient_id) from encounters e',
      'encounters:select patients:select',
    ],
    ['delete from claims where id = 1', 'claims:select+f claims:delete+f'],
    ['delete from claims where true', 'claims:delete'],
    ['update claims set status = $1 where id = 3', 'claims:select+f claims:update+f'],
    [
      'update claims c set status = $1 from encounters e where e.id = c.encounter_id and e.id = 1',
      'claims:select+f encounters:select+f claims:update+f',
    ],
    ['update claims set status = $1', 'claims:update'],
  ];
  for (const [sql, expected] of table) assert.equal(bounds(sql), expected, sql);
});

test('limited: a constant or parameter bounds the rows that are read', () => {
  const table: readonly (readonly [string, string])[] = [
    ['select zip from patients limit 3', 'patients:select+l'],
    ['select zip from patients limit $1 offset 2', 'patients:select+l'],
    ['select zip from patients fetch first 3 rows only', 'patients:select+l'],
    ['select zip from patients order by id fetch first 3 rows with ties', 'patients:select'],
    ['select zip from patients limit all', 'patients:select'],
    ['select zip from patients limit null', 'patients:select'],
    ['select zip from patients limit (select 3)', 'patients:select'],
    ['select count(*) from patients limit 3', 'patients:select'],
    ['select zip, count(*) from patients group by zip limit 3', 'patients:select'],
    ['select string_agg(zip, $1) over () from patients limit 1', 'patients:select'],
    ['select zip from (select * from patients) p limit 3', 'patients:select+l'],
    ['select n from (select count(*) n from patients) p limit 3', 'patients:select'],
    ['select count(*) from (select 1 from patients limit 3) p', 'patients:select+l'],
    ['select zip from patients union all select zip from patients limit 3', 'patients:select+l'],
    ['select zip from patients union all (select zip from patients limit 3)', 'patients:select'],
    ['with p as (select zip from patients) select zip from p limit 3', 'patients:select'],
    ['select (select zip from patients limit 1)', 'patients:select+l'],
  ];
  for (const [sql, expected] of table) assert.equal(bounds(sql), expected, sql);
});
