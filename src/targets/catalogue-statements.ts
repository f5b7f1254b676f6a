/**
 * What Sluice asks a PostgreSQL target about itself: 15 to 18, in one read-only transaction. Everything is qualified, and
 * `path` pins the search path for those that follow, so that nothing in the database can stand in for a built-in operator.
 */
export const catalogueStatements = {
  begin: {
    purpose: 'begin to read the catalogue',
    text: 'BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY',
  },
  // The old path must be read before it is replaced: a materialised row is made before what is selected from it.
  path: {
    purpose: 'read version and search path',
    text: `WITH before AS MATERIALIZED (
  SELECT pg_catalog.current_schemas(false)::pg_catalog.text[] AS path,
    pg_catalog.current_setting('server_version_num')::pg_catalog.int4 AS version)
SELECT pg_catalog.to_json(path), version, pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true) FROM before`,
  },
  relations: {
    purpose: 'read relations',
    text: `SELECT pg_catalog.json_build_array(c.oid::pg_catalog.int8, n.nspname, c.relname, c.relkind,
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(a.attname, a.attnum, a.atttypid::pg_catalog.int8) ORDER BY a.attnum)
    FROM pg_catalog.pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  (SELECT pg_catalog.json_agg(i.inhparent::pg_catalog.int8 ORDER BY i.inhseqno, i.inhparent)
    FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid))
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind NOT IN ('i', 'I', 't')
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname !~ '^pg_(toast_)?temp_'
ORDER BY c.oid`,
  },
  routines: {
    purpose: 'read routines',
    text: `SELECT pg_catalog.json_build_array(n.nspname, p.proname,
  (SELECT pg_catalog.json_agg(pg_catalog.format_type(t.type, NULL) ORDER BY t.place)
    FROM pg_catalog.unnest(p.proargtypes::pg_catalog.oid[]) WITH ORDINALITY AS t(type, place)))
FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname !~ '^pg_(toast_)?temp_'
ORDER BY p.oid`,
  },
  // Left out of the types: arrays of another type, and the row types of relations.
  names: {
    purpose: 'read operators and types',
    text: `SELECT
  (SELECT pg_catalog.json_agg(DISTINCT o.oprname ORDER BY o.oprname)
    FROM pg_catalog.pg_operator o JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
    WHERE n.nspname <> 'pg_catalog' AND n.nspname !~ '^pg_(toast_)?temp_'),
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_array(n.nspname, t.typname, t.typtype) ORDER BY t.oid)
    FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
      LEFT JOIN pg_catalog.pg_class c ON c.oid = t.typrelid
    WHERE n.nspname NOT IN ('pg_catalog', 'pg_toast') AND n.nspname !~ '^pg_(toast_)?temp_'
      AND (t.typrelid = 0 OR c.relkind = 'c')
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_type e WHERE e.typarray = t.oid))`,
  },
} as const;
