import assert from 'node:assert/strict';
import { test } from 'node:test';
import { factsOf, verdict } from './seen.ts';

/** What psql, drivers and object-relational mappers ask of the system catalogues. */
const queries: Readonly<Record<string, string>> = {
  'psql \\d (list)': `SELECT n.nspname as "Schema", c.relname as "Name",
    CASE c.relkind WHEN 'r' THEN 'table' WHEN 'v' THEN 'view' WHEN 'p' THEN 'partitioned table' END as "Type",
    pg_catalog.pg_get_userbyid(c.relowner) as "Owner"
    FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_am am ON am.oid = c.relam
    WHERE c.relkind IN ('r','p','v','m','S','f','') AND n.nspname <> 'pg_catalog' AND n.nspname !~ '^pg_toast'
    AND pg_catalog.pg_table_is_visible(c.oid) ORDER BY 1,2;`,
  'psql \\d (find)': `SELECT c.oid, n.nspname, c.relname FROM pg_catalog.pg_class c
    LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relname OPERATOR(pg_catalog.~) '^(patients)$' COLLATE pg_catalog.default
    AND pg_catalog.pg_table_is_visible(c.oid) ORDER BY 2, 3;`,
  'psql \\d (relation)': `SELECT c.relchecks, c.relkind, c.relhasindex, c.relhasrules, c.relhastriggers, c.relrowsecurity,
    c.relforcerowsecurity, false AS relhasoids, c.relispartition, pg_catalog.array_to_string(c.reloptions ||
    array(select 'toast.' || x from pg_catalog.unnest(tc.reloptions) x), ', '), c.reltablespace,
    CASE WHEN c.reloftype = 0 THEN '' ELSE c.reloftype::pg_catalog.regtype::pg_catalog.text END, c.relpersistence, c.relreplident, am.amname
    FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_class tc ON (c.reltoastrelid = tc.oid)
    LEFT JOIN pg_catalog.pg_am am ON (c.relam = am.oid) WHERE c.oid = '17000';`,
  'psql \\d (columns)': `SELECT a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
    (SELECT pg_catalog.pg_get_expr(d.adbin, d.adrelid, true) FROM pg_catalog.pg_attrdef d
     WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum AND a.atthasdef), a.attnotnull,
    (SELECT c.collname FROM pg_catalog.pg_collation c, pg_catalog.pg_type t
     WHERE c.oid = a.attcollation AND t.oid = a.atttypid AND a.attcollation <> t.typcollation) AS attcollation,
    a.attidentity, a.attgenerated FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = '17000' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum;`,
  'psql \\d (indexes)': `SELECT c2.relname, i.indisprimary, i.indisunique, i.indisvalid, pg_catalog.pg_get_indexdef(i.indexrelid, 0, true),
    pg_catalog.pg_get_constraintdef(con.oid, true), contype, condeferrable, condeferred, i.indisreplident, c2.reltablespace
    FROM pg_catalog.pg_class c, pg_catalog.pg_class c2, pg_catalog.pg_index i
    LEFT JOIN pg_catalog.pg_constraint con ON (conrelid = i.indrelid AND conindid = i.indexrelid AND contype IN ('p','u','x'))
    WHERE c.oid = '17000' AND c.oid = i.indrelid AND i.indexrelid = c2.oid ORDER BY i.indisprimary DESC, c2.relname;`,
  'psql \\d (foreign keys)': `SELECT conname, conrelid::pg_catalog.regclass AS ontable, pg_catalog.pg_get_constraintdef(oid, true) AS condef
    FROM pg_catalog.pg_constraint c WHERE confrelid IN (SELECT pg_catalog.pg_partition_ancestors('17000') UNION ALL
    VALUES ('17000'::pg_catalog.regclass)) AND contype = 'f' AND conparentid = 0 ORDER BY conname;`,
  'psql \\d (inheritance)': `SELECT c.oid::pg_catalog.regclass, c.relkind, inhdetachpending, pg_catalog.pg_get_expr(c.relpartbound, c.oid)
    FROM pg_catalog.pg_class c, pg_catalog.pg_inherits i WHERE c.oid = i.inhrelid AND i.inhparent = '17000'
    ORDER BY pg_catalog.pg_get_expr(c.relpartbound, c.oid) = 'DEFAULT', c.oid::pg_catalog.regclass::pg_catalog.text;`,
  'psql \\l': `SELECT d.datname as "Name", pg_catalog.pg_get_userbyid(d.datdba) as "Owner", pg_catalog.pg_encoding_to_char(d.encoding),
    CASE WHEN pg_catalog.array_length(d.datacl, 1) = 0 THEN '(none)' ELSE pg_catalog.array_to_string(d.datacl, E'\\n') END
    FROM pg_catalog.pg_database d ORDER BY 1;`,
  'psql \\du': `SELECT r.rolname, r.rolsuper, ARRAY(SELECT b.rolname FROM pg_catalog.pg_auth_members m
    JOIN pg_catalog.pg_roles b ON (m.roleid = b.oid) WHERE m.member = r.oid) as memberof
    FROM pg_catalog.pg_roles r WHERE r.rolname !~ '^pg_' ORDER BY 1;`,
  'psql \\df': `SELECT n.nspname, p.proname, pg_catalog.pg_get_function_result(p.oid), pg_catalog.pg_get_function_arguments(p.oid)
    FROM pg_catalog.pg_proc p LEFT JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
    WHERE pg_catalog.pg_function_is_visible(p.oid) ORDER BY 1, 2, 4;`,
  'types of a driver': `select t.oid, t.typname, t.typarray, n.nspname from pg_type t join pg_namespace n on n.oid = t.typnamespace
    where t.typtype = 'e' or t.typelem <> 0`,
  'SQLAlchemy columns': `SELECT a.attname AS name, format_type(a.atttypid, a.atttypmod) AS format_type,
    (SELECT pg_get_expr(d.adbin, d.adrelid) AS x FROM pg_attrdef d WHERE d.adrelid = a.attrelid AND d.adnum = a.attnum
     AND a.atthasdef) AS def, a.attnotnull, c.relname, pgd.description AS comment,
    (SELECT json_build_object('always', a.attidentity = 'a', 'start', s.seqstart, 'cycle', s.seqcycle) AS j
     FROM pg_sequence s WHERE a.attidentity != '' AND s.seqrelid = CAST(CAST(pg_get_serial_sequence(CAST(CAST(a.attrelid AS REGCLASS)
     AS TEXT), a.attname) AS REGCLASS) AS OID)) AS identity_options
    FROM pg_class c LEFT OUTER JOIN pg_attribute a ON c.oid = a.attrelid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT OUTER JOIN pg_description pgd ON pgd.objoid = a.attrelid AND pgd.objsubid = a.attnum
    JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = ANY (ARRAY['r', 'p', 'f', 'v', 'm']) AND pg_table_is_visible(c.oid) AND n.nspname != 'pg_catalog'
    AND c.relname IN ('patients') ORDER BY c.relname, a.attnum`,
  'Prisma tables': `SELECT tbl.relname AS table_name, namespace.nspname as namespace, tbl.relispartition,
    description.description FROM pg_class AS tbl INNER JOIN pg_namespace AS namespace ON namespace.oid = tbl.relnamespace
    LEFT JOIN pg_description description ON description.objoid = tbl.oid AND description.objsubid = 0
    WHERE ((tbl.relkind = 'r' AND tbl.relispartition = 't') OR tbl.relkind = 'p') AND namespace.nspname = ANY ( $1 )
    ORDER BY namespace, table_name;`,
  'information_schema columns': `select column_name, data_type, is_nullable, column_default from information_schema.columns
    where table_schema = 'public' and table_name = $1 order by ordinal_position`,
  'ActiveRecord keys': `SELECT a.attname FROM (SELECT indrelid, indkey, generate_subscripts(indkey, 1) idx FROM pg_index
    WHERE indrelid = '"patients"'::regclass AND indisprimary) i JOIN pg_attribute a ON a.attrelid = i.indrelid
    AND a.attnum = i.indkey[i.idx] ORDER BY i.idx`,
  'JDBC keys': `SELECT NULL AS TABLE_CAT, n.nspname, ct.relname, a.attname, (information_schema._pg_expandarray(i.indkey)).n AS KEY_SEQ,
    ci.relname AS PK_NAME, (i.keys).n FROM pg_catalog.pg_class ct JOIN pg_catalog.pg_attribute a ON (ct.oid = a.attrelid)
    JOIN pg_catalog.pg_namespace n ON (ct.relnamespace = n.oid)
    JOIN (SELECT i.indexrelid, i.indrelid, i.indisprimary, i.indkey, information_schema._pg_expandarray(i.indkey) AS keys
      FROM pg_catalog.pg_index i) i ON (a.attnum = (i.keys).x AND a.attrelid = i.indrelid)
    JOIN pg_catalog.pg_class ci ON (ci.oid = i.indexrelid) WHERE true AND ct.relname = 'patients' AND i.indisprimary`,
  'session facts': `select current_database(), current_schema(), current_schemas(false), current_user, session_user, version(),
    current_setting('server_version_num'), pg_backend_pid(), inet_server_addr(), pg_is_in_recovery(), now(),
    has_table_privilege('public.patients', 'select'), obj_description('pg_class'::regclass)`,
};

test('questions about the catalogue touch no table, and show nothing protected', () => {
  for (const [name, sql] of Object.entries(queries)) {
    const facts = factsOf(sql);
    assert.equal(facts.verb, 'session', name);
    assert.deepEqual([facts.tables, facts.routines, facts.controls], [[], [], []], name);
    assert.ok(
      facts.outputs?.every((output) => output.kind === 'clear'),
      name,
    );
    assert.equal(facts.openOutputs, undefined, name);
  }
});

test('a whole catalogue has an unknown number of columns', () => {
  for (const sql of [
    'select * from pg_class',
    'select c.* from pg_attribute a, pg_class c',
    'select * from information_schema.tables',
  ])
    assert.equal(verdict(sql), 'session |  | open | ');
  assert.match(
    verdict('select * from pg_class, patients'),
    /^protected_use: the columns of this result cannot be told apart/,
  );
  assert.match(verdict('select c.oid, p.id from pg_class c, patients p'), /\| - - \|/);
});

test('what may show values or other sessions is refused', () => {
  for (const name of [
    'pg_stats',
    'pg_statistic',
    'pg_statistic_ext_data',
    'pg_stat_activity',
    'pg_stat_user_tables',
    'pg_authid',
    'pg_shadow',
    'pg_largeobject',
    'pg_user_mapping',
    'pg_user_mappings',
    'pg_foreign_server',
    'pg_subscription',
    'pg_hba_file_rules',
    'pg_file_settings',
    'pg_locks',
    'pg_cursors',
    'pg_prepared_statements',
    'pg_prepared_xacts',
    'pg_stat_statements',
  ])
    assert.match(verdict(`select * from ${name}`), /may show protected values or other sessions/, name);
});
