import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Clock, instant } from '../../src/base/clock.ts';
import { rememberedMs } from '../../src/store/tickets.ts';
import { dana, etl } from './sample-approvals.ts';
import { sampleTicket } from './sample-ticket.ts';
import { stateKinds } from './state-servers.ts';

const noon = 1_795_262_400_000_000;

for (const { name, fresh } of stateKinds) {
  test(`${name}: a ticket is held as it was issued, and stays revoked when opened again`, async (context) => {
    const clock = clockAt(noon);
    const server = await fresh(context);
    const { tickets, close } = await server.open({ clock });
    const [kept, revoked] = [await sampleTicket(clock), await sampleTicket(clock)];
    await tickets.add(kept);
    await tickets.add(revoked);
    await tickets.revoke(revoked.id, dana, instant(noon + 5));
    await tickets.revoke(revoked.id, etl, instant(noon + 9));
    const check = (held: typeof tickets) => {
      assert.deepEqual(held.find(kept.id), { ticket: kept, revoked: null });
      assert.deepEqual(held.find(revoked.id), { ticket: revoked, revoked: { by: dana, at: noon + 5 } });
      assert.equal(held.all().length, 2);
      assert.deepEqual(
        held
          .of(etl)
          .map(({ ticket: { id } }) => id)
          .sort(),
        [kept.id, revoked.id].sort(),
      );
      assert.deepEqual(held.of(dana), []);
    };
    check(tickets);
    await close();
    check((await server.open({ clock })).tickets);
  });

  test(`${name}: a ticket is forgotten an hour after it expired`, async (context) => {
    const clock = clockAt(noon);
    const server = await fresh(context);
    const { tickets, close } = await server.open({ clock });
    const old = await sampleTicket(clock);
    await tickets.add(old);
    clock.at = old.expiresAt + rememberedMs * 1000 - 1;
    assert.equal(tickets.all().length, 1);
    clock.at += 1;
    assert.deepEqual(tickets.all(), []);
    await tickets.add(await sampleTicket(clock));
    assert.equal(tickets.find(old.id), null);
    assert.equal(tickets.of(etl).length, 1);
    await close();
    const again = await server.open({ clock });
    assert.equal(again.tickets.find(old.id), null);
    assert.equal(again.tickets.all().length, 1);
  });

  test(`${name}: a denied token is denied until it has expired, also when opened again`, async (context) => {
    const clock = clockAt(noon);
    const server = await fresh(context);
    const first = await server.open({ clock });
    const denied = { tokenId: 'jti-1', by: dana, at: instant(noon), until: instant(noon + 1000) };
    await first.denylist.deny(denied);
    // Nothing shortens a denial.
    await first.denylist.deny({ ...denied, until: instant(noon + 500) });
    await first.close();
    const { denylist } = await server.open({ clock });
    assert.deepEqual([denylist.isDenied('jti-1'), denylist.isDenied('jti-2')], [true, false]);
    assert.deepEqual(denylist.denied(), [denied]);
    clock.at = noon + 1000;
    assert.equal(denylist.isDenied('jti-1'), false);
    assert.deepEqual(denylist.denied(), []);
  });
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
