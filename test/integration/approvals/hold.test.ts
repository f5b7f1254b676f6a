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

const update = "update patients set status = 'paused' where id = 7";

test('an update waits, an approver says yes with a rationale, and it finishes within a second', async () => {
  const client = await clinic.connect();
  const waiting = await waits(client, update);
  assert.match(
    waiting.notice.message,
    /^sluice: policy "writes-wait" asks for an approval by "compliance"; waiting for it until /,
  );
  assert.match(waiting.approval, /^apr_/);
  assert.ok(waiting.notice.hint.includes(`/approvals/${waiting.approval}`));

  const dana = await clinic.person('dana', 'compliance');
  const shown = await ask(clinic.api, `/approvals/${waiting.approval}`, dana);
  assert.equal(shown.body['state'], 'pending');
  assert.equal(shown.body['statement'], update);
  assert.deepEqual(shown.body['tables'], ['public.patients']);
  assert.equal(shown.body['estimatedRows'], '1');

  const approvedAt = performance.now();
  const approved = await decide(clinic, dana, waiting.approval);
  assert.equal(approved.status, 200, JSON.stringify(approved.body));
  assert.equal((await waiting.result).rowCount, 1);
  assert.ok(performance.now() - approvedAt < 1000);

  // The grant was for once: the same update waits again, and an altered one does not ride on it.
  for (const text of [update, `${update} `, update.replace('7', '8')]) {
    const again = await waits(client, text);
    assert.notEqual(again.approval, waiting.approval);
    await decide(clinic, dana, again.approval, 'deny');
    const refused = await refusalOf(again.result);
    assert.equal(refused.code, '42501');
    assert.match(refused.message, /dana/);
  }
  await client.end();
});

test('what waits is in the ledger before anybody is told, and what came of it too', async () => {
  const client = await clinic.connect();
  const waiting = await waits(client, update);
  const requested = (await clinic.entries()).find((entry) => entry['approval'] === waiting.approval);
  assert.equal(requested?.['type'], 'approval.requested');
  assert.equal(requested?.['text'], 'update patients set status = ? where id = ?');
  await decide(clinic, await clinic.person('dana', 'compliance'), waiting.approval);
  await waiting.result;
  await client.end();
  const entries = await clinic.entries();
  const types = entries.filter((entry) => entry['approval'] === waiting.approval).map((entry) => entry['type']);
  assert.deepEqual(types, ['approval.requested', 'approval.decided', 'approval.ended', 'grant.issued']);
  const decided = entries.find(
    (entry) => entry['statement'] === requested?.['statement'] && entry['type'] === 'statement.decided',
  );
  assert.equal(decided?.['decision'], 'allow');
  assert.match(String(decided?.['grant']), /^grt_/);
});

test('parameters are part of what was approved', async () => {
  const client = await clinic.connect();
  const text = 'update patients set status = $1 where id = $2';
  const waiting = await waits(client, text, ['paused', 9]);
  const dana = await clinic.person('dana', 'compliance');
  const shown = await ask(clinic.api, `/approvals/${waiting.approval}`, dana);
  assert.deepEqual(shown.body['parameters'], ['paused', '9']);
  await decide(clinic, dana, waiting.approval);
  assert.equal((await waiting.result).rowCount, 1);
  const other = await waits(client, text, ['paused', 10]);
  await decide(clinic, dana, other.approval, 'deny');
  assert.equal((await refusalOf(other.result)).code, '42501');
  await client.end();
});

test('protected literals are named by class until somebody reveals them, which is an entry', async () => {
  const client = await clinic.connect();
  const waiting = await waits(client, "update patients set ssn = '987-65-4321' where id = 9");
  const dana = await clinic.person('dana', 'compliance');
  const shown = await ask(clinic.api, `/approvals/${waiting.approval}`, dana);
  assert.equal(shown.body['statement'], 'update patients set ssn = ‹ssn› where id = 9');
  assert.ok(!JSON.stringify(shown.body).includes('987-65'));
  const revealed = await ask(clinic.api, `/approvals/${waiting.approval}/reveal`, dana, {});
  assert.match(String(revealed.body['statement']), /987-65-4321/);
  const entries = await clinic.entries();
  assert.ok(entries.some((entry) => entry['type'] === 'approval.revealed' && entry['approval'] === waiting.approval));
  assert.ok(!JSON.stringify(entries).includes('987-65'));
  await decide(clinic, dana, waiting.approval, 'deny');
  await refusalOf(waiting.result);
  await client.end();
});

test('inside a transaction nobody waits, unless policy says so', async () => {
  const client = await clinic.connect();
  await client.query('begin');
  const refused = await refusalOf(client.query(update));
  assert.equal(refused.code, '42501');
  assert.match(refused.message, /inside a transaction/);
  await client.query('rollback');
  const several = await refusalOf(client.query(`select 1; ${update}`));
  assert.match(several.message, /one of these statements needs an approval/);
  await client.end();
});

test('what does not say what it would run is put to nobody', async () => {
  const client = await clinic.connect();
  const refused = await refusalOf(client.query('copy providers from stdin'));
  assert.equal(refused.code, '42501');
  assert.match(refused.message, /seen by nobody/);
  await client.end();
});

test('@wait("0") files the request, refuses, and lets the retry run once it is granted', async () => {
  const client = await clinic.connect();
  const text = 'delete from encounters where id = 77';
  const refused = await refusalOf(client.query(text));
  assert.equal(refused.code, '42501');
  const approval = /apr_[0-9a-f-]+/.exec(refused.message)?.[0] ?? '';
  const pending = await refusalOf(client.query(text));
  assert.ok(pending.message.includes(approval), 'the same request is found again');
  assert.equal((await decide(clinic, await clinic.person('dana', 'compliance'), approval)).status, 200);
  await client.end();
  const other = await clinic.connect();
  assert.equal((await other.query(text)).rowCount, 1);
  assert.match((await refusalOf(other.query(text))).message, /is pending/);
  await other.end();
});

test('nobody decides in time: it is refused, and never runs', async () => {
  const client = await clinic.connect();
  const waiting = await waits(client, "insert into providers values (77, 'surgery')");
  const refused = await refusalOf(waiting.result);
  assert.equal(refused.code, '42501');
  assert.ok(refused.hint.length > 0);
  const late = await decide(clinic, await clinic.person('dana', 'compliance'), waiting.approval);
  assert.equal(late.status, 409);
  assert.equal((await client.query('select count(*)::int as n from providers where id = 77')).rows[0].n, 0);
  await client.end();
});

test('a client that cancels withdraws its request', async () => {
  const client = await clinic.connect();
  const waiting = await waits(client, update);
  await cancel(client, clinic.port);
  assert.equal((await refusalOf(waiting.result)).code, '57014');
  const dana = await clinic.person('dana', 'compliance');
  const shown = await ask(clinic.api, `/approvals/${waiting.approval}`, dana);
  assert.equal(shown.body['state'], 'withdrawn');
  assert.equal((await decide(clinic, dana, waiting.approval)).status, 409);
  assert.equal((await client.query('select 1 as one')).rows[0].one, 1);
  await client.end();
});

test('a client that is gone withdraws its request', async () => {
  const client = await clinic.connect();
  const waiting = await waits(client, update);
  (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  const dana = await clinic.person('dana', 'compliance');
  for (;;) {
    const shown = await ask(clinic.api, `/approvals/${waiting.approval}`, dana);
    if (shown.body['state'] !== 'pending') {
      assert.equal(shown.body['state'], 'withdrawn');
      break;
    }
  }
  assert.equal((await decide(clinic, dana, waiting.approval)).status, 409);
});

/** As a driver does: a connection of its own with the key of the session. */
async function cancel(client: unknown, port: number): Promise<void> {
  const { processID, secretKey } = client as { processID: number; secretKey: number };
  const { connect } = await import('node:net');
  const request = Buffer.alloc(16);
  request.writeInt32BE(16, 0);
  request.writeInt32BE(80_877_102, 4);
  request.writeInt32BE(processID, 8);
  request.writeInt32BE(secretKey, 12);
  const socket = connect(port, '127.0.0.1');
  socket.end(request);
  await new Promise((resolve) => socket.once('close', resolve));
}
