import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ask } from '../../support/gateway-http.ts';
import { type GatewayInstances, type Instance, startInstances } from '../../support/gateway-instances.ts';
import { ledgerTail } from '../../support/ledger-entries.ts';
import { loggedStatements } from '../../support/logged-statements.ts';
import { approvalPolicies, decide, refusalOf, waits } from './story.ts';

let both: GatewayInstances;
before(async () => {
  both = await startInstances(approvalPolicies);
});
after(() => both.stop());

test('held on one instance: another one shows it, reveals it and decides on it, and it finishes within a second', async () => {
  const client = await both.a.connect(await both.token('job'));
  const waiting = await waits(client, "update patients set ssn = '987-65-4320' where id = 9");
  const dana = await both.person('dana', 'compliance');
  const shown = await ask(both.b.api, `/approvals/${waiting.approval}`, dana);
  assert.equal(shown.body['state'], 'pending');
  assert.equal(shown.body['statement'], 'update patients set ssn = ‹ssn› where id = 9');
  const revealed = await ask(both.b.api, `/approvals/${waiting.approval}/reveal`, dana, {});
  assert.match(String(revealed.body['statement']), /987-65-4320/);
  const from = performance.now();
  assert.equal((await decide(both.b, dana, waiting.approval)).status, 200);
  assert.equal((await waiting.result).rowCount, 1);
  assert.ok(performance.now() - from < 1000);
  await client.end();
  assert.deepEqual(typesOf(both.a, waiting.approval), ['approval.requested']);
  assert.deepEqual(typesOf(both.b, waiting.approval), [
    'approval.revealed',
    'approval.decided',
    'approval.ended',
    'grant.issued',
  ]);
});

test('a denial on another instance reaches the client that waits', async () => {
  const client = await both.b.connect(await both.token('job'));
  const waiting = await waits(client, "update patients set status = 'paused' where id = 11");
  await decide(both.a, await both.person('sam', 'compliance'), waiting.approval, 'deny');
  assert.match((await refusalOf(waiting.result)).message, /was denied by people\/sam/);
  await client.end();
});

test('one of two instances that run the same statement at once has the once, twenty times', async () => {
  const dana = await both.person('dana', 'compliance');
  const sessions = await Promise.all([both.a, both.b].map(async (one) => one.connect(await both.token('job'))));
  for (let round = 1; round <= 20; round += 1) {
    const text = `delete from encounters where id = ${1000 + round}`;
    const asked = await refusalOf(sessions[round % 2]?.query(text) ?? Promise.resolve());
    const approval = /apr_[0-9a-f-]+/.exec(asked.message)?.[0] ?? '';
    const approved = await decide(round % 3 === 0 ? both.a : both.b, dana, approval);
    assert.equal(approved.status, 200, JSON.stringify(approved.body));
    const outcomes = await Promise.allSettled(sessions.map((session) => session.query(text)));
    const ran = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    assert.equal(ran.length, 1, `round ${round}: ${JSON.stringify(outcomes)}`);
    assert.equal(ran[0]?.value.rowCount, 1);
    const grant = String((await ask(both.a.api, `/approvals/${approval}`, dana)).body['grant']);
    const ended = [both.a, both.b].flatMap((one) =>
      entriesOf(one).filter((entry) => entry['type'] === 'grant.ended' && entry['grant'] === grant),
    );
    assert.deepEqual(
      ended.map(({ state }) => state),
      ['used'],
    );
  }
  for (const session of sessions) await session.end();
  assert.equal(
    loggedStatements(both.dataDir).filter(({ text }) => text.startsWith('delete from encounters')).length,
    20,
  );
});

test('a grant that is revoked on one instance ends what runs on it on another within a second', async () => {
  const dana = await both.person('dana', 'compliance');
  const client = await both.a.connect(await both.token('job'));
  const blocker = await both.direct();
  await blocker.query('begin; lock table encounters in share mode');
  const waiting = await waits(client, "update encounters set kind = 'billed' where id = 50");
  const approved = await decide(both.a, dana, waiting.approval);
  await blocked(blocker);
  const revoked = await ask(both.b.api, `/grants/${String(approved.body['grant'])}/revoke`, dana, {});
  const from = performance.now();
  assert.equal(revoked.status, 200);
  assert.match((await refusalOf(waiting.result)).message, /revoked/);
  assert.ok(performance.now() - from < 1000);
  await blocker.query('rollback');
  await blocker.end();
});

test('who is disabled on one instance no longer waits on another, and nobody can approve it', async () => {
  const client = await both.a.connect(await both.token('leaver'));
  const waiting = await waits(client, "update patients set status = 'paused' where id = 12");
  const ended = new Promise<void>((resolve) => client.once('end', () => resolve()));
  const from = performance.now();
  const admin = await both.person('ada', 'platform');
  assert.equal((await ask(both.b.api, '/principals/disable', admin, { id: 'ci/leaver' })).status, 200);
  await ended;
  // The sweep comes once a second.
  assert.ok(performance.now() - from < 1500);
  const late = await decide(both.b, await both.person('dana', 'compliance'), waiting.approval);
  assert.equal(late.status, 409, JSON.stringify(late.body));
  assert.ok(!loggedStatements(both.dataDir).some(({ text }) => text.endsWith('where id = 12')));
});

test('the server of the state restarts while statements wait: only what was approved runs, then all is as before', async () => {
  const client = await both.a.connect(await both.token('job'));
  const other = await both.a.connect(await both.token('job'));
  const third = await both.a.connect(await both.token('job'));
  const approved = await waits(client, "update patients set status = 'paused' where id = 13");
  const denied = await waits(other, "update patients set status = 'paused' where id = 14");
  const quick = await waits(
    await both.b.connect(await both.token('job')),
    "insert into providers values (77, 'surgery')",
  );
  await both.state.stop();
  // Nobody can say what became of it: its client is not kept beyond the deadline.
  assert.match((await refusalOf(quick.result)).message, /cannot be read; nothing was executed/);
  const dana = await both.person('dana', 'compliance');
  const unheard = await decide(both.b, dana, approved.approval);
  assert.equal(unheard.status, 503);
  assert.match(JSON.stringify(unheard.body), /"state_unavailable"/);
  const unfiled = await refusalOf(third.query("update patients set status = 'paused' where id = 15"));
  assert.match(unfiled.message, /cannot be read or written now; nothing was executed/);
  await both.state.start();
  const decided = await untilHeard(() => decide(both.b, dana, approved.approval));
  assert.equal(decided.status, 200, JSON.stringify(decided.body));
  assert.equal((await approved.result).rowCount, 1);
  await decide(both.b, dana, denied.approval, 'deny');
  assert.match((await refusalOf(denied.result)).message, /was denied/);
  const again = await waits(third, "update patients set status = 'paused' where id = 15");
  await decide(both.a, dana, again.approval, 'deny');
  await refusalOf(again.result);
  const ran = loggedStatements(both.dataDir).map(({ text }) => text);
  assert.equal(ran.filter((text) => text.endsWith('where id = 13')).length, 1);
  assert.ok(!ran.some((text) => /where id = 1[45]$|^insert/.test(text)));
  for (const session of [client, other, third]) await session.end();
});

function entriesOf({ gateway }: Instance): readonly Record<string, unknown>[] {
  return ledgerTail(gateway.ledger);
}

function typesOf(instance: Instance, approval: string): readonly unknown[] {
  return entriesOf(instance)
    .filter((entry) => entry['approval'] === approval)
    .map((entry) => entry['type']);
}

/** Resolves when a statement waits for a lock. */
async function blocked(direct: { query(text: string): Promise<{ rowCount: number | null }> }): Promise<void> {
  const waiting = "select 1 from pg_stat_activity where wait_event_type = 'Lock'";
  while ((await direct.query(waiting)).rowCount === 0);
}

/** Asks again until the state can be written. */
async function untilHeard(decideOn: () => ReturnType<typeof decide>): ReturnType<typeof decide> {
  for (;;) {
    const answered = await decideOn();
    if (answered.status !== 503) return answered;
  }
}
