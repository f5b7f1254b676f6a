import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Client } from 'pg';
import { type EmbeddedPostgres, startPostgres } from '../../src/app/demo/embedded-postgres.ts';
import { err, ok } from '../../src/base/result.ts';
import type { ConnectionName } from '../../src/core/ids.ts';
import type { EstimateOptions } from '../../src/engine/row-estimates.ts';
import { estimateRows } from '../../src/targets/estimate-rows.ts';

for (const version of [15, 18] as const) {
  describe(`estimates of PostgreSQL ${version}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-estimates-'));
    let server: EmbeddedPostgres;
    before(async () => {
      chmodSync(folder, 0o711);
      server = await startPostgres({ dataDir: join(folder, 'data'), port: 0, database: 'clinic', major: version });
      const { host, port, user, password } = server;
      const client = new Client({ host, port, user, password, database: 'clinic' });
      await client.connect();
      await client.query(`create schema "Odd ""One";
        create table "Odd ""One".visits as select i as id, 'x' || i as kind from generate_series(1, 5000) i;
        create table visits (id int, kind text);
        create function writes() returns int immutable language plpgsql as $$ begin insert into visits values (1); return 1; end $$;
        analyze`);
      await client.end();
    });
    after(async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    const asked = (text: string, change: Partial<EstimateOptions> = {}) =>
      estimateRows({
        connection: 'clinic' as ConnectionName,
        target: { host: server.host, port: server.port, database: 'clinic', tls: 'off', ca: null },
        credential: { user: server.user, password: server.password },
        path: ['Odd "One'],
        text,
        normalised: 'normalised',
        parameters: false,
        timeoutMs: 20_000,
        before: async () => ok(null),
        ...change,
      });

    test('under the path of the session, of reads and of writes', async () => {
      assert.deepEqual(await asked('select * from visits;'), ok(5000));
      assert.deepEqual(await asked('select * from visits limit 7 -- few'), ok(7));
      assert.deepEqual(await asked('delete from visits'), ok(5000));
      assert.deepEqual(await asked('select count(*) from visits'), ok(1));
      const elsewhere = await asked('select * from visits', { path: ['public'] });
      assert.ok(elsewhere.ok && elsewhere.value !== 5000);
    });

    test('with parameters', async () => {
      const planned = await asked('select * from visits where kind = $1', { parameters: true });
      if (version >= 16) assert.ok(planned.ok && planned.value < 10);
      else assert.match(planned.ok ? '' : planned.error.message, /older than PostgreSQL 16/);
    });

    test('what cannot be planned is a denial without a word of the target, and nothing is written by planning', async () => {
      for (const text of [
        "select 'sentinel'::int from visits",
        'select writes() from visits',
        'selec',
        'explain select 1',
      ]) {
        const refused = await asked(text);
        assert.equal(refused.ok, false, text);
        assert.doesNotMatch(JSON.stringify(refused), /sentinel|writes|selec"/);
      }
    });

    test('nothing is sent that is not on record first, and what is recorded holds no literal', async () => {
      const recorded: string[] = [];
      const before = async ({ text }: { readonly text: string }) => {
        recorded.push(text);
        return ok(null);
      };
      await asked("select * from visits where kind = 'sentinel'", { before });
      assert.deepEqual(recorded, [
        'BEGIN TRANSACTION READ ONLY',
        "SET LOCAL lock_timeout = '500ms'",
        'SET LOCAL search_path = "Odd ""One"',
        'EXPLAIN (FORMAT JSON) normalised',
      ]);
      const denial = { code: 'ledger_unavailable', message: 'full' } as const;
      assert.deepEqual(await asked('select 1', { before: async () => err(denial) }), err(denial));
    });
  });
}
