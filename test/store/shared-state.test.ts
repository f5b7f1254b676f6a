import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instant, systemClock } from '../../src/base/clock.ts';
import { principalId } from '../../src/core/principal.ts';
import { openState } from '../../src/store/open-state.ts';
import { heard, until } from './heard.ts';
import { dana, etl, sampleGrant, sampleRequest } from './sample-approvals.ts';
import { sampleTicket } from './sample-ticket.ts';
import { asOperator, freshPostgres } from './state-servers.ts';
import { temporaryDirectory } from './temporary-ledger.ts';

test('what changes on one instance is heard on the other within a second, in order', async (context) => {
  const server = await freshPostgres(context);
  const [a, b] = [await server.open(), await server.open({ instance: 'b' })];
  const [onA, onB] = [a, b].map(({ approvals }) => heard(approvals.watch.bind(approvals)));
  const request = sampleRequest();
  const grant = sampleGrant();
  await a.approvals.file(request);
  assert.deepEqual(await b.approvals.find(request.id), request);
  await b.approvals.changeRequest(request.id, async (now) => ({ ...now, state: 'approved', grant: grant.id }));
  await b.approvals.issue(grant);
  await a.approvals.changeGrant(grant.id, async (now) => ({ ...now, state: 'revoked', revokedBy: dana }));
  const expected = ['request', 'request', 'grant', 'grant'];
  for (const listener of [onA, onB]) {
    assert.ok(Number(await listener?.until(4)) < 1000);
    assert.deepEqual(
      listener?.all.map(({ kind }) => kind),
      expected,
    );
  }
  assert.deepEqual(a.approvals.digestKey, b.approvals.digestKey);
});

test('a disabled principal, a revoked ticket and a denied token are refused on the other instance within a second', async (context) => {
  const server = await freshPostgres(context);
  const [a, b] = [await server.open(), await server.open({ instance: 'b' })];
  const ticket = await sampleTicket(systemClock);
  await a.tickets.add(ticket);
  // A client may be faster than the word of its ticket.
  await b.tickets.refresh();
  assert.deepEqual(b.tickets.find(ticket.id), { ticket, revoked: null });
  const from = performance.now();
  await a.principals.disable(etl, dana, systemClock.now());
  await b.tickets.revoke(ticket.id, dana, instant(7));
  await a.denylist.deny({ tokenId: 'jti-1', by: dana, at: instant(1), until: instant(systemClock.now() + 60_000_000) });
  await until(() => b.principals.isDisabled(etl) && b.denylist.isDenied('jti-1'));
  await until(() => a.tickets.find(ticket.id)?.revoked !== null);
  assert.ok(performance.now() - from < 1000);
  assert.deepEqual(a.tickets.find(ticket.id)?.revoked, { by: dana, at: 7 });
  await b.principals.enable(etl, dana, systemClock.now());
  assert.equal(b.principals.isDisabled(etl), false);
  assert.ok((await until(() => !a.principals.isDisabled(etl))) < 1000);
});

test('a change is heard within a second though the connection that listens was just cut', async (context) => {
  const server = await freshPostgres(context);
  const [a, b] = [await server.open(), await server.open({ instance: 'b' })];
  const onB = heard(b.approvals.watch.bind(b.approvals));
  for (let round = 1; round <= 3; round++) {
    await asOperator(server.url, async (client) => {
      // It listens again some time after it was cut.
      for (let cut = 0; cut === 0; ) cut = Number((await client.query(cutListener)).rowCount);
    });
    const from = performance.now();
    await a.approvals.file(sampleRequest());
    await a.principals.disable(principalId('demo', `job-${round}`), dana, systemClock.now());
    await onB.until(round);
    await until(() => b.principals.isDisabled(principalId('demo', `job-${round}`)));
    assert.ok(performance.now() - from < 1000);
  }
});

test('a grant that is used once is used once, whoever asks for it at the same time', async (context) => {
  const server = await freshPostgres(context);
  const [a, b] = [await server.open(), await server.open({ instance: 'b' })];
  const grant = sampleGrant();
  await a.approvals.issue(grant);
  let used = 0;
  const all = await Promise.all(
    Array.from({ length: 20 }, (_, at) =>
      (at % 2 === 0 ? a : b).approvals.changeGrant(grant.id, async (now) => {
        if (now.state !== 'active') return null;
        used += 1;
        await new Promise((resolve) => setImmediate(resolve));
        return { ...now, state: 'used', uses: now.uses + 1 };
      }),
    ),
  );
  assert.equal(used, 1);
  assert.ok(all.every((after) => after?.state === 'used' && after.uses === 1));
});

test('of many changes at once on both, none is skipped, whichever commits first', async (context) => {
  const server = await freshPostgres(context);
  const [a, b] = [await server.open(), await server.open({ instance: 'b' })];
  const [onA, onB] = [a, b].map(({ approvals }) => heard(approvals.watch.bind(approvals)));
  const grants = Array.from({ length: 60 }, () => sampleGrant());
  await Promise.all(grants.map((grant, at) => (at % 2 === 0 ? a : b).approvals.issue(grant)));
  for (const listener of [onA, onB]) {
    assert.ok(Number(await listener?.until(60)) < 1000);
    assert.deepEqual(listener?.all.map(({ id }) => id).sort(), grants.map(({ id }) => id).sort());
  }
  const { rows } = await asOperator(server.url, (client) =>
    client.query('select count(*)::int as n, min(seq)::int as first, max(seq)::int as last from sluice.changes'),
  );
  assert.deepEqual(rows, [{ n: 60, first: 1, last: 60 }]);
});

test('instances that start at once on an empty database all come up, with one key', async (context) => {
  const server = await freshPostgres(context);
  const all = await Promise.all(
    Array.from({ length: 5 }, (_, at) => server.open({ instance: `i${at}`, directory: temporaryDirectory(context) })),
  );
  const keys = new Set(all.map(({ approvals }) => approvals.digestKey.toString('hex')));
  assert.equal(keys.size, 1);
  await all[0]?.approvals.file(sampleRequest());
  assert.equal((await all[4]?.approvals.list({ limit: 10 }))?.length, 1);
});

test('state of another tenant is refused', async (context) => {
  const server = await freshPostgres(context);
  await server.open();
  const refused = await openState({ ...server.options, tenant: 'other-hospital' });
  assert.match(refused.ok ? '' : refused.error, /^the state belongs to another tenant/);
});

test('changes that nobody heard of in time are made up for by reading everything', async (context) => {
  const server = await freshPostgres(context);
  const [a, b] = [await server.open(), await server.open({ instance: 'b' })];
  const request = sampleRequest();
  await a.approvals.file(request);
  const onB = heard(b.approvals.watch.bind(b.approvals));
  // As if it had been away for longer than changes are kept.
  await asOperator(server.url, async (client) => {
    await client.query('begin');
    await client.query(`update sluice.feed set last = last + 1000`);
    await client.query('delete from sluice.changes');
    await client.query(`insert into sluice.principals (id, disabled) values ('demo/nightly-etl', 1)`);
    await client.query('commit');
  });
  assert.ok((await onB.until(1)) < 1000);
  assert.deepEqual(onB.all.at(-1), { kind: 'request', id: request.id });
  assert.ok((await until(() => a.principals.isDisabled(etl) && b.principals.isDisabled(etl))) < 1000);
});

const cutListener = `select pg_terminate_backend(pid) from pg_stat_activity
  where application_name = 'b' and query ilike 'listen%' and datname = current_database()`;
