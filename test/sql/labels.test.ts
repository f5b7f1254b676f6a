import assert from 'node:assert/strict';
import { test } from 'node:test';
import { verdict } from './seen.ts';

/** A statement, what its columns may hold, and which protected columns shape it how (`!`: a look-up). */
const labels: readonly (readonly [string, string, string])[] = [
  ['select ssn as x, p.full_name from patients p', 'ssn full_name', ''],
  ["select ssn || '' from patients", '{ssn}', ''],
  ['select ssn::varchar, zip::int from patients', '{ssn} -', ''],
  ['select upper(zip), length(ssn) from patients', '- {ssn}', ''],
  ['select count(*), count(ssn), min(ssn), max(zip) from patients', '- {ssn} {ssn} -', ''],
  ['select coalesce(ssn, zip) from patients', '{ssn}', 'test:ssn'],
  ["select case when ssn like '1%' then zip end from patients", '{ssn}', 'test:ssn'],
  ["select case zip when '1' then ssn end from patients", '{ssn}', ''],
  ['select ssn = $1, zip = $1 from patients', '{ssn} -', 'test:ssn'],
  ["select id from patients where ssn = $1 and zip = '1'", '-', 'where:ssn!'],
  ["select id from patients where ssn = $1 or zip = '1'", '-', 'where:ssn'],
  ["select id from patients where ssn = $1 and mrn = 'x'", '-', 'where:ssn! where:mrn!'],
  ["select id from patients where ssn = $1 and ssn like '1%'", '-', 'where:ssn'],
  ['select id from patients where ssn = mrn', '-', 'where:ssn where:mrn'],
  ["select id from patients where 'x'::text = ssn", '-', 'where:ssn!'],
  ['select p.id from patients p join claims c on c.status = p.ssn', '-', 'join:ssn'],
  ['select 1 from patients a join patients b using (ssn)', '-', 'join:ssn'],
  ['select id from patients order by ssn desc, mrn', '-', 'order:ssn order:mrn'],
  ["select zip from patients group by zip having max(ssn) > 'x'", '-', 'where:ssn'],
  ['select ssn, count(*) from patients group by ssn', 'ssn -', 'group:ssn'],
  ['select ssn, count(*) from patients group by rollup (1)', 'ssn -', 'group:ssn'],
  ['select distinct ssn, zip from patients', 'ssn -', 'group:ssn'],
  ['select distinct zip from patients', '-', ''],
  ['select id from claims limit (select length(ssn) from patients limit 1)', '-', 'limit:ssn test:ssn'],
  ['with x as materialized (select 1 / length(ssn) from patients) select count(*) from x', '-', 'test:ssn'],
  ['select id from (select id, 1 / length(ssn) as n from patients) s', '-', 'test:ssn'],
  ['select n from (select id, 1 / length(ssn) as n from patients) s', '{ssn}', ''],
  ['select rank() over (partition by mrn order by ssn) from patients', '{mrn,ssn}', 'group:mrn order:ssn'],
  ['select count(*) filter (where ssn is null) from patients', '{ssn}', 'test:ssn'],
  ["select string_agg(zip, ',' order by ssn) from patients", '{ssn}', 'order:ssn'],
  ['select count(distinct ssn) from patients', '{ssn}', 'group:ssn'],
  ['select ssn from patients union all select ssn from patients', 'ssn', ''],
  ['select ssn from patients union all select mrn from patients', '{ssn,mrn}', ''],
  ['select ssn, zip from patients union select ssn, zip from patients', 'ssn -', 'group:ssn'],
  ['select zip from patients union select status from claims', '-', ''],
  ['select ssn from patients intersect all select ssn from patients', 'ssn', 'group:ssn'],
  ["select ssn from patients except select 'x'", '{ssn}', 'group:ssn'],
  ["select ssn from patients union all select 'x' order by 1", '{ssn}', 'order:ssn'],
  ['select id from claims where status in (select ssn from patients)', '-', 'where:ssn'],
  ['select id from claims c where exists (select 1 from patients p where p.ssn = c.status)', '-', 'where:ssn'],
  ["select exists (select 1 from patients where ssn = 'x')", '{ssn}', 'where:ssn! test:ssn'],
  ["select (select count(*) from patients where ssn = 'x')", '{ssn}', 'where:ssn!'],
  ['select (select zip from patients limit 1)', '-', ''],
  ["values (1, (select ssn from patients limit 1)), (2, 'x')", '- {ssn}', ''],
  ['select generate_series(1, length(ssn)) from patients', '{ssn}', 'limit:ssn'],
  ['select * from generate_series(1, (select length(ssn) from patients limit 1)) g', '{ssn}', 'limit:ssn'],
  ['select * from claims tablesample system (10)', '- - - -', ''],
  ['select id from claims tablesample system ((select length(ssn) from patients limit 1))', '-', 'limit:ssn test:ssn'],
  [
    'select p.id, e.summary, pr.full_name from patients p join encounters e on e.patient_id = p.id join providers pr on pr.id = e.provider_id',
    '- summary full_name',
    '',
  ],
  ['with recursive r(v) as (select ssn from patients union all select v from r) select v from r', 'ssn', ''],
  ['select array[ssn, zip], row(ssn), (array[zip])[1] from patients', '{ssn} {ssn} -', ''],
  ['select 1 from patients where ssn is null and mrn is not null', '-', 'where:ssn where:mrn'],
];

test('outputs and controls', () => {
  for (const [sql, outputs, controls] of labels)
    assert.deepEqual(verdict(sql).split(' | ').slice(2), [outputs, controls], sql);
});
