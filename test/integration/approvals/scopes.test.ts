import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ClinicGateway } from '../../support/clinic-gateway.ts';
import { ask } from '../../support/gateway-http.ts';
import { decide, refusalOf, startApprovals, waits } from './story.ts';

let clinic: ClinicGateway;
before(async () => {
  clinic = await startApprovals();
});
after(() => clinic.stop());

const batch = (id: number) => `update encounters set kind = 'billed' where id = ${id}`;

/** A workload of run `run`. */
const job = (run: string, sub = 'job') =>
  clinic.issuer.token({ sub, kind: 'workload', repository: 'clinic/etl', run_id: run });

test('a run grant covers a batch of forty statements in three sessions, and no more', async () => {
  const dana = await clinic.person('dana', 'compliance');
  const first = await clinic.connect({ password: await job('100') });
  const waiting = await waits(first, batch(1));
  assert.equal((await decide(clinic, dana, waiting.approval)).status, 200);
  await waiting.result;
  const sessions = [
    first,
    ...(await Promise.all([100, 100].map(async (run) => clinic.connect({ password: await job(String(run)) })))),
  ];
  for (let id = 2; id <= 40; id += 1) {
    const session = sessions[id % 3];
    assert.equal((await session?.query(batch(id)))?.rowCount, 1);
  }

  // Another shape, another run, another principal: each is asked for anew.
  const others = [
    { session: first, text: `update encounters set kind = 'billed' where id = 1 or id = 2` },
    { session: await clinic.connect({ password: await job('101') }), text: batch(41) },
    { session: await clinic.connect({ password: await job('100', 'other') }), text: batch(41) },
  ];
  for (const { session, text } of others) {
    const again = await waits(session, text);
    await decide(clinic, dana, again.approval, 'deny');
    assert.equal((await refusalOf(again.result)).code, '42501');
  }

  const grants = (await ask(clinic.api, '/grants', dana)).body as unknown as readonly Record<string, unknown>[];
  const grant = grants.find((one) => one['approval'] === waiting.approval);
  assert.deepEqual([grant?.['scope'], grant?.['state'], grant?.['uses']], ['run', 'active', 40]);
  const resting = (await clinic.entries()).filter(
    (entry) => entry['grant'] === grant?.['id'] && entry['type'] === 'statement.decided',
  );
  assert.equal(resting.length, 40);
  for (const session of [...sessions, ...others.map(({ session }) => session)]) await session.end();
});

test('a revoked grant ends the statement that runs on it within a second, and covers nothing more', async () => {
  const dana = await clinic.person('dana', 'compliance');
  const client = await clinic.connect({ password: await job('200') });
  const blocker = await clinic.direct();
  await blocker.query('begin; lock table encounters in share mode');
  const waiting = await waits(client, batch(50));
  await decide(clinic, dana, waiting.approval);
  const grant = await grantOf(waiting.approval, dana);
  assert.equal((await ask(clinic.api, `/grants/${grant}/revoke`, dana, {})).status, 200);
  const revokedAt = performance.now();
  const refused = await refusalOf(waiting.result);
  assert.ok(performance.now() - revokedAt < 1000);
  assert.match(refused.message, /revoked/);
  await blocker.query('rollback');
  await blocker.end();
  const again = await clinic.connect({ password: await job('200') });
  const other = await waits(again, batch(50));
  await decide(clinic, dana, other.approval, 'deny');
  await refusalOf(other.result);
  await again.end();
});

test('two people must agree where policy says so, and no person counts twice', async () => {
  const client = await clinic.connect();
  const waiting = await waits(client, 'delete from providers where id = 2');
  const [dana, sam] = await Promise.all(['dana', 'sam'].map((name) => clinic.person(name, 'compliance')));
  assert.ok(dana !== undefined && sam !== undefined);
  const once = await decide(clinic, dana, waiting.approval);
  assert.deepEqual([once.status, once.body['state']], [200, 'pending']);
  const twice = await decide(clinic, dana, waiting.approval);
  assert.equal(twice.status, 403);
  const done = await decide(clinic, sam, waiting.approval);
  assert.deepEqual([done.status, done.body['state']], [200, 'approved']);
  assert.equal((await waiting.result).rowCount, 1);
  await client.end();
});

test('one approver who says no is enough', async () => {
  const client = await clinic.connect();
  const waiting = await waits(client, 'delete from providers where id = 1');
  await decide(clinic, await clinic.person('dana', 'compliance'), waiting.approval);
  await decide(clinic, await clinic.person('sam', 'compliance'), waiting.approval, 'deny');
  assert.match((await refusalOf(waiting.result)).message, /sam/);
  await client.end();
});

async function grantOf(approval: string, token: string): Promise<string> {
  const found = await ask(clinic.api, `/approvals/${approval}`, token);
  return String(found.body['grant']);
}
