import assert from 'node:assert/strict';
import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { freePort } from '../../src/app/demo/free-port.ts';
import { systemClock } from '../../src/base/clock.ts';
import { openState, type StateOptions } from '../../src/store/open-state.ts';
import { heard, until } from './heard.ts';
import { dana, etl, sampleGrant, sampleRequest } from './sample-approvals.ts';
import { asOperator, freshPostgres, restartPostgres, stateKinds } from './state-servers.ts';

const refusal = async (options: StateOptions): Promise<string> => {
  const state = await openState(options);
  if (!state.ok) return state.error;
  await state.value.close();
  return 'it was opened';
};

test('what keeps PostgreSQL from being opened is said in a sentence, and nothing of the URL', async (context) => {
  const { url, options, open } = await freshPostgres(context);
  await (await open()).close();
  await asOperator(url, (client) =>
    client.query(`drop role if exists poor; create role poor login password 'poor-secret'`),
  );
  const changed = (change: (url: URL) => void) => {
    const other = new URL(url);
    change(other);
    return other.href;
  };
  const free = await freePort();
  const cases: readonly (readonly [string, RegExp])[] = [
    [
      changed((to) => {
        to.port = String(free);
      }),
      /^the PostgreSQL of state\.url cannot be reached \(ECONNREFUSED\)/,
    ],
    [
      changed((to) => {
        to.password = 'wrong-secret';
      }),
      /^the PostgreSQL of state\.url refuses the password$/,
    ],
    [
      changed((to) => {
        to.pathname = '/elsewhere';
      }),
      /^the database of state\.url does not exist; create it first$/,
    ],
    [
      changed((to) => {
        to.search = '?sslmode=require';
      }),
      /^the PostgreSQL of state\.url does not speak TLS/,
    ],
    [
      changed((to) => {
        to.username = 'poor';
        to.password = 'poor-secret';
      }),
      /^the user of state\.url lacks a right: it must own the schema sluice/,
    ],
    ['mysql://root@localhost/x', /^state\.url is not of the form postgres:/],
  ];
  for (const [text, expected] of cases) {
    const said = await refusal({ ...options, url: text });
    assert.match(said, expected);
    assert.doesNotMatch(said, /secret|elsewhere|state_[0-9a-f]|127\.0\.0\.1/);
  }
});

test('state that a newer Sluice wrote is refused, and left as it is', async (context) => {
  const { url, options, open } = await freshPostgres(context);
  await (await open()).close();
  await asOperator(url, (client) => client.query('insert into sluice.migrations values (99, 0)'));
  assert.equal(await refusal(options), 'the state in PostgreSQL was written by a newer Sluice; use that one');
  const { rows } = await asOperator(url, (client) => client.query('select id from sluice.migrations order by id'));
  assert.equal(rows.at(-1).id, 99);
});

test('an embedded file that is no database is refused with a sentence', async (context) => {
  const { options } = await stateKinds[0].fresh(context);
  writeFileSync(
    join(options.directory, 'state.sqlite'),
    'this is no database, and long enough to be sure of that'.repeat(100),
  );
  assert.match(await refusal(options), /state\.sqlite: the state cannot be opened \(SQLite 26\)/);
});

for (const { name, fresh } of stateKinds) {
  test(`${name}: a row that is none of ours is a fault, and not repeated`, async (context) => {
    const server = await fresh(context);
    const { approvals, close } = await server.open();
    const [request, grant] = [sampleRequest(), sampleGrant()];
    await approvals.file(request);
    await approvals.issue(grant);
    const spoil = async (statement: string) => {
      if (server.options.url !== null)
        return void (await asOperator(server.options.url, (client) => client.query(statement)));
      const database = new DatabaseSync(join(server.options.directory, 'state.sqlite'));
      database.exec(statement.replaceAll('sluice.', ''));
      database.close();
    };
    await spoil(`update sluice.approvals set state = 'approved'`);
    await spoil(`update sluice.grants set content = replace(content, '"uses":0', '"uses":"marzipan"')`);
    const fault = { name: 'StateFault', message: /^the state holds a row of (approvals|grants) that is malformed$/ };
    await assert.rejects(approvals.find(request.id), fault);
    await assert.rejects(approvals.list({ limit: 1 }), fault);
    await assert.rejects(
      approvals.changeRequest(request.id, async () => assert.fail('never asked')),
      fault,
    );
    await assert.rejects(approvals.findGrant(grant.id), fault);
    await assert.rejects(
      approvals.changeGrant(grant.id, async () => assert.fail('never asked')),
      fault,
    );
    await close();
  });

  test(`${name}: a fault of the server says nothing of a row`, async (context) => {
    const { approvals } = await (await fresh(context)).open();
    const request = sampleRequest({ reason: 'marzipan-lighthouse' });
    await approvals.file(request);
    const error = await approvals.file(request).then(
      () => null,
      (fault: unknown) => fault,
    );
    assert.ok(error instanceof Error && error.name === 'StateFault');
    assert.match(error.message, /^the state cannot be used \((23505|SQLite 1555)\)$/);
    assert.doesNotMatch(`${error.stack} ${JSON.stringify(error)}`, /marzipan|apr_/);
    assert.equal(error.cause, undefined);
  });
}

test('after a restart of the server everything goes on, and what changed is heard', async (context) => {
  const server = await freshPostgres(context);
  const [a, b] = [await server.open(), await server.open({ instance: 'b' })];
  const onB = heard(b.approvals.watch.bind(b.approvals));
  await restartPostgres(async () => {
    await assert.rejects(a.approvals.file(sampleRequest()), { name: 'StateFault' });
    await assert.rejects(a.principals.disable(etl, dana, systemClock.now()), { name: 'StateFault' });
    assert.equal(a.principals.isDisabled(etl), true);
    await until(() => b.principals.behindMs() > 1000);
  });
  const request = sampleRequest();
  await a.approvals.file(request);
  assert.ok((await onB.until(1)) < 1000);
  assert.deepEqual(await b.approvals.find(request.id), request);
  assert.ok((await until(() => a.principals.behindMs() < 1000 && b.principals.behindMs() < 1000)) < 2000);
  // Asked for and not stored: this instance goes on refusing, whatever the state says.
  assert.deepEqual([a.principals.isDisabled(etl), b.principals.isDisabled(etl)], [true, false]);
  await a.principals.disable(etl, dana, systemClock.now());
  assert.ok((await until(() => b.principals.isDisabled(etl))) < 1000);
  await b.principals.enable(etl, dana, systemClock.now());
  assert.ok((await until(() => !a.principals.isDisabled(etl))) < 1000);
});

test('connections that were cut while idle cost nothing', async (context) => {
  const server = await freshPostgres(context);
  const { approvals } = await server.open();
  const grants = Array.from({ length: 20 }, () => sampleGrant());
  await Promise.all(grants.map((grant) => approvals.issue(grant)));
  await Promise.all(grants.map(({ id }) => approvals.findGrant(id)));
  await asOperator(server.url, (client) =>
    client.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'a'`),
  );
  const request = sampleRequest();
  await approvals.file(request);
  assert.deepEqual(await approvals.find(request.id), request);
});

test('a connection that is lost in the middle of a change: nothing is stored, and the next one goes through', async (context) => {
  const server = await freshPostgres(context);
  const { approvals } = await server.open();
  const grant = sampleGrant();
  await approvals.issue(grant);
  const cut = () =>
    asOperator(server.url, (client) =>
      client.query(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'a'`),
    );
  const used = approvals.changeGrant(grant.id, async (now) => {
    await cut();
    return { ...now, state: 'used', uses: 1 };
  });
  await assert.rejects(used, { name: 'StateFault' });
  assert.deepEqual(await approvals.findGrant(grant.id), grant);
  const again = await approvals.changeGrant(grant.id, async (now) => ({ ...now, uses: 2 }));
  assert.equal(again?.uses, 2);
});

test('embedded state is for its owner alone, companions too', async (context) => {
  const { options, open } = await stateKinds[0].fresh(context);
  chmodSync(options.directory, 0o755);
  const { approvals } = await open();
  await approvals.file(sampleRequest());
  const files = readdirSync(options.directory).filter((file) => file.startsWith('state.sqlite'));
  assert.equal(files.length, 3);
  for (const file of files) {
    assert.equal(statSync(join(options.directory, file)).mode & 0o077, 0, file);
  }
});
