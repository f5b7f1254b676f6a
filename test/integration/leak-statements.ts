import type pg from 'pg';

/** One attack: against the database itself it shows a protected value of patient 1. */
export interface Leak {
  readonly name: string;
  readonly run: (client: pg.Client) => Promise<unknown>;
}

const query = (name: string, text: string): Leak => ({ name, run: (client) => client.query(text) });
const sequence = (name: string, ...texts: readonly string[]): Leak => ({
  name,
  run: async (client) => {
    for (const text of texts) await client.query(text);
  },
});

/** What rivals fail, and what research measured: by channel. */
export const leaks: readonly Leak[] = [
  query('alias', 'select ssn as zip from patients where id = 1'),
  query('star', 'select * from patients where id = 1'),
  query('qualified star', 'select p.* from public.patients as p where p.id = 1'),
  query('subquery', 'select x from (select ssn as x from patients where id = 1) s'),
  query('CTE', 'with c as (select full_name as x from patients where id = 1) select x from c'),
  query('expression', "select ssn || '' from patients where id = 1"),
  query('cast', 'select ssn::varchar(50) from patients where id = 1'),
  query('collation', 'select ssn collate "C" from patients where id = 1'),
  query('coalesce', "select coalesce(ssn, '') from patients where id = 1"),
  query('reverse', 'select reverse(ssn) from patients where id = 1'),
  query('encode', "select encode(ssn::bytea, 'hex') from patients where id = 1"),
  query('row_to_json', 'select row_to_json(p) from patients p where id = 1'),
  query('to_jsonb arrow', "select to_jsonb(p) ->> 'ssn' from patients p where id = 1"),
  query('json_agg', 'select json_agg(p) from patients p where id = 1'),
  query('array_agg', 'select array_agg(ssn) from patients where id = 1'),
  query('string_agg', "select string_agg(ssn, ',') from patients where id = 1"),
  query('max', 'select max(ssn) from patients where id = 1'),
  query('format', "select format('%s', p) from patients p where id = 1"),
  query('whole row', 'select p from patients p where id = 1'),
  query('whole row as text', 'select p::text from patients p where id = 1'),
  query('row of star', 'select row(p.*) from patients p where id = 1'),
  query('field of row', 'select (p).ssn from patients p where id = 1'),
  query('functional notation', 'select ssn(p) from patients p where id = 1'),
  query(
    'lateral json',
    "select value from patients p, lateral jsonb_each_text(to_jsonb(p)) where id = 1 and key = 'ssn'",
  ),
  query('unnest', 'select unnest(array[ssn]) from patients where id = 1'),
  query('values', 'select x from (values ((select ssn from patients where id = 1))) v(x)'),
  query('scalar subquery', 'select (select ssn from patients where id = 1)'),
  query('union', 'select status from patients where false union all select ssn from patients where id = 1'),
  query(
    'recursive',
    'with recursive r(x, n) as (select kind, 1 from encounters where id = 1 union all select (select ssn from patients where id = 1), 2 from r where n < 2) select x from r',
  ),
  query('view', 'select code from patient_directory where id = 1'),
  query('function over SQL', 'select lookup(1)'),
  query('function in FROM', 'select * from lookup(1)'),
  query('notice and error of a function', 'select shout(p) from patients p where id = 1'),
  query('query_to_xml', "select query_to_xml('select ssn from patients where id = 1', true, false, '')"),
  query('table_to_xml', "select table_to_xml('patients', true, false, '')"),
  query('error text of a cast', 'select ssn::int from patients where id = 1'),
  query('error text of a date', 'select full_name::date from patients where id = 1'),
  query('detail of a check', 'update patients set balance = -1 where id = 1'),
  query('detail of NOT NULL', 'update patients set status = null where id = 1'),
  query('warning of a trigger', "update patients set status = 'active' where id = 1"),
  query('returning', "update patients set status = 'active' where id = 1 returning ssn"),
  query(
    'laundering',
    'update encounters set kind = (select ssn from patients where id = 1) where id = 1 returning kind',
  ),
  sequence(
    'laundering by insert',
    'begin',
    'insert into encounters (id, kind) select 99999, ssn from patients where id = 1',
    'select kind from encounters where id = 99999',
  ),
  sequence(
    'temporary table',
    'begin',
    'create temp table t as select ssn from patients where id = 1',
    'select * from t',
  ),
  sequence('select into', 'begin', 'select ssn into temp t2 from patients where id = 1', 'select * from t2'),
  sequence(
    'temporary view',
    'begin',
    'create temp view v as select ssn as safe from patients where id = 1',
    'select safe from v',
  ),
  sequence('cursor', 'begin', 'declare c cursor for select ssn from patients where id = 1', 'fetch all from c'),
  sequence('SQL prepare', 'prepare q as select ssn from patients where id = 1', 'execute q'),
  query('copy', 'copy (select ssn from patients where id = 1) to stdout'),
  query('copy table', 'copy patients to stdout'),
  query('do with a notice', "do $$ begin raise notice '%', (select ssn from patients where id = 1); end $$"),
  query('do with an error', "do $$ begin raise exception '%', (select ssn from patients where id = 1); end $$"),
  sequence('notify', 'listen c', "select pg_notify('c', (select ssn from patients where id = 1))"),
  query('parameter status', "select set_config('application_name', (select ssn from patients where id = 1), false)"),
  query(
    'statistics',
    "select most_common_vals::text || histogram_bounds::text from (select 1) x, lateral (select (array(select full_name from patients where id = 1))::text as most_common_vals, '' as histogram_bounds) s",
  ),
  query('explain folds a function', 'explain (verbose, costs off) select fixed()'),
  query(
    'merge',
    'merge into encounters e using patients p on e.patient_id = p.id and p.id = 1 when matched then update set kind = p.ssn returning e.kind',
  ),
  query(
    'full join using',
    'select full_name from patients a full join (select full_name from patients) b using (full_name) where full_name is not null order by 1 desc limit 1',
  ),
  query('window', 'select first_value(ssn) over (order by id) from patients limit 1'),
  query('case', "select case when id = 1 then ssn else '' end from patients where id = 1"),
  query('table command', 'table patients'),
  query('unicode identifiers', 'select U&"ss\\006E" from U&"p\\0061tients" where id = 1'),
  query('a second statement', "select 1; select ssn || '' from patients where id = 1"),
  query('behind a comment', `/*${'x'.repeat(900_000)}*/ select ssn || '' from patients where id = 1`),
  query(
    'behind a comment over the limit',
    `/*${'x'.repeat(9 * 1024 * 1024)}*/ select ssn || '' from patients where id = 1`,
  ),
  {
    name: 'binary',
    run: (client) =>
      client.query({
        text: 'select ssn, full_name from patients where id = $1',
        values: [1],
        binary: true,
      } as pg.QueryConfig),
  },
  {
    name: 'prepared and executed again',
    run: async (client) => {
      for (let run = 0; run < 3; run += 1)
        await client.query({ name: 'again', text: 'select ssn from patients where id = $1', values: [1] });
    },
  },
  {
    name: 'prepared under another search path',
    run: async (client) => {
      await client.query('set search_path = other');
      await client.query({ name: 'moving', text: 'select ssn from patients where id = $1', values: [1] });
      await client.query('set search_path = public');
      await client.query({ name: 'moving', text: 'select ssn from patients where id = $1', values: [1] });
    },
  },
  {
    name: 'row limits',
    run: (client) =>
      client.query({ text: 'select ssn from patients order by id limit 5', values: [], rows: 1 } as pg.QueryConfig),
  },
];
