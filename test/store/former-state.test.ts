import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { instant, systemClock } from '../../src/base/clock.ts';
import { principalId } from '../../src/core/principal.ts';
import { openState } from '../../src/store/open-state.ts';
import { ticketRow } from '../../src/store/ticket-row.ts';
import { dana, etl, sampleGrant, sampleRequest } from './sample-approvals.ts';
import { sampleTicket } from './sample-ticket.ts';
import { freshPostgres, stateKinds } from './state-servers.ts';

const seen = principalId('demo', 'seen');

for (const { name, fresh } of stateKinds) {
  test(`${name}: what the version before kept is taken over: disabled, revoked, denied`, async (context) => {
    const server = await fresh(context);
    const { directory } = server.options;
    const [live, revoked] = [await sampleTicket(systemClock), await sampleTicket(systemClock)];
    writeFormerPrincipals(join(directory, 'state.sqlite'));
    const until = systemClock.now() + 60_000_000;
    const tickets = new DatabaseSync(join(directory, 'tickets.sqlite'));
    tickets.exec(`
      pragma journal_mode = wal;
      create table tickets (id text primary key, ticket text not null, revoked_by text, revoked_at integer) strict;
      create table denied_tokens (id text primary key, by text not null, at integer not null, until integer not null) strict;
      pragma user_version = 1`);
    const insert = tickets.prepare('insert into tickets values (?, ?, ?, ?)');
    insert.run(live.id, ticketRow(live, null).ticket, null, null);
    insert.run(revoked.id, ticketRow(revoked, null).ticket, dana, 5);
    insert.run('tkt_unreadable', '{}', null, null);
    tickets.prepare('insert into denied_tokens values (?, ?, ?, ?)').run('jti-1', dana, 1, until);
    tickets.close();

    const state = await server.open();
    assert.equal(state.principals.isDisabled(etl), true);
    assert.equal(state.principals.isDisabled(seen), false);
    assert.equal(state.principals.list().find(({ id }) => id === seen)?.lastSeen, 7);
    assert.deepEqual(state.tickets.find(live.id), { ticket: live, revoked: null });
    assert.deepEqual(state.tickets.find(revoked.id)?.revoked, { by: dana, at: 5 });
    assert.equal(state.tickets.all().length, 2);
    assert.equal(state.denylist.isDenied('jti-1'), true);
    assert.equal(existsSync(join(directory, 'tickets.sqlite')), false);
    assert.equal(existsSync(join(directory, 'tickets.sqlite.imported')), true);
    await state.principals.enable(etl, dana, instant(9));
    await state.close();
    // Once: who was enabled since stays so.
    assert.equal((await server.open()).principals.isDisabled(etl), false);
  });
}

test('embedded state moves to PostgreSQL with everything that says no, and does not come back by itself', async (context) => {
  const server = await freshPostgres(context);
  const { directory } = server.options;
  const embedded = await server.open({ url: null });
  const ticket = await sampleTicket(systemClock);
  const [decided, waiting] = [sampleRequest({ state: 'denied' }), sampleRequest()];
  const [over, live] = [sampleGrant({ state: 'used' }), sampleGrant()];
  await embedded.principals.disable(etl, dana, systemClock.now());
  await embedded.tickets.add(ticket);
  await embedded.tickets.revoke(ticket.id, dana, instant(3));
  for (const request of [decided, waiting]) await embedded.approvals.file(request);
  for (const grant of [over, live]) await embedded.approvals.issue(grant);
  await embedded.close();

  const { principals, tickets, approvals, close } = await server.open();
  assert.equal(principals.isDisabled(etl), true);
  assert.deepEqual(tickets.find(ticket.id)?.revoked, { by: dana, at: 3 });
  assert.deepEqual([await approvals.find(decided.id), await approvals.find(waiting.id)], [decided, null]);
  assert.deepEqual([await approvals.findGrant(over.id), await approvals.findGrant(live.id)], [over, null]);
  await close();
  const back = await openState({ ...server.options, url: null });
  assert.match(back.ok ? '' : back.error, /shared: the state of this gateway is in PostgreSQL; give state\.url again/);
  assert.equal(existsSync(join(directory, 'state.sqlite')), false);
});

test('an embedded file that a newer Sluice wrote, or that is none, is refused with a sentence', async (context) => {
  for (const spoil of ['pragma user_version = 3', 'insert into migrations values (99, 0)']) {
    const { options, open } = await stateKinds[0].fresh(context);
    const path = join(options.directory, 'state.sqlite');
    await (await open()).close();
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const database = new DatabaseSync(path);
    database.exec(spoil);
    database.close();
    const refused = await openState(options);
    assert.match(
      refused.ok ? '' : refused.error,
      /state\.sqlite: the state was written by a newer Sluice; use that one$/,
    );
  }
});

test('of two that kept a principal, the one that disabled it wins', async (context) => {
  const server = await freshPostgres(context);
  const first = await server.open();
  await first.principals.enable(etl, dana, systemClock.now());
  writeFormerPrincipals(join(server.options.directory, 'state.sqlite'));
  const second = await server.open({ instance: 'b' });
  assert.equal(second.principals.isDisabled(etl), true);
});

/** `state.sqlite` of the version before: one disabled, one seen. */
function writeFormerPrincipals(path: string): void {
  const database = new DatabaseSync(path);
  database.exec(`
    create table principals (
      id text primary key, known text, last_seen integer,
      disabled integer not null default 0, changed_by text, changed_at integer
    ) strict;
    pragma user_version = 1`);
  const known = {
    id: seen,
    kind: 'workload',
    display: 'seen',
    issuer: 'demo',
    groups: ['pipelines'],
    onBehalfOf: null,
  };
  const insert = database.prepare('insert into principals values (?, ?, ?, ?, ?, ?)');
  insert.run(etl, null, null, 1, dana, 1);
  insert.run(seen, JSON.stringify(known), 7, 0, null, null);
  database.close();
}
