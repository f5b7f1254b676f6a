import assert from 'node:assert/strict';
import { test } from 'node:test';
import { factsOf, open, verdict } from './seen.ts';

// Tables that a session makes for itself: what each statement of a text asks for, and what the columns hold from then on.

const copy = 'create temp table t as select id, ssn, zip from patients limit 10; ';

const understood: readonly (readonly [string, string])[] = [
  ['create temp table t (id serial, a text); insert into t (a) select zip from patients', 't:insert(a)'],
  [`${copy}select * from t`, '| - ssn - |'],
  [`${copy}insert into t (ssn) select ssn from patients`, 't:insert(ssn)'],
  [`${copy}update t set ssn = p.ssn from patients p where p.id = t.id`, 't:update(ssn)'],
  [
    `${copy}insert into t (id, ssn) select id, ssn from patients on conflict (id) do update set ssn = excluded.ssn`,
    't:update(ssn)',
  ],
  [`${copy}select id from t where ssn = 'x'`, 'where:ssn!'],
  ['create temp table t (like patients); insert into t select * from patients; select ssn from t', '| ssn |'],
  ['select id, ssn as zip into temp t from patients; select zip from t', '| ssn |'],
  ['create temp table patients as select 1 as id; select id from pg_temp.patients', 'patients:select(id)'],
  ['create table pg_temp.t (a int); create index on t (a); analyze t; lock t; truncate t', 't:truncate()'],
  ['drop table if exists pg_temp.t', 't:ddl()'],
];

const refused: readonly (readonly [string, string])[] = [
  [`${copy}select ssn || '' as s from t; select s from u`, 'undefined_relation'],
  [`${copy}update t set zip = ssn`, 'protected_use'],
  [`${copy}update t set (id, zip) = (select id, ssn from patients limit 1)`, 'protected_use'],
  [
    `${copy}insert into t (id, ssn) select id, ssn from patients on conflict (id) do update set zip = excluded.ssn`,
    'protected_use',
  ],
  [
    `${copy}insert into t (id, ssn) select id, ssn from patients on conflict (id) do update set zip = t.ssn`,
    'protected_use',
  ],
  [`${copy}update t set (ssn, zip) = row(ssn, ssn)`, 'protected_use'],
  [`${copy}with x as (delete from t returning ssn as s) insert into t (zip) select s from x`, 'protected_use'],
  [`${copy}insert into t (ssn) select mrn from patients`, 'protected_use'],
  [`${copy}insert into claims (status) select ssn from t`, 'protected_use'],
  [`${copy}create index on t (ssn)`, 'protected_use'],
  [`${copy}create index on t ((lower(ssn)))`, 'protected_use'],
  [`${copy}create index on t (id) where ssn > 'a'`, 'protected_use'],
  [`${copy}alter table t add primary key (id)`, 'not_supported'],
  [`${copy}copy t to stdout`, 'not_supported'],
  [`${copy}drop table t; select * from t`, 'undefined_relation'],
  [`${copy}discard temp; select * from t`, 'undefined_relation'],
  ['create temp table t as select lower(ssn) from patients', 'protected_use'],
  ['create temp table t (like patients including all)', 'not_supported'],
  ['create temp table t (like patients, unique (ssn))', 'protected_use'],
  ["create temp table t (like patients, check (ssn > '3'))", 'protected_use'],
  ['create temp table t (a int default risk_score(1))', 'not_analysable'],
  ['create temp table t () inherits (patients)', 'not_supported'],
  ['create temp table t as select * from pg_class', 'not_analysable'],
  ['create temp table claim_status (a int)', 'not_supported'],
  ['create temp table date (a int)', 'not_supported'],
  ['create temp table pg_class (a int)', 'not_supported'],
  ['create temp table t (a int, a int)', 'not_analysable'],
  ['create temp table patients as select 1 as id; select id from patients', 'not_analysable'],
  ['select * from pg_temp.patients', 'undefined_relation'],
  ['select * from pg_temp_3.patients', 'not_supported'],
  ['create temp view v as select 1', 'not_supported'],
];

test('what is made is known to what follows, with what its columns hold', () => {
  for (const [sql, part] of understood)
    assert.ok(verdict(sql).split(' ; ').at(-1)?.includes(part), `${sql}\n${verdict(sql)}`);
});

test('refused: what would copy a protected value to where nothing masks it, or is not certain', () => {
  for (const [sql, code] of refused) assert.ok(verdict(sql).startsWith(`${code}: `), `${sql}\n${verdict(sql)}`);
});

test('a path that is not known, or names pg_temp, leaves only qualified names', () => {
  const made = 'create temp table t as select 1 as a; ';
  for (const path of ['unknown', ['pg_temp', 'public'], ['$user', 'public', 'pg_temp_2']] as const) {
    assert.match(verdict(`${made}select a from t`, open, path), /^not_analysable/);
    assert.match(verdict(`${made}select a from pg_temp.t`, open, path), /t:select\(a\)/);
  }
});

test('queries named in SQL mean what they meant: statements by their text, cursors as they were declared', () => {
  const facts = (sql: string) => verdict(sql, open).split(' ; ').at(-1);
  assert.equal(
    facts('prepare q as select ssn from patients where id = $1; execute q (1)'),
    facts('select ssn from patients where id = 1'),
  );
  assert.equal(facts('prepare q as select 1; deallocate q; execute q')?.startsWith('unknown_statement'), true);
  assert.equal(facts('declare c cursor for select id from claims; fetch c'), facts('select id from claims'));
  assert.match(
    facts('declare c cursor for select id from claims; move c') ?? '',
    /^select \| claims:select\(id\) \| none/,
  );
  assert.match(facts('declare c cursor for select 1; close c; fetch c') ?? '', /^unknown_portal/);
  assert.match(facts("prepare q as select set_config('sluice.reason', 'x', false)") ?? '', /^not_supported/);
  assert.match(facts("declare c cursor for select set_config('search_path', 'x', false)") ?? '', /^not_analysable/);
  const { normalised } = factsOf("prepare q as select * from claims where status = 'Zq7'", open);
  assert.doesNotMatch(normalised, /Zq7/);
});

test('CALL asks for its procedure, DO for code on the connection', () => {
  assert.deepEqual(
    factsOf('call risk_score(1)', open).routines.map(({ schema }) => schema),
    ['public', 'audit', 'pg_catalog'],
  );
  for (const sql of ['call risk_score(1)', 'do $$ begin end $$']) {
    const { verb, effects } = factsOf(sql, open);
    assert.deepEqual([verb, effects], ['call', [{ kind: 'opaque' }]]);
  }
});
