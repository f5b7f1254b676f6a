import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { check } from '../../../src/app/verbs/check.ts';
import { type ClinicGateway, startClinicGateway } from '../../support/clinic-gateway.ts';
import { ask } from '../../support/gateway-http.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../../support/webhook-receiver.ts';
import { approvalPolicies, decide, refusalOf, waits } from './story.ts';

const never = `
@id("never") @description("providers stay") forbid(principal, action == Action::"delete", resource == Table::"clinic/public.providers");
`;

let clinic: ClinicGateway;
let receiver: WebhookReceiver;
before(async () => {
  receiver = await startWebhookReceiver();
  process.env['TEST_WEBHOOK_SECRET'] = receiver.secret;
  clinic = await startClinicGateway({
    policies: `${approvalPolicies}${never}`,
    approvals: `
  breakGlass:
    - { people: [people/dana, people/omar], workloads: [ci/nightly], connections: [clinic], window: 10m }
  notify:
    - { name: on-call, webhook: { url: "${receiver.url}", secret: { env: TEST_WEBHOOK_SECRET } } }`,
  });
  clinic.rewrite((yaml) => yaml.replace('  issuers:', `  issuers:${otherPeople(clinic.issuer.url)}`));
  const reloaded = await clinic.gateway.reload();
  assert.ok(reloaded.ok, JSON.stringify(reloaded));
});
after(async () => {
  await clinic.stop();
  await receiver.close();
});

/** The same people by way of another issuer. */
const otherPeople = (url: string) => `
    - { id: staff, issuer: "${url}", audience: sluice, profile: people, require: { kind: staff }, groupsFrom: groups }`;

const now = () => Math.floor(Date.now() / 1000);
const person = (sub: string, group: string, more: Record<string, unknown> = {}) =>
  clinic.issuer.token({ sub, kind: 'person', groups: [group], auth_time: now(), ...more });
const emergency = {
  principal: 'ci/nightly',
  connection: 'clinic',
  duration: '10m',
  reason: 'the importer stands still',
};
const open = (token: string, changes: Partial<typeof emergency> = {}) =>
  ask(clinic.api, '/grants/break-glass', token, { ...emergency, ...changes });

const refused: readonly {
  readonly who: string;
  readonly token: () => Promise<string>;
  readonly changes?: Partial<typeof emergency>;
  readonly status: number;
}[] = [
  { who: 'an approver whom no rule names', token: () => person('sam', 'compliance'), status: 403 },
  { who: 'an admin whom no rule names', token: () => person('ada', 'platform'), status: 403 },
  { who: 'the workload', token: () => clinic.token('nightly'), status: 403 },
  { who: 'another workload', token: () => clinic.token('robot'), status: 403 },
  {
    who: 'somebody of that name from another issuer',
    token: () => person('dana', 'compliance', { kind: 'staff' }),
    status: 403,
  },
  {
    who: 'somebody whose login is old',
    token: () => person('dana', 'compliance', { auth_time: now() - 3600 }),
    status: 401,
  },
  {
    who: 'whoever is named, for another workload',
    token: () => person('dana', 'compliance'),
    changes: { principal: 'ci/job' },
    status: 403,
  },
  {
    who: 'whoever is named, for longer than the rule says',
    token: () => person('dana', 'compliance'),
    changes: { duration: '11m' },
    status: 400,
  },
  {
    who: 'whoever is named, without a rationale',
    token: () => person('dana', 'compliance'),
    changes: { reason: ' ' },
    status: 400,
  },
];

for (const { who, token, changes, status } of refused) {
  test(`no window is opened by ${who}`, async () => {
    const answered = await open(await token(), changes);
    assert.equal(answered.status, status, JSON.stringify(answered.body));
    assert.ok(!(await clinic.entries()).some(({ type }) => type === 'grant.issued'));
  });
}

test('who may not is on record', async () => {
  const attempts = (await clinic.entries()).filter(
    ({ type, act }) => type === 'approval.refused' && act === 'break-glass',
  );
  const by = attempts.map((entry) => entry['by']);
  for (const who of ['people/sam', 'people/ada', 'ci/nightly', 'ci/robot', 'staff/dana', 'people/dana'])
    assert.ok(by.includes(who), `${who}: ${JSON.stringify(by)}`);
});

test('whoever is named opens a window alone: everybody is told, it is marked, and red until an auditor has signed', async () => {
  const dana = await person('dana', 'compliance');
  const opened = await open(dana);
  assert.equal(opened.status, 200, JSON.stringify(opened.body));
  const grant = String(opened.body['id']);
  assert.deepEqual(
    [opened.body['kind'], opened.body['scope'], opened.body['by']],
    ['break-glass', 'window', ['people/dana']],
  );
  const issued = (await clinic.entries()).find((entry) => entry['grant'] === grant);
  assert.deepEqual(
    [issued?.['type'], issued?.['kind'], issued?.['by']],
    ['grant.issued', 'break-glass', ['people/dana']],
  );

  const told = await receiver.told('break-glass', grant);
  assert.deepEqual(
    [told['principal'], told['connection'], told['groups']],
    ['ci/nightly', 'clinic', ['audit', 'compliance', 'platform']],
  );
  await untilMetric('sluice_break_glass_unreviewed', 1);
  const red = await check(join(clinic.folder, 'sluice.yaml'), false);
  assert.equal(red.faults.length, 1);
  assert.match(red.faults[0] ?? '', new RegExp(`^break-glass ${grant} of ci/nightly on clinic, opened by people/dana`));

  const nightly = await clinic.connect({ password: await clinic.token('nightly') });
  assert.equal((await nightly.query("update patients set status = 'paused' where id = 21")).rowCount, 1);
  assert.equal((await nightly.query('delete from encounters where id = 21')).rowCount, 1);
  const resting = (await clinic.entries()).filter(
    (entry) => entry['type'] === 'statement.decided' && entry['grant'] === grant,
  );
  assert.equal(resting.length, 2);
  assert.match((await refusalOf(nightly.query('delete from providers where id = 1'))).message, /"never"/);
  const other = await clinic.connect();
  const waiting = await waits(other, "update patients set status = 'paused' where id = 22");
  await decide(clinic, dana, waiting.approval, 'deny');
  await refusalOf(waiting.result);

  // Not while it is open, not by whom it was opened under any name, not by those who are no auditors.
  const findings = { findings: 'two rows were changed, as was announced' };
  const omar = await person('omar', 'audit');
  const review = async (token: string) => ask(clinic.api, `/grants/${grant}/review`, token, findings);
  assert.equal((await review(omar)).status, 400);
  assert.equal((await ask(clinic.api, `/grants/${grant}/revoke`, await person('sam', 'compliance'), {})).status, 200);
  const again = await clinic.connect({ password: await clinic.token('nightly') });
  const held = await waits(again, "update patients set status = 'paused' where id = 23");
  await decide(clinic, dana, held.approval, 'deny');
  await refusalOf(held.result);
  const unfit = [
    await person('dana', 'audit'),
    await person('dana', 'audit', { kind: 'staff' }),
    await person('sam', 'compliance'),
    await person('ada', 'platform'),
    await clinic.token('nightly'),
  ];
  for (const token of unfit) {
    const answered = await review(token);
    assert.equal(answered.status, 403, JSON.stringify(answered.body));
  }
  await untilMetric('sluice_break_glass_unreviewed', 1);
  const signed = await review(omar);
  assert.equal(signed.status, 200, JSON.stringify(signed.body));
  assert.equal((await review(omar)).status, 409);
  const reviewed = (await clinic.entries()).find(({ type }) => type === 'grant.reviewed');
  assert.deepEqual([reviewed?.['grant'], reviewed?.['by']], [grant, 'people/omar']);
  await untilMetric('sluice_break_glass_unreviewed', 0);
  assert.deepEqual((await check(join(clinic.folder, 'sluice.yaml'), false)).faults, []);
  for (const client of [nightly, other, again]) await client.end().catch(() => undefined);
});

/** The standing is looked up every ten seconds. */
async function untilMetric(name: string, value: number): Promise<void> {
  for (;;) {
    const scraped = await (await fetch(`${clinic.api}/metrics`)).text();
    if (scraped.includes(`\n${name} ${value}\n`)) return;
    assert.ok(scraped.includes(`\n${name} `));
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
