import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { type Clock, instant } from '../../src/base/clock.ts';
import { newTicketId } from '../../src/core/ids.ts';
import { type PrincipalId, unknownOrigin } from '../../src/core/principal.ts';
import { newTicket, type Ticket } from '../../src/identity/ticket.ts';
import { openTickets, rememberedMs, type StoredTickets } from '../../src/store/tickets.ts';
import { temporaryDirectory } from './temporary-ledger.ts';

const noon = Date.UTC(2026, 10, 21, 12) * 1000;
const ada = 'people/ada' as PrincipalId;
const etl = 'demo/etl' as PrincipalId;

test('a ticket is the same after a restart, and a revoked one stays revoked', async (context) => {
  const directory = temporaryDirectory(context);
  const clock = clockAt(noon);
  const tickets = opened(directory, clock);
  const [kept, revoked] = [await ticket(clock), await ticket(clock)];
  tickets.add(kept);
  tickets.add(revoked);
  tickets.revoke(revoked.id, ada, instant(noon + 5));
  tickets.revoke(revoked.id, etl, instant(noon + 9));
  // Durable without a close: another connection sees it.
  const other = opened(directory, clock);
  for (const held of [tickets, other]) {
    assert.deepEqual(held.find(kept.id), { ticket: kept, revoked: null });
    assert.deepEqual(held.find(revoked.id), { ticket: revoked, revoked: { by: ada, at: noon + 5 } });
    assert.equal(held.all().length, 2);
    assert.deepEqual(
      held
        .of(etl)
        .map(({ ticket: { id } }) => id)
        .sort(),
      [kept.id, revoked.id].sort(),
    );
    assert.deepEqual(held.of(ada), []);
  }
  tickets.close();
  other.close();
});

test('a ticket is forgotten an hour after it expired', async (context) => {
  const clock = clockAt(noon);
  const tickets = opened(temporaryDirectory(context), clock);
  const old = await ticket(clock);
  tickets.add(old);
  clock.at = old.expiresAt + rememberedMs * 1000 - 1;
  assert.equal(tickets.all().length, 1);
  clock.at += 1;
  assert.deepEqual(tickets.all(), []);
  tickets.add(await ticket(clock));
  assert.equal(tickets.find(old.id), null);
  assert.equal(tickets.of(etl).length, 1);
  tickets.close();
});

test('a denied token is denied until it has expired, also after a restart', (context) => {
  const directory = temporaryDirectory(context);
  const clock = clockAt(noon);
  const tickets = opened(directory, clock);
  const denied = { tokenId: 'jti-1', by: ada, at: instant(noon), until: instant(noon + 1000) };
  tickets.deny(denied);
  const other = opened(directory, clock);
  assert.deepEqual([other.isDenied('jti-1'), other.isDenied('jti-2')], [true, false]);
  assert.deepEqual(other.denied(), [denied]);
  other.close();
  clock.at = noon + 1000;
  assert.equal(tickets.isDenied('jti-1'), false);
  assert.deepEqual(tickets.denied(), []);
  tickets.close();
});

test('what a newer Sluice wrote is refused with a sentence', (context) => {
  const directory = temporaryDirectory(context);
  const database = new DatabaseSync(join(directory, 'tickets.sqlite'));
  database.exec('pragma user_version = 2');
  database.close();
  const refused = openTickets(directory, clockAt(noon));
  assert.match(refused.ok ? '' : refused.error, /tickets\.sqlite: the tickets were written by a newer Sluice/);
});

function opened(directory: string, clock: Clock): StoredTickets {
  const tickets = openTickets(directory, clock);
  if (!tickets.ok) throw new Error(tickets.error);
  return tickets.value;
}

function clockAt(at: number): Clock & { at: number } {
  return {
    at,
    now() {
      return instant(this.at);
    },
    monotonic() {
      return this.at / 1000;
    },
  };
}

async function ticket(clock: Clock): Promise<Ticket> {
  const principal = {
    id: etl,
    kind: 'workload',
    display: 'etl',
    issuer: 'demo',
    groups: ['pipelines'],
    nature: 'service',
    origin: unknownOrigin,
    onBehalfOf: null,
  } as const;
  const key = { algorithm: 'ES256', keyId: null, key: 'ab' };
  const from = { principal: etl, kind: 'workload', issuer: 'demo', entry: 'cd', beside: null } as const;
  const sources = [{ tokenId: 'jti', ...from, ...key }];
  const grant = { principal, sources, connection: null, authenticatedAt: instant(noon - 1) };
  return (await newTicket(newTicketId(clock), grant, clock.now(), 60_000)).ticket;
}
