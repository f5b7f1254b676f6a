import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { errorCodes } from '../../src/core/error-codes.ts';
import { exchangeForm, formFor } from '../support/gateway-http.ts';
import { type ServedClinic, type ServedGateway, startServedClinic } from '../support/served-gateway.ts';

// What is refused shows in metrics and in the log: by codes and ids of ours, never by what a client said.

let clinic: ServedClinic;
let gateway: ServedGateway;
before(async () => {
  clinic = await startServedClinic();
  gateway = await clinic.serve();
});
after(() => clinic.stop());

const canary = 'canary-4711';

/** Logs in, says one thing, leaves; refusals are what this is about. */
async function say(password: string, database: string, sql: string): Promise<void> {
  const client = new pg.Client({ host: '127.0.0.1', port: clinic.port, user: canary, password, database, ssl: false });
  client.on('error', () => undefined);
  await client.connect().then(
    () => client.query(sql).then(null, () => undefined),
    () => undefined,
  );
  await client.end().catch(() => undefined);
}

test('labels of metrics are from closed sets, whatever is refused', async () => {
  const token = await clinic.token();
  await say(canary, 'clinic', 'select 1');
  await say(`slt_tkt_00000000-0000-7000-8000-000000000000.${canary.padEnd(43, 'x')}`, 'clinic', 'select 1');
  await say(token, canary, 'select 1');
  for (const sql of [canary, `select '${canary}' from ${canary.replace('-', '_')}`, `set sluice.ticket = '${canary}'`])
    await say(token, 'clinic', sql);
  for (const sql of ['copy patients to stdout', 'drop table patients', 'select id from patients', `listen "${canary}"`])
    await say(token, 'clinic', sql);
  const metrics = await (await fetch(`${gateway.api}/metrics`)).text();
  assert.ok(!metrics.includes('canary'));
  const labels = [...metrics.matchAll(/^sluice_\w+\{(\w+)="([^"]*)"\}/gm)].map(([, name, value]) => [name, value]);
  const codes = labels.filter(([name]) => name === 'code').map(([, value]) => value ?? '');
  assert.ok(codes.length >= 2, metrics.match(/^sluice.*refused.*$/gm)?.join());
  for (const code of codes) assert.ok(code in errorCodes, code);
  const verbs = labels.filter(([name]) => name === 'verb').map(([, value]) => value ?? '');
  assert.ok(verbs.length >= 2);
  for (const verb of verbs) assert.match(verb, /^[a-z_ ]{2,30}$/);
});

test('a refused exchange leaves no token and no claim in the log, nor in the ledger or the answer', async () => {
  const claims = { sub: canary, kind: 'workload', repository: `${canary}/etl`, jti: canary };
  const tokens = [
    await clinic.issuer.token({ ...claims, kind: `${canary}-robot` }),
    await clinic.issuer.token(claims, { lifetime: -600 }),
    await clinic.issuer.token(claims, { audience: canary }),
    `${await clinic.issuer.token(claims)}${canary}`,
    canary,
    `slt_tkt_00000000-0000-7000-8000-000000000000.${canary.padEnd(43, 'x')}`,
  ];
  const answers: unknown[] = [];
  for (const token of tokens) {
    for (const form of [formFor(token), { ...formFor(await clinic.token()), actor_token: token }]) {
      const { status, body } = await exchangeForm(gateway.api, form);
      assert.equal(status, 400);
      answers.push(body);
    }
  }
  const seen = `${gateway.log()}${JSON.stringify(answers)}`;
  const parts = tokens.flatMap((token) => token.split('.')).filter((part) => part.length > 10);
  for (const secret of ['canary', ...parts]) assert.ok(!seen.includes(secret), secret.slice(0, 12));
});
