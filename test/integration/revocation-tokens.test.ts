import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, test } from 'node:test';
import type pg from 'pg';
import { twinOf } from '../identity/twin-signature.ts';
import { type ClinicGateway, startClinicGateway } from '../support/clinic-gateway.ts';
import { ask, exchangeForm, formFor, ticketFor } from '../support/gateway-http.ts';

let clinic: ClinicGateway;
before(async () => {
  clinic = await startClinicGateway();
});
after(() => clinic.stop());

const workload = (sub: string, more: object = {}) => clinic.issuer.token({ sub, kind: 'workload', ...more });

/** What the session ended with: the error of a query that was running, or of the connection. */
const ending = (client: pg.Client) =>
  new Promise<void>((resolve) => {
    client.once('end', () => resolve());
  });
const said = (client: pg.Client) =>
  new Promise<{ readonly code?: string; readonly message: string }>((resolve) => client.once('error', resolve));

test('a denied token is refused, with its tickets and everything that lives of it, within a second', async () => {
  const admin = await clinic.person('ada', 'platform');
  const token = await workload('leaked', { jti: 'stolen-1' });
  const twin = await workload('leaked', { jti: 'fresh-1' });
  const ticket = await ticketFor(clinic.api, token);
  const live = await Promise.all([
    clinic.connect({ password: token }),
    clinic.connect({ password: token }),
    clinic.connect({ password: ticket.text }),
  ]);
  const other = await clinic.connect({ password: twin });
  const ended = live.map(ending);
  const from = performance.now();
  const answer = await ask(clinic.api, '/denylist', admin, { id: 'stolen-1' });
  assert.deepEqual([answer.status, answer.body['endedSessions']], [200, 3]);
  await Promise.all(ended);
  assert.ok(performance.now() - from < 1000);
  assert.deepEqual((await other.query('select 1 as one')).rows, [{ one: 1 }]);
  await other.end();
  for (const password of [token, ticket.text]) {
    await assert.rejects(clinic.connect({ password }), { code: '28000', message: /was denied by an operator/ });
  }
  const exchanged = await exchangeForm(clinic.api, formFor(token));
  assert.equal(exchanged.body['error'], 'invalid_request');
  const listed = (await ask(clinic.api, '/denylist', admin)).body as unknown as { id: string; by: string }[];
  assert.deepEqual(
    listed.map(({ id, by }) => [id, by]),
    [['stolen-1', 'people/ada']],
  );
  const types = (await clinic.entries()).map((entry) => entry['type']);
  assert.ok(types.indexOf('token.denied') < types.indexOf('session.closed'));
});

test('a denied token without an id of its own is denied with its other signature, too', async () => {
  const admin = await clinic.person('ada', 'platform');
  const token = await workload('malleable');
  const client = await clinic.connect({ password: token });
  const ended = ending(client);
  const opened = (await clinic.entries()).filter((entry) => entry['type'] === 'session.opened').at(-1);
  const digest = createHash('sha256')
    .update(token.slice(0, token.lastIndexOf('.')))
    .digest('hex');
  const tokenId = `sha256:${digest}`;
  assert.equal((opened?.['token'] as { readonly id?: string } | undefined)?.id, tokenId);
  assert.equal((await ask(clinic.api, '/denylist', admin, { id: tokenId })).body['endedSessions'], 1);
  await ended;
  for (const password of [token, twinOf(token)]) {
    await assert.rejects(clinic.connect({ password }), { code: '28000', message: /was denied by an operator/ });
  }
});

test('a token or a ticket is not taken for its id', async () => {
  const admin = await clinic.person('ada', 'platform');
  const token = await workload('careless');
  const ticket = await ticketFor(clinic.api, token);
  const [, payload = '', signature = ''] = token.split('.');
  const spaced = `${Buffer.from('{\n"alg":"ES256"}').toString('base64url')}.${payload}.${signature}`;
  const secrets = [token, ticket.text, ` ${ticket.text}`, `"${ticket.text}`, `PGPASSWORD=${ticket.text}`, spaced];
  for (const id of [...secrets, `Bearer ${token}`, `Bearer:${token}`, `"${token}"`, ticket.id, '']) {
    assert.equal((await ask(clinic.api, '/denylist', admin, { id })).status, 400, id);
  }
  const written = JSON.stringify(await clinic.entries());
  for (const part of [payload, ticket.text.split('.')[1] ?? payload]) assert.ok(!written.includes(part));
});

test('the inventory: owner and purpose on record, unlisted refused, the last day ends who is in', async () => {
  const admin = await clinic.person('ada', 'platform');
  const [listed, unlisted] = await Promise.all([workload('listed'), workload('stranger')]);
  const roles = '  roles:';
  const day = (ahead: number) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
  const inventory = (expires: string) =>
    `  unlisted: refuse\n  workloads: [{ principal: ci/listed, owner: dana, purpose: HOPERAT, vendor: acme, expires: ${expires} }]\n${roles}`;
  const before = await clinic.connect({ password: unlisted });
  const strangerEnds = said(before);
  clinic.rewrite((yaml) => yaml.replace(roles, inventory(day(1))));
  assert.deepEqual(await clinic.gateway.reload(), { ok: true, value: null });
  const error = await strangerEnds;
  assert.deepEqual(
    [error.code, error.message],
    ['57P01', 'sluice: principal ci/stranger is not in the inventory of workloads'],
  );
  await assert.rejects(clinic.connect({ password: unlisted }), /is not in the inventory of workloads/);
  assert.equal((await exchangeForm(clinic.api, formFor(unlisted))).status, 400);

  const client = await clinic.connect({ password: listed });
  const [session] = ((await ask(clinic.api, '/sessions', admin)).body as unknown as Record<string, unknown>[]).filter(
    ({ principal, state }) => principal === 'ci/listed' && state === 'open',
  );
  assert.deepEqual([session?.['owner'], session?.['purpose']], ['dana', 'HOPERAT']);
  const opened = (await clinic.entries()).filter((entry) => entry['type'] === 'session.opened').at(-1);
  assert.deepEqual([opened?.['owner'], opened?.['purpose']], ['dana', 'HOPERAT']);
  const shown = async (key: string) => (await ask(clinic.api, `/principals/ci/${key}`, admin)).body;
  assert.deepEqual((({ state, owner, vendor, expires }) => [state, owner, vendor, expires])(await shown('listed')), [
    'enabled',
    'dana',
    'acme',
    day(1),
  ]);
  assert.equal((await shown('stranger'))['state'], 'unlisted');

  const ends = said(client);
  clinic.rewrite((yaml) => yaml.replace(`expires: ${day(1)}`, `expires: ${day(-1)}`));
  assert.deepEqual(await clinic.gateway.reload(), { ok: true, value: null });
  assert.equal((await ends).message, `sluice: principal ci/listed expired on ${day(-1)}`);
  assert.equal((await shown('listed'))['state'], 'expired');
  await assert.rejects(clinic.connect({ password: listed }), /its owner|expired on/);
  clinic.rewrite((yaml) => yaml.replace(inventory(day(-1)), roles));
  assert.deepEqual(await clinic.gateway.reload(), { ok: true, value: null });
});

test('a reload has the keys of issuers read anew, which ends sessions of a withdrawn one', async () => {
  const client = await clinic.connect({ password: await workload('reloaded') });
  const error = said(client);
  await clinic.issuer.rotate();
  assert.deepEqual(await clinic.gateway.reload(), { ok: true, value: null });
  assert.match((await error).message, /no longer publishes the key that signed the token/);
});

test('a session ends when its issuer no longer publishes the key of its token, or is no longer accepted', async () => {
  const old = await workload('keyed');
  const ticket = await ticketFor(clinic.api, old);
  const live = [await clinic.connect({ password: old }), await clinic.connect({ password: ticket.text })];
  const errors = live.map(said);
  await clinic.issuer.rotate();
  // A token of the new key is what makes the keys be read anew.
  const fresh = await clinic.connect({ password: await workload('keyed') });
  for (const error of errors) {
    const { code, message } = await error;
    assert.deepEqual(
      [code, message],
      ['57P01', 'sluice: issuer "ci" no longer publishes the key that signed the token'],
    );
  }
  await assert.rejects(clinic.connect({ password: ticket.text }), /no longer publishes the key/);
  assert.deepEqual((await fresh.query('select 1 as one')).rows, [{ one: 1 }]);

  const gone = said(fresh);
  clinic.rewrite((yaml) => yaml.replace('{ id: ci,', '{ id: renamed,'));
  assert.deepEqual(await clinic.gateway.reload(), { ok: true, value: null });
  assert.equal((await gone).message, 'sluice: issuer "ci" is no longer accepted here');
});
