import type pg from 'pg';

/** A sequence that tries to learn something of patient 1. What `run` resolves to is compared like the bytes are. */
export type Invention =
  | {
      readonly name: string;
      readonly kind: 'driver';
      readonly run: (client: pg.Client) => Promise<unknown>;
    }
  /** Messages of the protocol, exchange by exchange, each up to its ReadyForQuery. */
  | { readonly name: string; readonly kind: 'wire'; readonly exchanges: readonly (readonly Buffer[])[] };

/** What an administrator has made in both clinics before anybody connects. */
export const inventionSetup = `
create schema staging;
create table staging.patients (id int, ssn text, mrn text, full_name text);
insert into staging.patients values (1, 'harmless', 'harmless', 'harmless');
create table staging.queue (id int primary key, parent int references staging.queue deferrable initially deferred);
create function ssn_of(e encounters) returns text language sql stable as 'select ssn from public.patients where id = e.patient_id';
create function patient_of(e encounters) returns public.patients language sql stable as 'select p from public.patients p where id = e.patient_id';
create function keep(text, text) returns text immutable language sql as 'select coalesce($1, $2)';
create aggregate first_text(text) (sfunc = keep, stype = text);
create operator public.=== (leftarg = text, rightarg = text, function = pg_catalog.texteq);
create domain short_text as text check (length(value) < 20);
create sequence steps;
create sequence steps9;
create index patients_by_ssn on patients (ssn) include (id);
create index patients_by_name on patients (lower(full_name));
create table patients_kept () inherits (patients);
create view patient_shield with (security_barrier) as select id, ssn as code from patients;
update patients set ssn = '500-00-0002' where id = 2;
create materialized view patient_copy as select id, ssn as code from patients;
create function open_patients() returns setof patients language sql stable as 'select * from public.patients';
`;

const query = (name: string, ...texts: readonly string[]): Invention => ({
  name,
  kind: 'driver',
  run: async (client) => {
    for (const text of texts) await client.query(text);
  },
});
const driver = (name: string, run: (client: pg.Client) => Promise<unknown>): Invention => ({
  name,
  kind: 'driver',
  run,
});
const byValue: readonly Invention[] = [
  query('field notation calls a function of the row', 'select (e).ssn_of from encounters e where patient_id = 1'),
  query('the same of a row in a sub-select', 'select (s.e).ssn_of from (select e from encounters e where id = 500) s'),
  query('the same of an element', 'select ((array(select e from encounters e where id = 500))[1]).ssn_of'),
  query('the same of a row of a CTE', 'with c as (select e from encounters e where id = 500) select (e).ssn_of from c'),
  query('field notation to a row and on', 'select ((e).patient_of).ssn from encounters e where id = 500'),
  query('field notation to a row, spread', 'select ((e).patient_of).* from encounters e where id = 500'),
  query('attribute notation', 'select e.ssn_of from encounters e where id = 500'),
  query('a computed column', 'select ssn_of(e) from encounters e where id = 500'),
  query('a computed column over the row', 'select ssn_of(e.*) from encounters e where id = 500'),
  query('a function of a system row', 'select (c).ssn_of from (select e as c from encounters e where id = 500) c'),
  query('a field of a scalar sub-select', 'select (select p from patients p where id = 1).ssn'),
  query('a row by the name of its table', 'select patients from patients where id = 1'),
  query('a qualified row', 'select row(public.patients.*) from public.patients where id = 1'),
  query('a row compared and returned', 'select array_agg(p) from patients p where id = 1'),
  query('a row through coalesce', 'select coalesce(p, p) from patients p where id = 1'),
  query('a row out of VALUES', 'select v.x from patients p, lateral (values (p)) v(x) where p.id = 1'),
  query('a row out of a lateral sub-select', 'select x.q from patients p, lateral (select p as q) x where p.id = 1'),
  query(
    'a lateral column',
    "select x.v from patients p join lateral (select p.ssn || '' as v) x on true where p.id = 1",
  ),
  query(
    'a natural join with itself',
    'select ssn from patients natural join (select ssn from patients where id = 1) x',
  ),
  query(
    'a natural join that guesses',
    "select g.value from (select '900-55-' || lpad(i::text, 4, '0') as value from generate_series(7000, 7999) i) g natural join (select (jsonb_each_text(jsonb_build_object('x', ssn))).* from patients where id = 1) s",
  ),
  query('swapped names', 'select zip from patients as p(id, mrn, zip, a, b, c, ssn) where id = 1'),
  query(
    'an alias list over a join',
    "select j.e || '' from (patients cross join providers) as j(a, b, e) where j.a = 1",
  ),
  query(
    'a CTE in the place of a table, inside out',
    "with patients as (select * from patients where id = 1) select ssn || '' from patients",
  ),
  query(
    'a CTE that is defined later',
    "with a as (select ssn || '' as x from patients where id = 1), patients as (select 'x' as ssn) select x from a",
  ),
  query(
    'a CTE of another level',
    "with patients as (select 'x' as ssn) select (select max(ssn) from public.patients where id = 1)",
  ),
  query(
    'SEARCH makes a column of values',
    'with recursive r(id, x) as (select id, ssn from patients where id = 1 union all select id + 1, x from r where id < 2) search depth first by x set o select o from r',
  ),
  query(
    'CYCLE makes a column of values',
    'with recursive r(id, x) as (select id, ssn from patients where id = 1 union all select id + 1, x from r where id < 2) cycle x set c using path select path from r',
  ),
  query('a set operation with a constant', "select ssn from patients where id = 1 union all select 'x'"),
  query('an intersection', 'select ssn from patients where id = 1 intersect all select ssn from patients'),
  query('a correlated sub-query', "select (select p.ssn || '') from patients p where id = 1"),
  query(
    'a sub-query that looks like a catalogue read',
    'select (select ssn from pg_class limit 1) from patients where id = 1',
  ),
  query('an array of a sub-query', 'select array(select ssn from patients where id = 1)'),
  query('a slice', "select (string_to_array(ssn, '-'))[1:3] from patients where id = 1"),
  query("an aggregate of one's own", 'select first_text(ssn) from patients where id = 1'),
  query('an ordered-set aggregate', 'select mode() within group (order by ssn) from patients where id = 1'),
  query('percentile_disc', 'select percentile_disc(0) within group (order by ssn) from patients where id = 1'),
  query(
    'nth_value in a frame',
    'select nth_value(ssn, 1) over (rows between unbounded preceding and unbounded following) from patients where id = 1',
  ),
  query('lag with a default', "select lag(ssn, 0, '') over (order by id) from patients where id = 1"),
  query('grouping sets', 'select ssn from patients where id = 1 group by grouping sets ((ssn), ())'),
  query('rollup of an expression', "select ssn || '' from patients where id = 1 group by rollup(ssn || '')"),
  query('xmlforest', 'select xmlforest(ssn) from patients where id = 1'),
  query('xmlelement', 'select xmlelement(name x, ssn) from patients where id = 1'),
  query('xpath', "select xpath('/a/text()', ('<a>' || ssn || '</a>')::xml) from patients where id = 1"),
  query(
    'xmltable',
    "select x.v from patients p, xmltable('/a' passing (('<a>' || p.ssn || '</a>')::xml) columns v text path '.') x where p.id = 1",
  ),
  query(
    'json_table',
    "select j.v from patients p, json_table(jsonb_build_object('a', p.ssn), '$' columns (v text path '$.a')) j where p.id = 1",
  ),
  query('json_value', "select json_value(jsonb_build_object('a', ssn), '$.a') from patients where id = 1"),
  query('json_object', "select json_object('a' value ssn) from patients where id = 1"),
  query('json_objectagg', 'select json_objectagg(id value ssn) from patients where id = 1'),
  query('a JSON path', "select jsonb_path_query(to_jsonb(p), '$.ssn') from patients p where id = 1"),
  query(
    'populate a record',
    'select (jsonb_populate_record(null::patients, to_jsonb(p))).ssn from patients p where id = 1',
  ),
  query('record to columns', 'select r.ssn from patients p, jsonb_to_record(to_jsonb(p)) r(ssn text) where p.id = 1'),
  query('a domain', 'select ssn::short_text from patients where id = 1'),
  query('an array cast', "select ('{' || ssn || '}')::text[] from patients where id = 1"),
  query('a cast to regclass', 'select ssn::regclass from patients where id = 1'),
  query('to_regclass', 'select to_regclass(ssn), ssn::name from patients where id = 1'),
  query('names built of values', "select quote_ident(ssn), format('%I', ssn) from patients where id = 1"),
  query('a security barrier view', 'select code from patient_shield where id = 1'),
  query('a materialised view', 'select code from patient_copy where id = 1'),
  query('a function of rows', 'select ssn from open_patients() where id = 1'),
  query('rows from', 'select * from rows from (open_patients(), generate_series(1, 2)) where id = 1'),
  query('statistics', "select most_common_vals, histogram_bounds from pg_stats where tablename = 'patients'"),
  query('statistics as JSON', "select to_jsonb(s) from pg_stats s where tablename = 'patients'"),
  query('statistics with an unqualified star', "select s.* from pg_catalog.pg_stats as s where tablename = 'patients'"),
  query('U& names with another escape', "select U&\"s!0073n\" uescape '!' || '' from patients where id = 1"),
  query('nested comments', "select /* a /* b */ ' */ ssn || '' /* ' */ from patients where id = 1"),
  query('dollar quotes', "select $a$ ' $a$ || ssn from patients where id = $$1$$"),
  query('E strings', "select E'\\' ' || ssn || E'\\'' from patients where id = 1"),
  query('a continued string', "select 'x'\n'y' || ssn from patients where id = 1"),
  query(
    'RETURNING of old and new',
    "update patients set zip = zip where id = 1 returning old.ssn || '', new.ssn || ''",
  ),
  query(
    'RETURNING with a sub-query',
    'insert into providers values (901) returning (select ssn from patients where id = 1)',
  ),
  query(
    'a data-modifying CTE',
    "with u as (update patients set zip = zip where id = 1 returning ssn || '' as x) select x from u",
  ),
  query(
    'ON CONFLICT copies',
    "insert into providers values (1, 'x') on conflict (id) do update set specialty = (select ssn from patients where id = 1) returning specialty",
  ),
  query(
    'UPDATE FROM copies',
    'update encounters e set kind = p.ssn from patients p where p.id = 1 and e.id = 1 returning e.kind',
  ),
  query(
    'multiple assignment',
    'update encounters set (kind, seen_on) = (select ssn, birth_date from patients where id = 1) where id = 1 returning kind',
  ),
  query('one protected column into another', 'update patients set zip = ssn where id = 1 returning zip'),
  query(
    'MERGE',
    'merge into providers t using (select ssn from patients where id = 1) s on t.id = 1 when matched then update set specialty = s.ssn returning specialty',
  ),
  query('large objects', 'select lo_from_bytea(4711, ssn::bytea) from patients where id = 1', 'select lo_get(4711)'),
  query(
    'a setting',
    "select set_config('sluice_test.x', ssn, false), current_setting('sluice_test.x') from patients where id = 1",
  ),
  query(
    'a path that only looks the same',
    "select set_config('search_path', E'\\u00a0staging, public', false)",
    'select upper(ssn) from patients where id = 1',
  ),
  query(
    'a path behind another blank',
    "select set_config('search_path', E'\\ufeffstaging, public', false)",
    'select upper(ssn) from patients where id = 1',
  ),
  query(
    'a long schema name',
    `set search_path = "${'s'.repeat(70)}", public`,
    'select upper(ssn) from patients where id = 1',
  ),
  query(
    'a path of one quoted list',
    "set search_path = 'staging, public'",
    'select upper(ssn) from public.patients where id = 1',
  ),
  query(
    'a local path that ends',
    'begin',
    'set local search_path = staging',
    'commit',
    'select upper(ssn) from patients where id = 1',
  ),
  query(
    'a path behind a chain',
    'begin',
    'set local search_path = staging',
    'commit and chain',
    'select upper(ssn) from patients where id = 1',
  ),
  query(
    'a path behind a savepoint',
    'begin',
    'savepoint a',
    'set search_path = staging',
    'rollback to a',
    'select upper(ssn) from patients where id = 1',
  ),
  query('a child of the table', "insert into patients_kept select * from patients where id = 1 returning ssn || ''"),
  query('sampled', "select ssn || '' from patients tablesample system (100) where id = 1"),
  query('locked', "select ssn || '' from patients where id = 1 for update skip locked"),
  driver('a parameter beside it', (client) =>
    client.query('select $1::text || ssn from patients where id = $2', ['', 1]),
  ),
  driver('binary arrays', (client) =>
    client.query({ text: 'select array[ssn, full_name] from patients where id = 1', binary: true } as pg.QueryConfig),
  ),
];

const byInference: readonly Invention[] = [
  query(
    'an error inside a CTE that nobody reads',
    'with x as materialized (select 1 / (ascii(ssn) - 57) from patients where id = 1) select count(*) from x',
  ),
  query(
    'the same in VALUES',
    'with x as materialized (values ((select 1 / (ascii(ssn) - 57) from patients where id = 1))) select count(*) from x',
  ),
  query(
    'the same in a union',
    'select count(*) from (select id, 1 / (ascii(ssn) - 57) from patients where id = 1 union all select 1, 1 offset 0) s',
  ),
  query(
    'a cast that fails for one value',
    "with x as materialized (select replace(ssn, '900', 'x')::xid from patients where id = 1) select 1 from x",
  ),
  query(
    'a sequence named by a value',
    "with x as materialized (select nextval('steps' || left(ssn, 1)) from patients where id = 1) select 1 from x",
  ),
  query(
    'a sum that overflows',
    'with x as materialized (select 40000000 * ascii(ssn) from patients where id = 1) select count(*) from x',
  ),
  query(
    'rows of a series',
    'select count(*) from (select generate_series(1, ascii(ssn)) from patients where id = 1) s',
  ),
  query('rows of a split', "select id from (select id, regexp_split_to_table(ssn, '9') from patients where id = 1) s"),
  query(
    'rows of a lateral series',
    'select 1 from patients p, lateral generate_series(1, ascii(p.ssn)) where p.id = 1',
  ),
  query(
    'rows of an unnest',
    "select count(*) from (select unnest(string_to_array(ssn, '9')) from patients where id = 1) s",
  ),
  query(
    'rows of JSON keys',
    "select count(*) from (select json_array_elements(to_json(string_to_array(ssn, '9'))) from patients where id = 1) s",
  ),
  query('LIMIT by a value', 'select id from encounters limit (select ascii(ssn) from patients where id = 1)'),
  query(
    'OFFSET by a value',
    'select id from encounters order by id offset (select ascii(ssn) from patients where id = 1) limit 1',
  ),
  query(
    'FETCH by a value',
    'select id from encounters fetch first (select ascii(ssn) from patients where id = 1) rows only',
  ),
  query(
    'a frame by a value',
    'select count(*) over (order by id rows (select ascii(ssn) from patients where id = 1) preceding) from encounters where id < 200',
  ),
  query(
    'TABLESAMPLE by a value',
    'select count(*) from encounters tablesample bernoulli ((select ascii(ssn) from patients where id = 1)) repeatable (1)',
  ),
  query('EXISTS', "select exists (select 1 from patients where id = 1 and ssn like '9%')"),
  query('IN', "select 1 where '900-55-7391' in (select ssn from patients where id = 1)"),
  query('ANY of an array', "select 'x' where '900-55-7391' = any (array(select ssn from patients where id = 1))"),
  query('ALL', "select id from providers where '5' < all (select ssn from patients where id = 1)"),
  query('a row comparison', "select id from patients where (id, ssn) > (1, '5') and id = 1"),
  query('CASE in the list', "select case when ssn > '5' then 1 else 2 end from patients where id = 1"),
  query(
    'CASE in ORDER BY',
    "select id from patients where id in (1, 2) order by case when ssn > '6' then 3 else id end",
  ),
  query('nullif', "select id from patients where id = 1 and nullif(ssn, '900-55-7391') is null"),
  query('a filter clause', "select count(*) filter (where ssn > '5') from patients where id = 1"),
  query('HAVING', "select id from patients where id = 1 group by id having max(ssn) > '5'"),
  query(
    'DISTINCT ON',
    "select distinct on (left(ssn, 1) > '5') id from patients where id in (1, 2) order by left(ssn, 1) > '5', id",
  ),
  query('ORDER BY', 'select id from patients where id < 5 order by ssn desc'),
  query('ORDER BY behind a collation', 'select id from patients where id < 5 order by ssn collate "C" desc'),
  query('ORDER BY behind an alias', 'select id as ssn from patients where id < 5 order by patients.ssn desc'),
  query('ORDER BY of an aggregate', 'select array_agg(id order by ssn) from patients where id < 5'),
  query('ORDER BY of a sub-select', 'select id from (select id from patients where id < 5 order by ssn limit 1) s'),
  query('rank', 'select id, rank() over (order by ssn) from patients where id < 5'),
  query(
    'a window by name',
    'select id, row_number() over w from patients where id < 5 window w as (order by ssn desc)',
  ),
  query('ntile of a partition', "select id, count(*) over (partition by ssn > '5') from patients where id < 5"),
  query('hypothetical rank', "select rank('5') within group (order by ssn) from patients where id = 1"),
  query('USING', "select 1 from patients join (values ('900-55-7391')) v(ssn) using (ssn)"),
  query(
    'NATURAL',
    "select 1 from (select ssn from patients where id = 1) p natural join (values ('900-55-7391')) v(ssn)",
  ),
  query('EXCEPT', "select count(*) from (select ssn from patients where id = 1 except select '900-55-7391') s"),
  query(
    'UNION removes one',
    "select count(*) from (select ssn from patients where id = 1 union select '900-55-7391') s",
  ),
  query("an operator of one's own", "select id from patients where id = 1 and ssn === '900-55-7391'"),
  query('an operator by name', "select id from patients where id = 1 and ssn operator(pg_catalog.>) '5'"),
  query('a regular expression', "select id from patients where id = 1 and ssn ~ '^9'"),
  query('a functional index', "select id from patients where lower(full_name) = 'zyxwora quillfeather'"),
  query('BETWEEN', "select id from patients where id = 1 and birth_date between '1931-01-01' and '1931-12-31'"),
  query('UPDATE counts', "update patients set zip = zip where id = 1 and ssn > '5'"),
  query('DELETE USING', "delete from providers using patients p where p.id = 1 and p.ssn > '5' and providers.id = 1"),
  query(
    'ON CONFLICT by a protected key',
    "insert into patients (id, mrn, ssn, full_name) values (9001, 'MRN-88112-QX', 'x', 'x') on conflict (mrn) do nothing",
  ),
  query(
    'ON CONFLICT by any key',
    "insert into patients (id, mrn, ssn, full_name) values (9001, 'MRN-88112-QX', 'x', 'x') on conflict do nothing",
  ),
  query(
    'ON CONFLICT with a condition',
    "insert into patients (id, mrn, ssn, full_name) values (1, 'q', 'x', 'x') on conflict (id) do update set zip = 'x' where patients.ssn > '5'",
  ),
  query(
    'a correlated count',
    "select id, (select count(*) from patients p where p.id = 1 and p.ssn > '5') from providers",
  ),
  query(
    'an advisory lock',
    'select pg_advisory_lock(ascii(ssn)) from patients where id = 1',
    "select objid from pg_locks where locktype = 'advisory'",
  ),
  query('a sleep', "select case when ssn > '5' then pg_sleep(0.01) end from patients where id = 1"),
  query(
    'a plan with rows',
    "explain (analyze, timing off, summary off) select * from providers where exists (select 1 from patients where id = 1 and ssn > '5')",
  ),
  query(
    'order of an index-only scan',
    'set enable_seqscan = off',
    'set enable_bitmapscan = off',
    'select id, ssn from patients limit 500',
  ),
  query(
    'order of an index-only scan by cost',
    'set seq_page_cost = 1e9',
    'set cpu_tuple_cost = 100',
    'select id, ssn from patients limit 500',
  ),
  driver('place of a token in the order of an index', async (client) => {
    const own = await client.query('select mrn from patients where id = 1');
    await client.query('set enable_seqscan = off');
    const { rows } = await client.query('select mrn from patients limit 500');
    return rows.findIndex((row) => row.mrn === own.rows[0].mrn);
  }),
  driver('a parameter compared', (client) => client.query('select 1 from patients where id = 1 and ssn > $1', ['5'])),
  driver('a prepared look-up', async (client) => {
    for (const guess of ['1', '9'])
      await client.query({
        name: 'guess',
        text: 'select 1 from patients where id = 1 and left(ssn, 1) = $1',
        values: [guess],
      });
  }),
];

/** One statement or a few, by a driver. */
export const statementInventions: readonly Invention[] = [...byValue, ...byInference];
