import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type pg from 'pg';
import { ask, ticketFor } from '../support/gateway-http.ts';
import { type GatewayInstances, startInstances } from '../support/gateway-instances.ts';

let both: GatewayInstances;
before(async () => {
  both = await startInstances();
});
after(() => both.stop());

/** Resolves when the driver has seen the end of its connection. */
const ending = (client: pg.Client) => new Promise<void>((resolve) => client.once('end', () => resolve()));

test('who is disabled on one instance is out on the other within a second, and back when enabled there', async () => {
  const admin = await both.person('ada', 'platform');
  const leaver = await both.token('leaver');
  const [onA, onB] = [await both.a.connect(leaver), await both.b.connect(leaver)];
  const stayer = await both.b.connect(await both.token('stayer'));
  const ended = Promise.all([ending(onA), ending(onB)]);
  const from = performance.now();
  assert.equal((await ask(both.a.api, '/principals/disable', admin, { id: 'ci/leaver' })).status, 200);
  await ended;
  assert.ok(performance.now() - from < 1000);
  assert.deepEqual((await stayer.query('select 1 as one')).rows, [{ one: 1 }]);
  await assert.rejects(both.b.connect(leaver), /disabled/);
  assert.equal((await ask(both.b.api, '/principals/enable', admin, { id: 'ci/leaver' })).status, 200);
  await (await both.b.connect(leaver)).end();
  await stayer.end();
});

test('a ticket of one instance opens the other at once', async () => {
  for (let round = 0; round < 20; round++) {
    const ticket = await ticketFor(both.a.api, await both.token(`quick-${round}`));
    await (await both.b.connect(ticket.text)).end();
  }
});

test('a ticket of one instance opens the other, until it is revoked on either', async () => {
  const admin = await both.person('ada', 'platform');
  const ticket = await ticketFor(both.a.api, await both.token('ticketed'));
  await both.a.connect(ticket.text).then((client) => client.end());
  const client = await both.b.connect(ticket.text);
  assert.deepEqual((await client.query('select 1 as one')).rows, [{ one: 1 }]);
  const ended = ending(client);
  const from = performance.now();
  assert.equal((await ask(both.a.api, `/tickets/${ticket.id}/revoke`, admin, {})).status, 200);
  await ended;
  assert.ok(performance.now() - from < 1000);
  await assert.rejects(both.b.connect(ticket.text), /revoked/);
});

test('without the shared state: who is in stays, nobody new comes in, nothing is said to be done; then all is as before', async () => {
  const admin = await both.person('ada', 'platform');
  const client = await both.b.connect(await both.token('early'));
  await both.state.stop();
  const refused = await untilRefused(async () => both.b.connect(await both.token('late')));
  assert.match(refused, /nothing was heard of the state that instances share for more than 5000 ms/);
  assert.deepEqual((await client.query('select 1 as one')).rows, [{ one: 1 }]);
  assert.equal((await fetch(`${both.b.api}/readyz`)).status, 200);
  const disabling = await ask(both.b.api, '/principals/disable', admin, { id: 'ci/early' });
  assert.equal(disabling.status, 503);
  assert.match(JSON.stringify(disabling.body), /state_unavailable/);
  // It was recorded, and is in force where it was asked.
  await assert.rejects(client.query('select 1'));
  await both.state.start();
  const back = await untilLetIn(async () => both.b.connect(await both.token('late')));
  await back.end();
  await assert.rejects(async () => both.b.connect(await both.token('early')), /disabled/);
  assert.equal((await ask(both.b.api, '/principals/enable', admin, { id: 'ci/early' })).status, 200);
  await (await both.b.connect(await both.token('early'))).end();
});

/** Comes in again and again until it is refused. */
async function untilRefused(connect: () => Promise<pg.Client>): Promise<string> {
  for (;;) {
    try {
      await (await connect()).end();
    } catch (error) {
      return error instanceof Error ? error.message : '';
    }
  }
}

/** Tries again and again until it is let in. */
async function untilLetIn(connect: () => Promise<pg.Client>): Promise<pg.Client> {
  for (;;) {
    try {
      return await connect();
    } catch (error) {
      assert.match(error instanceof Error ? error.message : '', /the state that instances share/);
    }
  }
}
