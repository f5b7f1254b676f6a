import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type pg from 'pg';
import { type ClinicGateway, startClinicGateway } from '../support/clinic-gateway.ts';
import { ask, ticketFor } from '../support/gateway-http.ts';

let clinic: ClinicGateway;
before(async () => {
  clinic = await startClinicGateway();
});
after(() => clinic.stop());

const ending = (client: pg.Client) => new Promise<void>((resolve) => client.once('end', () => resolve()));

test('a ticket is a password, as often as wanted, and opens what its token opens', async () => {
  const ticket = await ticketFor(clinic.api, await clinic.token('ticketed'));
  assert.ok(ticket.text.length <= 100);
  assert.match(ticket.text, new RegExp(`^slt_${ticket.id}\\.`));
  const [one, two] = await Promise.all([
    clinic.connect({ password: ticket.text }),
    clinic.connect({ password: ticket.text, user: 'anybody' }),
  ]);
  assert.deepEqual((await one.query('select id, ssn from patients where id = 1')).rows, [{ id: 1, ssn: '***' }]);
  assert.deepEqual((await two.query('select 1 as one')).rows, [{ one: 1 }]);
  await Promise.all([one.end(), two.end()]);
  const entries = await clinic.entries();
  const issued = entries.find((entry) => entry['type'] === 'ticket.issued' && entry['ticket'] === ticket.id);
  assert.equal(issued?.['principal'], 'ci/ticketed');
  const opened = entries.filter((entry) => entry['type'] === 'session.opened');
  const mine = opened.filter((entry) => (entry['token'] as { id: string }).id === ticket.id);
  assert.deepEqual(
    mine.map((entry) => [entry['principal'], (entry['token'] as { kind: string }).kind]),
    [
      ['ci/ticketed', 'ticket'],
      ['ci/ticketed', 'ticket'],
    ],
  );
});

test('the secret of a ticket is nowhere but in the answer', async () => {
  const ticket = await ticketFor(clinic.api, await clinic.token('quiet'));
  const secret = ticket.text.slice(ticket.text.indexOf('.') + 1);
  const client = await clinic.connect({ password: ticket.text });
  await client.end();
  const state = join(clinic.folder, 'data', 'state');
  const kept = ['state.sqlite', 'state.sqlite-wal'].map((name) => readFileSync(join(state, name), 'latin1')).join();
  assert.ok(kept.includes(ticket.id));
  assert.ok(!kept.includes(secret));
  const ledger = JSON.stringify(await clinic.entries());
  assert.ok(ledger.includes(ticket.id) && !ledger.includes(secret));
  const omar = await clinic.person('omar', 'audit');
  const listed = JSON.stringify((await ask(clinic.api, '/tickets', omar)).body);
  assert.ok(listed.includes(ticket.id) && !listed.includes(secret));
});

test('a wrong secret, an unknown id and a malformed ticket are refused alike', async () => {
  const { text, id } = await ticketFor(clinic.api, await clinic.token());
  const flipped = `${text.slice(0, -2)}${text.endsWith('AA') ? 'BB' : 'AA'}`;
  const unknown = text.replace(id, 'tkt_00000000-0000-7000-8000-000000000000');
  for (const password of [
    flipped,
    unknown,
    `slt_${id}`,
    'slt_',
    `${text}x`,
    text.toUpperCase().replace('SLT', 'slt'),
  ]) {
    await assert.rejects(clinic.connect({ password }), {
      code: '28000',
      message: 'sluice: the ticket is not known here, or its secret is wrong',
    });
  }
});

test('the API takes no ticket', async () => {
  const ticket = await ticketFor(clinic.api, await clinic.token());
  assert.equal((await ask(clinic.api, '/tickets', ticket.text)).status, 401);
});

test('revoking a ticket ends its twenty live sessions within a second, and only these', async () => {
  const admin = await clinic.person('ada', 'platform');
  const token = await clinic.token('pool');
  const [ticket, spare] = await Promise.all([ticketFor(clinic.api, token), ticketFor(clinic.api, token)]);
  const pool = await Promise.all(Array.from({ length: 20 }, () => clinic.connect({ password: ticket.text })));
  const others = [await clinic.connect({ password: token }), await clinic.connect({ password: spare.text })];
  const [busy] = pool;
  const running = busy?.query('select count(*) from generate_series(1, 2000000000)').catch((error: unknown) => error);
  const ended = pool.map(ending);
  const from = performance.now();
  const answer = await ask(clinic.api, `/tickets/${ticket.id}/revoke`, admin, {});
  assert.deepEqual([answer.status, answer.body['endedSessions']], [200, 20]);
  await Promise.all(ended);
  assert.ok(performance.now() - from < 1000, `${performance.now() - from} ms`);
  assert.equal(((await running) as { code?: string }).code, '57P01');
  for (const client of others) assert.deepEqual((await client.query('select 1 as one')).rows, [{ one: 1 }]);
  await assert.rejects(clinic.connect({ password: ticket.text }), /was revoked/);
  const entries = (await clinic.entries()).map((entry) => entry['type']);
  assert.ok(entries.indexOf('ticket.revoked') < entries.lastIndexOf('session.closed'));
  assert.equal((await ask(clinic.api, `/tickets/${ticket.id}/revoke`, admin, {})).status, 200);
  await Promise.all(others.map((client) => client.end()));
});

test('whoever holds no role sees and revokes its own tickets and no others', async () => {
  const mine = await clinic.token('owner-of-one');
  const ticket = await ticketFor(clinic.api, mine);
  const other = await clinic.token('somebody-else');
  const listed = async (token: string) =>
    ((await ask(clinic.api, '/tickets', token)).body as unknown as { id: string }[]).map(({ id }) => id);
  assert.deepEqual(await listed(mine), [ticket.id]);
  assert.deepEqual(await listed(other), []);
  assert.equal((await ask(clinic.api, `/tickets/${ticket.id}/revoke`, other, {})).status, 403);
  const client = await clinic.connect({ password: ticket.text });
  const ended = ending(client);
  assert.equal((await ask(clinic.api, `/tickets/${ticket.id}/revoke`, mine, {})).status, 200);
  await ended;
});
