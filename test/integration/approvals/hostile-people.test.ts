import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ClinicGateway } from '../../support/clinic-gateway.ts';
import { ask } from '../../support/gateway-http.ts';
import { decide, refusalOf, startApprovals, waits } from './story.ts';

const now = () => Math.floor(Date.now() / 1000);
/** How an inventory may spell one person: `u-17`, shown as Dana Reyes. */
const owners: ReadonlyMap<string, string> = new Map([
  ['o1', 'Dana Reyes'],
  ['o2', 'Dana Reyes <dr@hospital.example>'],
  ['o3', 'Reyes, Dana'],
  ['o4', 'dana  reyes (ETL)'],
  ['o5', 'Team ETL: Dana Reyes'],
  ['o6', '(u-17@hospital.example)'],
  ['o7', 'mailto:u-17@hospital.example'],
  ['o8', '@u-17'],
  ['o9', 'sso/u-17'],
  ['o10', 'sam / u-17'],
  ['o11', 'd\u0430na reyes, Dana\u00a0Reyes'],
  ['o13', 'dana.reyes@hospital.example'],
  ['o14', 'sam\nu-17'],
  ['o12', 'Dana\u200b Reyes'],
]);

let clinic: ClinicGateway;
before(async () => {
  clinic = await startApprovals();
  clinic.rewrite((yaml) =>
    yaml.replace(
      '  roles:',
      `    - { id: backup, issuer: "${clinic.issuer.url}", audience: sluice, profile: people, require: { kind: backup }, groupsFrom: groups }
  workloads:
${[...owners].map(([sub, owner]) => `    - { principal: ci/${sub}, owner: ${JSON.stringify(owner)} }`).join('\n')}
  roles:`,
    ),
  );
  const reloaded = await clinic.gateway.reload();
  assert.ok(reloaded.ok, JSON.stringify(reloaded));
});
after(() => clinic.stop());

const person = (sub: string, more: Record<string, unknown> = {}) =>
  clinic.issuer.token({ sub, kind: 'person', groups: ['compliance'], auth_time: now(), ...more });

test('one person by way of two issuers is one of a quorum', async () => {
  const client = await clinic.connect();
  const waiting = await waits(client, 'delete from providers where id = 1');
  assert.equal((await decide(clinic, await person('dana'), waiting.approval)).status, 200);
  const again = await decide(clinic, await person('dana', { kind: 'backup' }), waiting.approval);
  assert.equal(again.status, 403, JSON.stringify(again.body));
  const shown = await ask(clinic.api, `/approvals/${waiting.approval}`, await person('dana'));
  assert.equal(shown.body['state'], 'pending');
  assert.equal((await decide(clinic, await person('sam'), waiting.approval, 'deny')).status, 200);
  assert.equal((await refusalOf(waiting.result)).code, '42501');
  await client.end();
});

for (const [sub, owner] of owners) {
  test(`the owner decides on nothing of theirs, spelt ${JSON.stringify(owner)}`, async () => {
    const client = await clinic.connect({ password: await clinic.token(sub) });
    const waiting = await waits(client, "update patients set status = 'paused' where id = 4");
    const dana = await person('u-17', { name: 'Dana Reyes' });
    const { status, body } = await decide(clinic, dana, waiting.approval);
    assert.equal(status, 403, JSON.stringify(body));
    assert.equal((await decide(clinic, await person('kim', { name: 'Kim Reyes' }), waiting.approval)).status, 200);
    assert.equal((await waiting.result).rowCount, 1);
    await client.end();
  });
}
