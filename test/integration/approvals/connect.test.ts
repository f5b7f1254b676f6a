import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import pg from 'pg';
import { clockSkew } from '../../../src/identity/check-times.ts';
import { type ClinicGateway, startClinicGateway } from '../../support/clinic-gateway.ts';
import { ask, ticketFor } from '../../support/gateway-http.ts';
import { psql } from './psql.ts';
import { decide, refusalOf } from './story.ts';

/** Who the workload is says how its `connect` is held. */
const policies = `
@id("session") permit(principal in Group::"pipelines", action in [Action::"session", Action::"select"], resource in Connection::"clinic");
@id("once") @description("every visit is announced") @approval("compliance") @ttl("1h")
permit(principal == Workload::"ci/once", action == Action::"connect", resource == Connection::"clinic");
@id("per-session") @approval("compliance") @scope("session") @ttl("1h")
permit(principal == Workload::"ci/per-session", action == Action::"connect", resource == Connection::"clinic");
@id("run") @approval("compliance") @scope("run") @ttl("1h")
permit(principal == Workload::"ci/in-run", action == Action::"connect", resource == Connection::"clinic");
@id("window") @approval("compliance") @scope("window") @ttl("1h")
permit(principal == Workload::"ci/window", action == Action::"connect", resource == Connection::"clinic");
@id("quick") @approval("compliance") @wait("1s")
permit(principal == Workload::"ci/quick", action == Action::"connect", resource == Connection::"clinic");
@id("later") @approval("compliance") @wait("0")
permit(principal == Workload::"ci/later", action == Action::"connect", resource == Connection::"clinic");
`;

let clinic: ClinicGateway;
let dana: string;
before(async () => {
  clinic = await startClinicGateway({ policies });
  dana = await clinic.person('dana', 'compliance');
});
after(() => clinic.stop());

test('a connect waits at the login: its client is told, and is let in once somebody approves', async () => {
  const knocking = await knock(await clinic.token('once'));
  assert.match(knocking.message, /policy "once" \(?.*asks for an approval by "compliance"; waiting for it until /);
  const shown = await ask(clinic.api, `/approvals/${knocking.approval}`, dana);
  assert.deepEqual([shown.body['state'], shown.body['statement']], ['pending', 'connect']);
  assert.equal(openedBy('ci/once', await clinic.entries()).length, 0);
  const from = performance.now();
  assert.equal((await decide(clinic, dana, knocking.approval)).status, 200);
  await knocking.inside;
  assert.ok(performance.now() - from < 1000);
  assert.deepEqual((await knocking.client.query('select 1 as one')).rows, [{ one: 1 }]);
  await knocking.client.end();
  assert.equal(openedBy('ci/once', await clinic.entries()).length, 1);
});

/** What becomes of a second connect after the first was approved. */
const scopes = [
  { sub: 'once', shown: 'once', second: 'waits' },
  { sub: 'per-session', shown: 'once', second: 'waits' },
  { sub: 'in-run', shown: 'run', second: 'comes in' },
  { sub: 'window', shown: 'window', second: 'comes in' },
] as const;

for (const { sub, shown, second } of scopes) {
  test(`after an approved connect of ${sub} the next one ${second}, and its statements are their own matter`, async () => {
    const first = await knock(await clinic.token(sub));
    const { body } = await ask(clinic.api, `/approvals/${first.approval}`, dana);
    assert.equal(body['scope'], shown, JSON.stringify(body));
    await decide(clinic, dana, first.approval);
    await first.inside;
    await first.client.end();
    if (second === 'waits') {
      const again = await knock(await clinic.token(sub));
      await decide(clinic, dana, again.approval, 'deny');
      assert.match((await refusalOf(again.inside)).message, /was denied by people\/dana/);
      return;
    }
    const client = await clinic.connect({ password: await clinic.token(sub) });
    assert.match((await refusalOf(client.query('delete from encounters'))).message, /no policy permits delete/);
    const ended = new Promise<void>((resolve) => client.once('end', () => resolve()));
    const grant = String((await ask(clinic.api, `/approvals/${first.approval}`, dana)).body['grant']);
    assert.equal((await ask(clinic.api, `/grants/${grant}/revoke`, dana, {})).status, 200);
    await ended;
  });
}

test('a window for connect is of its workload: another one waits by itself', async () => {
  const other = await knock(await clinic.token('quick'));
  await decide(clinic, dana, other.approval, 'deny');
  assert.match((await refusalOf(other.inside)).message, /was denied/);
});

test('denied: never a session', async () => {
  const knocking = await knock(await clinic.token('once'));
  await decide(clinic, dana, knocking.approval, 'deny');
  assert.match((await refusalOf(knocking.inside)).message, /was denied by people\/dana/);
  await isRefused(knocking.approval, 'denied');
});

test('nobody decides in time: never a session', async () => {
  const knocking = await knock(await clinic.token('quick'));
  assert.match((await refusalOf(knocking.inside)).message, /nobody decided on request apr_\S+ in time/);
  await isRefused(knocking.approval, 'expired');
});

test('who hangs up withdraws, and an approval that comes too late opens nothing', async () => {
  const knocking = await knock(await clinic.token('once'));
  (knocking.client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  await refusalOf(knocking.inside);
  await untilState(knocking.approval, 'withdrawn');
  assert.equal((await decide(clinic, dana, knocking.approval)).status, 409);
  await isRefused(knocking.approval, 'withdrawn');
});

test('who is disabled while they wait is not let in', async () => {
  const knocking = await knock(await clinic.token('once'));
  const admin = await clinic.person('ada', 'platform');
  await ask(clinic.api, '/principals/disable', admin, { id: 'ci/once' });
  await decide(clinic, dana, knocking.approval);
  assert.match((await refusalOf(knocking.inside)).message, /disabled|withdrawn/);
  await ask(clinic.api, '/principals/enable', admin, { id: 'ci/once' });
  await isRefused(knocking.approval);
});

test('@wait("0"): refused at once, and let in once after it was granted', async () => {
  const connect = async () => clinic.connect({ password: await clinic.token('later') });
  const refused = await refusalOf(connect());
  const approval = /apr_[0-9a-f-]+/.exec(refused.message)?.[0] ?? '';
  assert.ok((await refusalOf(connect())).message.includes(approval), 'the same request is found again');
  assert.equal((await decide(clinic, dana, approval)).status, 200);
  await (await connect()).end();
  assert.match((await refusalOf(connect())).message, /is pending/);
});

test('a token that expires while people think was good when it was presented; it opens no second session', async () => {
  // Clocks may differ by a minute: this one is good for a second or two.
  const short = await clinic.issuer.token({ sub: 'once', kind: 'workload' }, { lifetime: -58 });
  const knocking = await knock(short);
  const { exp } = JSON.parse(Buffer.from(short.split('.')[1] ?? '', 'base64url').toString()) as { exp: number };
  await new Promise((resolve) => setTimeout(resolve, (exp + clockSkew) * 1000 - Date.now()));
  await decide(clinic, dana, knocking.approval);
  await knocking.inside;
  await knocking.client.end();
  assert.match((await refusalOf(clinic.connect({ password: short }))).message, /the token expired/);
});

test('a connection that is changed while a connect waits for it is not opened as it was', async () => {
  const knocking = await knock(await clinic.token('once'));
  clinic.rewrite((yaml) => yaml.replace('    protect:', '    protect:\n      public.patients.zip: zip'));
  assert.ok((await clinic.gateway.reload()).ok);
  await decide(clinic, dana, knocking.approval);
  await refusalOf(knocking.inside);
  await isRefused(knocking.approval);
});

for (const [listener, binding] of [
  ['scram', 'sslmode=require channel_binding=require'],
  ['scram-plain', 'sslmode=disable channel_binding=disable'],
] as const) {
  test(`psql with a ticket on ${listener} is told at the login, and let in`, async () => {
    const ticket = await ticketFor(clinic.api, await clinic.token('once'));
    const user = /^slt_([^.]+)\./.exec(ticket.text)?.[1] ?? '';
    const visit = psql(`port=${portOf(listener)} user=${user} ${binding}`, ticket.text, 'select 1 + 1');
    assert.equal((await decide(clinic, dana, await visit.approval)).status, 200);
    const { code, out, err } = await visit.ended;
    assert.deepEqual([code, out], [0, '2\n']);
    assert.match(err, /^NOTICE: {2}sluice: policy "once".*\nDETAIL: {2}request apr_\S+\nHINT: .*\n$/);
  });
}

test('psql that is interrupted at the login withdraws', async () => {
  const visit = psql(`port=${clinic.port} user=x sslmode=disable`, await clinic.token('once'), 'select 1');
  const approval = await visit.approval;
  visit.process.kill('SIGINT');
  assert.notEqual((await visit.ended).code, 0);
  await untilState(approval, 'withdrawn');
});

test('a ticket that is revoked while its connect waits lets nobody in', async () => {
  const ticket = await ticketFor(clinic.api, await clinic.token('once'));
  const knocking = await knock(ticket.text);
  const admin = await clinic.person('ada', 'platform');
  assert.equal((await ask(clinic.api, `/tickets/${ticket.id}/revoke`, admin, {})).status, 200);
  await decide(clinic, dana, knocking.approval);
  assert.match((await refusalOf(knocking.inside)).message, /was revoked|withdrawn/);
  await isRefused(knocking.approval);
});

test('who waited counts among the sessions of the principal: none more than may be come in', async () => {
  clinic.rewrite((yaml) => `${yaml}limits: { sessionsPerPrincipal: 1 }\n`);
  assert.ok((await clinic.gateway.reload()).ok);
  const [first, second] = [await knock(await clinic.token('once')), await knock(await clinic.token('once'))];
  await decide(clinic, dana, first.approval);
  await first.inside;
  await decide(clinic, dana, second.approval);
  assert.match((await refusalOf(second.inside)).message, /already has 1 sessions/);
  await isRefused(second.approval);
  await first.client.end();
});

interface Knocking {
  readonly client: pg.Client;
  readonly approval: string;
  readonly message: string;
  /** Rejects where it is not let in. */
  readonly inside: Promise<unknown>;
}

/** Resolves once its client was told that it waits. */
async function knock(password: string): Promise<Knocking> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port: clinic.port,
    user: 'x',
    password,
    database: 'clinic',
    ssl: false,
  });
  client.on('error', () => undefined);
  const told = once(client, 'notice') as Promise<[{ message: string; detail: string }]>;
  const inside = client.connect();
  inside.catch(() => undefined);
  const [{ message, detail }] = await Promise.race([
    told,
    inside.then(() => Promise.reject(new Error('it did not wait'))),
  ]);
  return { client, approval: detail.replace(/^request /, ''), message, inside };
}

/** The session of that request was refused, or ended, and never opened. */
async function isRefused(approval: string, state?: string): Promise<void> {
  const entries = await clinic.entries();
  const requested = entries.find((entry) => entry['type'] === 'approval.requested' && entry['approval'] === approval);
  const about = entries.filter((entry) => entry['session'] === requested?.['session']).map(({ type }) => type);
  assert.ok(about.includes('session.refused'), JSON.stringify(about));
  assert.ok(!about.includes('session.opened'), JSON.stringify(about));
  if (state === undefined) return;
  const ended = entries.find((entry) => entry['type'] === 'approval.ended' && entry['approval'] === approval);
  assert.equal(ended?.['state'], state);
}

function openedBy(principal: string, entries: readonly Record<string, unknown>[]): readonly unknown[] {
  return entries.filter((entry) => entry['type'] === 'session.opened' && entry['principal'] === principal);
}

async function untilState(approval: string, state: string): Promise<void> {
  for (;;) {
    const { body } = await ask(clinic.api, `/approvals/${approval}`, dana);
    if (body['state'] === state) return;
    assert.equal(body['state'], 'pending');
  }
}

function portOf(name: string): number {
  const found = clinic.gateway.listeners.open.find(({ settings }) => settings.name === name);
  return Number(found?.listener.address.split(':').at(-1));
}
