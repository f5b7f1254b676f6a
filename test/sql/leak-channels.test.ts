import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyse, factsOf } from './seen.ts';

// Statements that show patients.ssn, or something of it, when they reach the target unchanged.

const codes: ReadonlySet<string> = new Set(['not_analysable', 'protected_use', 'not_supported', 'undefined_column']);

test('refused: what cannot be labelled', () => {
  for (const sql of refused) {
    const analysis = analyse(sql);
    assert.equal(analysis.kind, 'refused', sql);
    if (analysis.kind !== 'refused') continue;
    assert.ok(codes.has(analysis.denial.code), sql);
    assert.notEqual(analysis.denial.hint ?? '', '', sql);
    assert.doesNotMatch(analysis.denial.message, /fail|internal/, sql);
  }
});

test('derived: an output is computed from the column', () => {
  for (const sql of derived)
    assert.ok(
      factsOf(sql).outputs?.some(
        (output) => output.kind === 'derived' && output.columns.some((c) => c.column === 'ssn'),
      ),
      sql,
    );
});

test('bare: an output is the column, and nothing else is computed from it', () => {
  for (const sql of bare) {
    const outputs = factsOf(sql).outputs ?? [];
    assert.ok(
      outputs.some((output) => output.kind === 'bare' && output.column.column === 'ssn' && output.class === 'ssn'),
      sql,
    );
    assert.ok(!outputs.some((output) => output.kind === 'derived'), sql);
  }
});

test('control: the column shapes the result', () => {
  for (const sql of control)
    assert.ok(
      factsOf(sql).controls.some((use) => use.column.column === 'ssn'),
      sql,
    );
});

/** Nothing of these runs. */
const refused: readonly string[] = [
  'select u from patients, unnest(array[ssn]) u',
  'select p from patients p',
  'select p::text from patients p',
  'select row(p.*) from patients p',
  'select row(p.*)::text from patients p',
  'select (p).ssn from patients p',
  'select (p.*)::text from patients p',
  'select ssn(p) from patients p',
  'select row_to_json(p) from patients p',
  "select to_jsonb(p)->>'ssn' from patients p",
  "select format('%s', p.*) from patients p",
  'select json_agg(p) from patients p',
  'select key, value from patients p, lateral jsonb_each_text(to_jsonb(p))',
  'select code from patient_view',
  'select ssn into t from patients',
  "create temp table t as select ssn || '' from patients",
  'create table t as select ssn from patients',
  'create temp view v as select ssn from patients',
  "create function f() returns text language sql as 'select ssn from patients'",
  "select query_to_xml('select ssn from patients', true, false, '')",
  "select table_to_xml('patients', true, false, '')",
  "select * from ts_stat('select to_tsvector(ssn) from patients')",
  "select cursor_to_xml('c', 1, true, false, '')",
  "select schema_to_xml('public', true, false, '')",
  "select database_to_xml(true, false, '')",
  "select * from dblink('', 'select ssn from patients') as t(a text)",
  'select risk_score(1)',
  'copy (select ssn from patients) to stdout',
  'copy patients to stdout',
  "copy patients to program 'cat'",
  'declare c cursor for select ssn from patients',
  'fetch all from c',
  'prepare s as select ssn from patients',
  'execute s',
  "select pg_notify('c', ssn) from patients",
  "do $$ begin raise notice 'x'; end $$",
  "select set_config('application_name', ssn, false) from patients",
  "select set_config('a.b', (select ssn from patients limit 1), false)",
  "select set_config('role', 'postgres', false)",
  "explain select * from patients where ssn = 'x'",
  'explain analyze select id from patients',
  'select * from pg_stats',
  'select * from pg_statistic',
  'select to_jsonb(s) from pg_stats s',
  'select * from pg_stat_activity',
  'select * from pg_catalog.pg_stat_activity',
  'select pg_terminate_backend(1)',
  'select * from pg_stat_statements',
  'select lo_from_bytea(0, ssn::bytea) from patients',
  'select lo_get(1)',
  "select setval('patients_id_seq', ssn::bigint) from patients",
  'select pg_advisory_lock(ssn::bigint) from patients',
  "comment on table claims is 'x'",
  'update claims set status = (select ssn from patients limit 1)',
  'update claims c set status = p.ssn from patients p',
  'insert into claims(id, status) select id, ssn from patients',
  'insert into claims(id, status) values (1, (select ssn from patients limit 1))',
  'update patients set zip = ssn',
  "insert into patients(id, ssn) values (1, 'x') on conflict (id) do update set zip = patients.ssn",
  'merge into claims using patients on true when matched then update set status = ssn',
  "select case when ssn like '1%' then pg_sleep(1) end from patients",
  'select pg_sleep(1)',
  "alter role gw password 'x'",
  'set session authorization postgres',
  'set role postgres',
  "set client_encoding = 'SJIS'",
  'set standard_conforming_strings = off',
  'set client_min_messages = debug1',
  'set debug_print_plan = on',
  "set datestyle = 'German'",
  "set names 'sjis'",
  'create trigger t before insert on claims for each row execute function f()',
  "select pg_read_file('/etc/passwd')",
  "select pg_logical_slot_get_changes('s', null, null)",
  "select get_raw_page('patients', 0)",
  'select (select array_agg(x) from (select ssn from patients) x)',
  'select public.patients from public.patients',
  'select patients.*::text from patients',
  'select (select p from patients p limit 1)',
  'select x from (select * from patients) x',
  'select count(x) from (select * from patients) x',
  'select x is null from patients x',
  'select x = x from patients x',
  'select null::patients',
  "select (json_populate_record(null::patients, '{}')).*",
  'select x::postcode from (select zip as x from patients) q',
  "select ssn ~~~ 'x' from patients",
  "select 'a' operator(public.~~~) 'b'",
  'select initcap(ssn) from patients',
  'select * from patients cross join pg_class',
  'select * from remote_labs',
  'select * from pg_largeobject',
  'select * from pg_authid',
  'select * from information_schema.user_mapping_options',
  'select lower(p) from patients p',
  'select p.lower from patients p',
  'select p.text from patients p',
  "prepare transaction 'x'",
  "load 'x'",
  'call p()',
  "security label on table patients is 'x'",
  'reassign owned by a to b',
  'import foreign schema x from server y into z',
  'checkpoint',
];

/** Denied unless `unmask` is granted on the column. */
const derived: readonly string[] = [
  "select ssn||'' from patients",
  "select coalesce(ssn,'') from patients",
  'select ssn::varchar from patients',
  'select ssn::name from patients',
  'select ssn collate "C" from patients',
  "select format('%s', ssn) from patients",
  'select xmlelement(name x, ssn) from patients',
  'select xmlforest(ssn) from patients',
  "select concat_ws(',', id, ssn) from patients",
  'select array_agg(ssn) from patients',
  "select string_agg(ssn, ',') from patients",
  'select jsonb_object_agg(id, ssn) from patients',
  "select json_object('a': ssn) from patients",
  'select json_objectagg(id: ssn) from patients',
  'select json_arrayagg(ssn) from patients',
  'select json_array(ssn) from patients',
  'select x from patients, string_to_table(ssn, null) x',
  'select x.* from patients, string_to_table(ssn, null) x',
  "select x.c from patients, xmltable('/a' passing xmlelement(name a, ssn) columns c text path '.') x",
  "select x.c from patients, json_table(to_jsonb(ssn), '$' columns (c text path '$')) x",
  "select ssn from patients union select 'x'",
  "select 'x' union all select ssn from patients",
  "with recursive r(v, n) as (select ''::text, 0 union all select v || (select ssn from patients limit 1), n+1 from r where n < 3) select v from r",
  'values ((select ssn from patients limit 1))',
  'insert into claims(id) values (1) returning (select ssn from patients limit 1)',
  "select exists(select 1 from patients where ssn like '1%')",
  "select case when ssn like '1%' then 1 else 2 end from patients",
  "select case ssn when '1' then 1 end from patients",
  "select 1/(case when ssn like '1%' then 0 else 1 end) from patients",
  'select length(ssn), ascii(ssn), md5(ssn) from patients',
  'select rank() over (order by ssn) from patients',
  'select row_number() over w from patients window w as (order by ssn)',
  'select count(*) over (partition by ssn) from patients',
  'select lag(id) over (order by ssn) from patients',
  'select min(ssn) from patients',
  'select count(distinct ssn) from patients',
  'select count(ssn) from patients',
  "select count(*) filter (where ssn like '1%') from patients",
  "select string_agg(id::text, ',' order by ssn) from patients",
  'select percentile_disc(0.5) within group (order by ssn) from patients',
  'select generate_series(1, substr(ssn,1,1)::int) from patients',
  'select ssn from patients a full join patients b using (ssn)',
  'select ssn is null from patients',
  "select ssn in ('1','2') from patients",
  "select ssn = '1' from patients",
  "select (ssn, id) = ('1', 2) from patients",
  'select row(ssn, id) from patients',
  'select array(select ssn from patients)',
  "select nullif(ssn, '1') from patients",
  "select greatest(ssn, '1') from patients",
  'select any_value(ssn) from patients',
  'select hashtext(ssn) from patients',
];

/** Masked. */
const bare: readonly string[] = [
  'select ssn as zip from patients',
  'select * from patients p, lateral (select p.ssn as y) z',
  'select s from (select ssn as s from patients) q',
  'with q as (select ssn as s from patients) select s from q',
  'with recursive r(v, n) as (select ssn, 0 from patients union all select v, n+1 from r where n < 3) select v from r',
  "update patients set zip = '1' returning ssn",
  'delete from patients where id = 1 returning *',
  'with d as (delete from patients where id=1 returning ssn as a) select a from d',
  'select id as x, ssn as y from patients order by y',
  'select ssn as y, id from patients order by 1',
  'select ssn s, count(*) from patients group by s',
  'select count(*), ssn from patients group by 2',
  'select distinct ssn from patients',
  'select x from patients as q(a,b,c,d,e,x)',
  'select q.* from patients as q(a,b,c,d,e,x)',
  'table patients',
  'select public.patients.ssn from public.patients',
  'select * from patients for update',
  'select U&"s\\0073n" from patients',
  'select SSN from PATIENTS',
  'select * from (select ssn from patients) as a(zip) join claims on true',
];

/** Denied unless `filter` is granted on the column for that use. */
const control: readonly string[] = [
  "insert into patients(id, ssn) values (1, 'x') on conflict (ssn) do nothing",
  "insert into patients(id, ssn) values (1, 'x') on conflict do nothing",
  "update claims set id = 1 where exists (select from patients where ssn like '1%')",
  "delete from claims using patients where ssn > '5'",
  "select count(*) from patients where ssn ~ '^1'",
  "select id from patients where ssn between '1' and '2'",
  "select 1 where '1' = any(select left(ssn,1) from patients)",
  'select d from generate_series(0,9) d join patients on substr(ssn,1,1) = d::text',
  "select d.n from (values (1),(2)) d(n), patients where ssn like d.n || '%'",
  'select id from patients order by ssn',
  'select count(*) from patients group by ssn',
  "select zip from patients group by zip having min(ssn) < '5'",
  'select distinct on (ssn) id from patients',
  'select id from claims limit (select substr(ssn,1,1)::int from patients limit 1)',
  'select id from claims offset (select length(ssn) from patients limit 1)',
  'select * from claims tablesample system ((select length(ssn) from patients limit 1))',
  'select a.id from patients a join patients b using (ssn)',
  'select count(*) from patients a natural join patients b',
  'select a.id from patients a join claims c on a.ssn = c.status',
];
