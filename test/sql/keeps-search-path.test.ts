import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import pg from 'pg';
import { startPostgres } from '../../src/app/demo/embedded-postgres.ts';
import { availablePostgres, type PostgresMajor } from '../../src/app/demo/postgres-binaries.ts';
import { keepsSearchPath } from '../../src/sql/keeps-search-path.ts';
import { factsOf, open, protecting, verdict } from './seen.ts';

// The list of what keeps the search path, held against every server that is carried: a new version of PostgreSQL may give
// a name on it another overload, or write it in another language.

interface Routine {
  readonly name: string;
  readonly signature: string;
  /** Why it cannot be on the list; null: it can. */
  readonly fault: string | null;
}

async function routinesOf(major: PostgresMajor): Promise<readonly Routine[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-routines-'));
  chmodSync(folder, 0o711);
  const server = await startPostgres({ dataDir: join(folder, 'data'), port: 0, major });
  const { host, port, user, password } = server;
  const client = new pg.Client({ host, port, user, password, database: 'postgres' });
  try {
    await client.connect();
    return (await client.query<Routine>(shapes)).rows;
  } finally {
    await client.end();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** SQL in `prosqlbody` was parsed when the server was made; types of polymorphic arguments bring code of their own. */
const shapes = `
select proname as name, p.oid::regprocedure::text as signature, case
  when prokind <> 'f' then 'is no function'
  when lanname not in ('internal', 'c') and not (lanname = 'sql' and prosqlbody is not null) then 'is written in ' || lanname
  when proconfig is not null then 'sets settings'
  when exists (select from unnest(proargtypes::oid[] || prorettype) as used(type) join pg_type t on t.oid = used.type
    where t.typtype = 'p' and t.typname not in ('void') and not (t.typname = 'record' and t.oid = prorettype)
    or t.typelem <> 0 and t.typname in ('_record', '_cstring')) then 'takes or gives what brings code along'
  end as fault
from pg_proc p join pg_language l on l.oid = prolang where pronamespace = 'pg_catalog'::regnamespace`;

const majors = availablePostgres();

for (const major of majors)
  describe(`PostgreSQL ${major}`, () => {
    test('what keeps the search path is code of the server itself, in every overload', async () => {
      const routines = await routinesOf(major);
      const faults = routines.filter(({ name, fault }) => keepsSearchPath(name) && fault !== null);
      assert.deepEqual(faults, []);
      for (const name of ['array_append', 'record_in', 'quote_literal'])
        assert.ok(
          routines.some((one) => one.name === name && one.fault !== null),
          name,
        );
      const runs = routines.filter(({ name }) => runsCode.test(name));
      assert.ok(runs.length > 30, String(runs.length));
      assert.deepEqual(
        runs.filter(({ name }) => keepsSearchPath(name)).map(({ signature }) => signature),
        [],
      );
    });
  });

/** Runs text, settings, code of extensions or of indexes; touches files; loads libraries. */
const runsCode =
  /^set_config$|_to_xml|^ts_stat$|^ts_rewrite$|_handler$|_validator$|^RI_FKey|_trigger|^brin_(de)?summarize|^gin_clean|^pg_logical_slot|^pg_create_logical|^pg_copy_logical|^pg_replication_slot_advance|^pg_sync_replication|^binary_upgrade|^pg_read_|^pg_ls_|^pg_stat_file|^lo_import|^lo_export|^pg_reload_conf|^pg_import_system|^pg_extension_config_dump|^pg_(restore|clear)_(relation|attribute)|^currtid/;

const calls: readonly (readonly [string, boolean])[] = [
  ['select pg_sleep(1)', true],
  ["select pg_catalog.nextval('s')", true],
  ["select setval('s', 1)", true],
  ['select lo_create(0)', true],
  ['select query_to_xml($1, true, true, $2)', false],
  ["select ts_stat('select 1')", false],
  ["select lo_import('/etc/motd')", false],
  ['select pg_reload_conf()', false],
  ['select nobody_knows(1)', false],
  ['select risk_score(1)', false],
  ['select public.pg_sleep(1)', false],
  ['select * from pg_stat_get_activity(null)', true],
];

for (const [sql, keeps] of calls)
  test(`${sql}: ${keeps ? 'asks for call, and the path stays known' : 'leaves the path unknown'}`, () => {
    const { effects, routines } = factsOf(sql, open);
    assert.ok(routines.length > 0);
    assert.deepEqual(effects, keeps ? [] : [{ kind: 'opaque' }]);
  });

test('where anything is protected they are refused as before', () => {
  for (const sql of ['select pg_sleep(1)', "select setval('s', 1)", 'select lo_create(0)'])
    assert.match(verdict(sql, protecting), /^not_analysable: function \w+ is not reviewed/);
});
