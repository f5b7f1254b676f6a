import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { ask } from '../../support/gateway-http.ts';
import { type ServedClinic, type ServedGateway, startServedClinic } from '../../support/served-gateway.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../support/webhook-receiver.ts';
import { approvalPolicies, refusalOf, waits } from './story.ts';

/** Synthetic, each of its own: where one of them is seen, it came from that place. */
const canaries = {
  literal: '900-66-1301',
  parameter: '900-66-1302',
  later: '900-66-1303',
  unprotected: 'wombat-literal-1304',
  reason: 'wombat-reason-1305',
  ticket: 'WOMBAT-1306',
  rationale: 'wombat-rationale-1307',
  refusal: 'wombat-refusal-1308',
} as const;
type Canary = keyof typeof canaries;

let receiver: WebhookReceiver;
let clinic: ServedClinic;
let gateway: ServedGateway;
/** What clients were told, the API's plain answers, and the metrics. */
const said: string[] = [];
before(async () => {
  receiver = await startWebhookReceiver();
  process.env['TEST_WEBHOOK_SECRET'] = receiver.secret;
  clinic = await startServedClinic({
    policies: approvalPolicies,
    shared: true,
    approvals: `
  notify:
    - { name: on-call, webhook: { url: "${receiver.url}", secret: { env: TEST_WEBHOOK_SECRET } } }`,
  });
  gateway = await clinic.serve();
  await live();
});
after(async () => {
  await clinic.stop();
  await receiver.close();
});

/** Everything that approvals do, with a canary wherever a person or a client may put text. */
async function live(): Promise<void> {
  const dana = await clinic.person('dana', 'compliance');
  const client = await clinic.connect();
  client.on('notice', (notice) => said.push(JSON.stringify({ ...notice, message: notice.message })));
  await client.query(`set sluice.reason = '${canaries.reason}'`);
  await client.query(`set sluice.ticket = '${canaries.ticket}'`);
  const decide = async (approval: string, verdict: 'approve' | 'deny', reason: string) => {
    const answered = await ask(gateway.api, `/approvals/${approval}/${verdict}`, dana, { reason });
    assert.equal(answered.status, 200, JSON.stringify(answered.body));
  };
  const approved = await waits(client, `update patients set ssn = '${canaries.literal}' where id = 31`);
  const revealed = await ask(gateway.api, `/approvals/${approved.approval}/reveal`, dana, {});
  assert.ok(JSON.stringify(revealed.body).includes(canaries.literal));
  await decide(approved.approval, 'approve', canaries.rationale);
  assert.equal((await approved.result).rowCount, 1);
  const bound = await waits(client, 'update patients set ssn = $1, status = $2 where id = 32', [
    canaries.parameter,
    canaries.unprotected,
  ]);
  await decide(bound.approval, 'deny', canaries.refusal);
  said.push(JSON.stringify(await refusalOf(bound.result)));
  const open = await waits(client, `update patients set ssn = '${canaries.later}' where id = 33`);
  said.push(JSON.stringify((await ask(gateway.api, `/approvals/${open.approval}/approve`, dana, { reason: 1 })).body));
  const expired = await waits(await clinic.connect(), `insert into providers values (79, '${canaries.unprotected}')`);
  said.push(JSON.stringify(await refusalOf(expired.result)));
  await receiver.told('expired', expired.approval);
  said.push(await (await fetch(`${gateway.api}/metrics`)).text());
  await client.end();
  await receiver.told('withdrawn', open.approval);
}

test('no client, log, metric or notification holds a literal, a parameter or free text', () => {
  assert.ok(said.length > 5 && gateway.log().length > 0 && receiver.bodies().length > 5);
  assert.deepEqual(foundIn(said.join('\n')), []);
  assert.deepEqual(foundIn(gateway.log()), []);
  assert.deepEqual(foundIn(receiver.bodies().join('\n')), []);
});

test('no file of the gateway holds one: ledger, its keys, its locks', () => {
  const files = readdirSync(clinic.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.startsWith(clinic.dataDir))
    .map(({ parentPath, name }) => join(parentPath, name));
  assert.ok(files.some((file) => file.startsWith(clinic.ledger)));
  for (const file of files.filter((one) => !one.startsWith(clinic.database.logFile)))
    assert.deepEqual(foundIn(readFileSync(file, 'latin1')), [], file);
});

test('the shared state holds free text and unprotected literals where the documentation says, and no protected one', async () => {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: clinic.database.port,
    user: clinic.database.user,
    password: clinic.database.password,
    database: 'sluice_state',
  });
  await client.connect();
  const tables = await client.query<{ name: string }>(
    "select table_name as name from information_schema.tables where table_schema = 'sluice'",
  );
  const places = new Set<string>();
  for (const { name } of tables.rows) {
    const { rows } = await client.query<Record<string, unknown>>(`select * from sluice.${name}`);
    for (const row of rows) {
      for (const [column, value] of Object.entries(row)) {
        const text = Buffer.isBuffer(value) ? value.toString('latin1') : JSON.stringify(value);
        for (const canary of foundIn(text)) places.add(`${name}.${column}: ${canary}`);
      }
    }
  }
  await client.end();
  assert.deepEqual(
    [...places].sort(),
    ['rationale', 'reason', 'refusal', 'ticket', 'unprotected'].map((name) => `approvals.content: ${name}`),
  );
});

/** Which of them are in it: as they are, in hex, or in base64. */
function foundIn(text: string): readonly Canary[] {
  return (Object.keys(canaries) as Canary[]).filter((name) => {
    const value = Buffer.from(canaries[name]);
    const spelt = [value.toString('latin1'), value.toString('hex'), value.toString('base64').replace(/.{2}=*$/, '')];
    return spelt.some((one) => text.includes(one));
  });
}
