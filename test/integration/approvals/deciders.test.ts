import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type pg from 'pg';
import type { ClinicGateway } from '../../support/clinic-gateway.ts';
import { decide, refusalOf, startApprovals, type Waiting, waits } from './story.ts';

let clinic: ClinicGateway;
let client: pg.Client;
let waiting: Waiting;
before(async () => {
  clinic = await startApprovals();
  clinic.rewrite((yaml) =>
    yaml.replace(
      '  roles:',
      '  workloads:\n    - { principal: ci/owned, owner: dana }\n    - { principal: ci/owned-by-id, owner: people/sam }\n  roles:',
    ),
  );
  const reloaded = await clinic.gateway.reload();
  assert.ok(reloaded.ok, JSON.stringify(reloaded));
  client = await clinic.connect();
  waiting = await waits(client, "update patients set status = 'paused' where id = 3");
});
after(() => clinic.stop());

const now = () => Math.floor(Date.now() / 1000);
const person = (sub: string, groups: readonly string[], more: Record<string, unknown> = {}) =>
  clinic.issuer.token({ sub, kind: 'person', groups, auth_time: now(), ...more });

/** Who may not decide on the request that waits, whatever they hold. */
const refused: readonly { readonly who: string; readonly token: () => Promise<string>; readonly status: number }[] = [
  { who: 'the workload that asks', token: () => clinic.token(), status: 403 },
  { who: 'another workload of the right group', token: () => clinic.token('robot'), status: 403 },
  { who: 'an auditor', token: () => person('omar', ['audit']), status: 403 },
  { who: 'an admin', token: () => person('ada', ['platform']), status: 403 },
  { who: 'a person without a group', token: () => person('eve', []), status: 403 },
  {
    who: 'an approver whose login is old',
    token: () => person('dana', ['compliance'], { auth_time: now() - 3600 }),
    status: 401,
  },
  {
    who: 'an approver whose login nobody states',
    token: () => person('dana', ['compliance'], { auth_time: undefined }),
    status: 401,
  },
];

for (const { who, token, status } of refused) {
  for (const verdict of ['approve', 'deny'] as const) {
    test(`${who} may not ${verdict}, and the attempt is an entry`, async () => {
      const before = (await clinic.entries()).filter((entry) => entry['type'] === 'approval.refused').length;
      const answered = await decide(clinic, await token(), waiting.approval, verdict);
      assert.equal(answered.status, status, JSON.stringify(answered.body));
      const after = (await clinic.entries()).filter((entry) => entry['type'] === 'approval.refused');
      assert.equal(after.length, before + 1);
      assert.equal(after.at(-1)?.['act'], verdict);
    });
  }
}

for (const [sub, owner] of [
  ['owned', 'dana'],
  ['owned-by-id', 'sam'],
] as const) {
  test(`the owner of a workload may not approve for it: ${sub}`, async () => {
    const owned = await clinic.connect({ password: await clinic.token(sub) });
    const asked = await waits(owned, "update patients set status = 'paused' where id = 4");
    assert.equal((await decide(clinic, await person(owner, ['compliance']), asked.approval)).status, 403);
    assert.equal((await decide(clinic, await person('kim', ['compliance']), asked.approval)).status, 200);
    assert.equal((await asked.result).rowCount, 1);
    await owned.end();
  });
}

test('a decision without a rationale is none', async () => {
  const { ask } = await import('../../support/gateway-http.ts');
  const dana = await person('dana', ['compliance']);
  for (const reason of [undefined, '', '  ', 'x'.repeat(3000)]) {
    const answered = await ask(clinic.api, `/approvals/${waiting.approval}/approve`, dana, { reason });
    assert.equal(answered.status, 400, JSON.stringify(answered.body));
  }
});

test('after all of them the request still waits for somebody who may', async () => {
  await decide(clinic, await person('dana', ['compliance']), waiting.approval, 'deny');
  assert.equal((await refusalOf(waiting.result)).code, '42501');
  await client.end();
});
