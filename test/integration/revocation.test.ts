import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type pg from 'pg';
import { type ClinicGateway, startClinicGateway } from '../support/clinic-gateway.ts';

let clinic: ClinicGateway;
before(async () => {
  clinic = await startClinicGateway();
});
after(() => clinic.stop());

/** Resolves when the driver has seen the end of its connection; the error before it is looked at elsewhere. */
const ending = (client: pg.Client) => new Promise<void>((resolve) => client.once('end', () => resolve()));

const api = async (path: string, token: string, body?: unknown) => {
  const response = await fetch(`${clinic.api}/api/v1${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

test('disabling a principal ends its live sessions within a second, and only its', async () => {
  const admin = await clinic.person('ada', 'platform');
  const [first, second, other] = await Promise.all([
    clinic.connect({ password: await clinic.token('leaver') }),
    clinic.connect({ password: await clinic.token('leaver') }),
    clinic.connect({ password: await clinic.token('stayer') }),
  ]);
  const running = first
    .query('select count(*) from generate_series(1, 2000000000)')
    .catch((error: unknown) => error as { code?: string });
  const ended = [first, second].map((client) => ending(client));
  const from = performance.now();
  const answer = await api('/principals/disable', admin, { id: 'ci/leaver' });
  assert.equal(answer.status, 200);
  await Promise.all(ended);
  assert.ok(performance.now() - from < 1000);
  const error = (await running) as { code?: string };
  assert.equal(error.code, '57P01');
  assert.deepEqual((await other.query('select 1 as one')).rows, [{ one: 1 }]);
  await assert.rejects(clinic.connect({ password: await clinic.token('leaver') }), /disabled/);
  const types = (await clinic.entries()).map((entry) => entry['type']);
  assert.ok(types.indexOf('principal.disabled') < types.lastIndexOf('session.closed'));

  assert.equal((await api('/principals/enable', admin, { id: 'ci/leaver' })).status, 200);
  const back = await clinic.connect({ password: await clinic.token('leaver') });
  await back.end();
  await other.end();
});

test('rights: people without the role, and workloads, change nothing', async () => {
  for (const token of [
    await clinic.person('omar', 'audit'),
    await clinic.person('dana', 'compliance'),
    await clinic.token(),
  ]) {
    const answer = await api('/principals/disable', token, { id: 'ci/job' });
    assert.equal(answer.status, 403);
  }
  assert.equal((await api('/sessions', 'not-a-token')).status, 401);
});

test('terminating one session leaves the others', async () => {
  const admin = await clinic.person('ada', 'platform');
  const client = await clinic.connect({ password: await clinic.token('one') });
  const sessions = (await api('/sessions', admin)).body as unknown as {
    id: string;
    principal: string;
    state: string;
  }[];
  const mine = sessions.find((session) => session.principal === 'ci/one' && session.state === 'open');
  const ended = ending(client);
  assert.equal((await api(`/sessions/${mine?.id}/terminate`, admin, {})).status, 200);
  await ended;
  const closed = (await clinic.entries()).filter(
    (entry) => entry['type'] === 'session.closed' && entry['session'] === mine?.id,
  );
  assert.equal(closed.length, 1);
});

test('a reload is whole or not at all, and takes effect on live sessions', async () => {
  const client = await clinic.connect();
  await client.query('select id from encounters limit 1');
  clinic.rewrite((yaml) => yaml.replace('policies: ./policies', 'policies: ./policies\nnonsense: true'));
  const refused = await clinic.gateway.reload();
  assert.equal(refused.ok, false);
  assert.match(JSON.stringify(refused), /nonsense/);
  await client.query('select id from encounters limit 1');
  mkdirSync(join(clinic.folder, 'elsewhere'));
  clinic.rewrite((yaml) => yaml.replace('policies: ./policies\nnonsense: true', 'policies: ./elsewhere'));
  assert.deepEqual(await clinic.gateway.reload(), { ok: true, value: null });
  await assert.rejects(
    client.query('select id from encounters limit 1'),
    /no policy permits select on public\.encounters/,
  );
  await client.end();
});
