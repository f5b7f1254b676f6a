import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Decider } from '../../src/approvals/may-decide.ts';
import { instant } from '../../src/base/clock.ts';
import type { ApprovalId } from '../../src/core/ids.ts';
import { expire } from '../../src/engine/approval-ends.ts';
import { type Office, OfficeClock, openOffice, policyDigest } from '../support/approval-office.ts';
import { access, canary, held, idOf, loggedIn, noon, person, workload } from '../support/approval-samples.ts';
import { ApprovalsInMemory } from '../support/approvals-in-memory.ts';
import { denialOf, filed, rationale, waiting } from './waiting.ts';

const [dana, sam] = [person('dana'), person('sam')];
const unknown = 'apr_01932f5e-7a4b-7c3d-8e2f-00000000dead' as ApprovalId;

describe('deciding', () => {
  let clock: OfficeClock;
  let store: ApprovalsInMemory;
  let office: Office;

  beforeEach(() => {
    clock = new OfficeClock();
    store = new ApprovalsInMemory();
    office = openOffice(store, clock, { owners: { 'demo/nightly-etl': 'ada' } });
    policyDigest.now = 'policies-1';
  });

  const refusals: readonly (readonly [string, Decider, string, string])[] = [
    ['the owner', person('ada'), rationale, 'approval_not_yours'],
    ['an auditor', person('omar', ['audit']), rationale, 'approval_not_yours'],
    ['an admin', person('ann', ['platform']), rationale, 'approval_not_yours'],
    ['a machine', { ...dana, principal: workload('bot', { groups: ['compliance'] }) }, rationale, 'approval_not_yours'],
    ['a stale login', loggedIn(dana, instant(noon - 3_600_000_000)), rationale, 'login_too_old'],
    ['nobody knows why', dana, '  ', 'invalid_request'],
  ];
  for (const [who, by, why, code] of refusals) {
    test(`is refused, and that is an entry: ${who}`, async () => {
      const { id } = await filed(office);
      for (const verdict of ['approve', 'deny'] as const) {
        const answer = await office.control.decideApproval(id, by, verdict, why);
        assert.equal(answer.ok ? null : answer.error.code, code);
        const entry = { type: 'approval.refused', approval: id, by: by.principal.id, act: verdict, code };
        assert.deepEqual(office.journal.events.at(-1), entry);
      }
      assert.equal(store.requests.get(id)?.state, 'pending');
      assert.equal(store.held.size, 0);
    });
  }

  test('is refused to the requester, whatever their groups', async () => {
    const self = person('dana', ['compliance', 'platform']);
    const { id } = await filed(office, { principal: self.principal });
    const answer = await office.control.decideApproval(id, self, 'approve', rationale);
    assert.equal(answer.ok ? null : answer.error.code, 'approval_not_yours');
  });

  test('is refused to the person it acts for', async () => {
    const { id } = await filed(office, { principal: workload('coding-agent', { onBehalfOf: idOf('dana') }) });
    const answer = await office.control.decideApproval(id, dana, 'approve', rationale);
    assert.equal(answer.ok ? null : answer.error.code, 'approval_not_yours');
    assert.ok((await office.control.decideApproval(id, sam, 'approve', rationale)).ok);
  });

  test('is refused of what does not exist', async () => {
    const answer = await office.control.decideApproval(unknown, dana, 'approve', rationale);
    assert.equal(answer.ok ? null : answer.error.code, 'not_found');
    assert.equal(office.journal.types().at(-1), 'approval.refused');
  });

  test('takes distinct people for a quorum, each once', async () => {
    const { request, end } = await waiting(office, { requests: [access({ quorum: 2 })] });
    const first = await office.control.decideApproval(request.id, dana, 'approve', rationale);
    assert.ok(first.ok);
    assert.deepEqual(
      [first.value.state, first.value.quorum],
      ['pending', [{ access: 'update on public.patients', groups: ['compliance'], needed: 2, given: 1 }]],
    );
    const again = await office.control.decideApproval(request.id, dana, 'approve', rationale);
    assert.equal(again.ok ? null : again.error.code, 'approval_not_yours');
    assert.equal(store.held.size, 0);
    assert.ok((await office.control.decideApproval(request.id, sam, 'approve', rationale)).ok);
    assert.equal((await end).kind, 'approved');
    const grant = await office.desk.claim(held());
    assert.deepEqual(grant?.by, [idOf('dana'), idOf('sam')]);
  });

  test('of two needs takes an approval of each group', async () => {
    const requests = [access(), access({ label: 'select on public.claims', groups: ['billing'] })];
    const { id } = await filed(office, { requests });
    const half = await office.control.decideApproval(id, dana, 'approve', rationale);
    assert.equal(half.ok && half.value.state, 'pending');
    const whole = await office.control.decideApproval(id, person('kim', ['billing']), 'approve', rationale);
    assert.equal(whole.ok && whole.value.state, 'approved');
  });

  test('ends with the first denial', async () => {
    const { request, end } = await waiting(office, { requests: [access({ quorum: 2 })] });
    await office.control.decideApproval(request.id, dana, 'approve', rationale);
    await office.control.decideApproval(request.id, sam, 'deny', rationale);
    assert.match(denialOf(await end).message, /by demo\/sam/);
    const late = await office.control.decideApproval(request.id, person('kim'), 'approve', rationale);
    assert.equal(late.ok ? null : late.error.code, 'approval_over');
  });

  test('starts the clock of the grant, and nothing lengthens it', async () => {
    const { id } = await filed(office, {
      requests: [access({ scope: 'window', ttlMs: 60_000 }), access({ ttlMs: 30_000, scope: 'window' })],
    });
    clock.ms = 5000;
    await office.control.decideApproval(id, dana, 'approve', rationale);
    for (const ms of [5000, 20_000, 34_999]) {
      clock.ms = ms;
      assert.equal((await office.desk.claim(held()))?.expiresAt, instant(noon + 35_000_000));
    }
    clock.ms = 35_000;
    assert.equal(await office.desk.claim(held()), null);
    assert.equal([...store.held.values()][0]?.uses, 3);
  });

  test('counts for what policy asks for now, and for no more', async () => {
    const { id } = await filed(office);
    await office.control.decideApproval(id, dana, 'approve', rationale);
    policyDigest.now = 'policies-2';
    assert.equal(await office.desk.claim(held({ requests: [access({ quorum: 2 })] })), null);
    assert.equal(await office.desk.claim(held({ requests: [access({ groups: ['dba'] })] })), null);
    assert.notEqual(await office.desk.claim(held({ requests: [access({ groups: ['dba', 'compliance'] })] })), null);
  });

  test('narrows what cannot be: a run that is not known, a session that is yet to be opened', async () => {
    const scoped = async (scope: 'run' | 'session', more: Parameters<typeof held>[0]) =>
      (await filed(office, { requests: [access({ scope })], ...more })).terms.scope;
    assert.equal(await scoped('run', {}), 'run');
    const nowhere = workload('service', { origin: { ...workload().origin, runId: 'unknown' } });
    assert.equal(await scoped('run', { principal: nowhere }), 'session');
    assert.equal(await scoped('session', { subject: 'connect' }), 'once');
    assert.equal(await scoped('run', { subject: 'connect', principal: nowhere }), 'once');
  });

  test('changes nothing while the ledger cannot be written', async () => {
    const { id } = await filed(office);
    office.journal.fault = { kind: 'disk', message: 'no space left on device' };
    const answer = await office.control.decideApproval(id, dana, 'approve', rationale);
    assert.equal(answer.ok ? null : answer.error.code, 'ledger_unavailable');
    assert.equal(store.requests.get(id)?.state, 'pending');
    assert.deepEqual(store.requests.get(id)?.decisions, []);
    assert.equal(denialOf(await office.desk.file(held({ text: 'another' }))).code, 'ledger_unavailable');
    office.journal.fault = null;
    assert.ok((await office.control.decideApproval(id, dana, 'approve', rationale)).ok);
    office.journal.fault = { kind: 'disk', message: 'no space left on device' };
    assert.equal(await office.desk.claim(held()), null);
  });

  test('is a denial while the state cannot be read', async () => {
    const { request, end } = await waiting(office, {}, 1000);
    store.broken = new Error('state is gone');
    const answers = await Promise.all([
      office.control.decideApproval(request.id, dana, 'approve', rationale),
      office.control.approvals({ state: null, principal: null, connection: null, limit: 10 }),
      office.control.revealApproval(request.id, dana),
    ]);
    assert.deepEqual(
      answers.map((answer) => (answer.ok ? null : answer.error.code)),
      ['state_unavailable', 'state_unavailable', 'state_unavailable'],
    );
    await assert.rejects(office.desk.claim(held()), /state is gone/);
    clock.ms = 1000;
    office.desk.sweep();
    assert.equal(denialOf(await end).code, 'state_unavailable');
  });

  test('ends a request once, however many ends it meets', async () => {
    const { request, end, left } = await waiting(office);
    assert.equal(await expire(office.parts, request.id), null);
    assert.equal(store.requests.get(request.id)?.state, 'pending');
    assert.ok((await office.control.decideApproval(request.id, dana, 'approve', rationale)).ok);
    left.abort('client-left');
    await end;
    clock.ms = 900_000;
    assert.equal(await expire(office.parts, request.id), null);
    assert.equal(store.requests.get(request.id)?.state, 'approved');
    assert.equal(office.journal.types().filter((type) => type === 'approval.ended').length, 1);
  });

  test('approves nothing where the grant cannot be kept', async () => {
    const { request, left, end } = await waiting(office);
    store.issue = () => Promise.reject(new Error('state is gone'));
    const answer = await office.control.decideApproval(request.id, dana, 'approve', rationale);
    assert.equal(answer.ok ? null : answer.error.code, 'state_unavailable');
    assert.equal(store.requests.get(request.id)?.state, 'pending');
    left.abort('client-left');
    await end;
  });

  test('uses nothing up where that cannot be kept of its request', async () => {
    const { id } = await filed(office);
    assert.ok((await office.control.decideApproval(id, dana, 'approve', rationale)).ok);
    const change = store.changeRequest.bind(store);
    store.changeRequest = () => Promise.reject(new Error('state is gone'));
    await assert.rejects(office.desk.claim(held()), /state is gone/);
    store.changeRequest = change;
    assert.equal((await office.desk.claim(held()))?.state, 'used');
  });

  test('of a statement that waits is not that of one that does not', async () => {
    const { request } = await waiting(office);
    assert.notEqual((await filed(office)).id, request.id);
  });

  test('is nothing that could be asked for when the request cannot be kept', async () => {
    store.file = () => Promise.reject(new Error('state is gone'));
    await assert.rejects(office.desk.file(held()), /state is gone/);
    await assert.rejects(
      office.desk.hold(held(), 1000, () => undefined, new AbortController().signal),
      /state is gone/,
    );
    const { journal } = office;
    await journal.appendAsync({ type: 'gateway.stopped' });
    const types = ['approval.requested', 'approval.ended', 'approval.requested', 'approval.ended', 'gateway.stopped'];
    assert.deepEqual(journal.types(), types);
    assert.deepEqual(office.news, []);
  });

  test('waits for no notifier, and counts those that gave up', async () => {
    const deaf = openOffice(store, clock, { untold: 'the hook does not answer' });
    const { id } = await filed(deaf);
    assert.ok((await deaf.control.decideApproval(id, dana, 'approve', rationale)).ok);
    assert.deepEqual([deaf.counts.get('untold'), deaf.counts.get('the hook does not answer')], [2, 2]);
    assert.deepEqual(deaf.news[0], {
      kind: 'requested',
      id,
      principal: 'demo/nightly-etl',
      connection: 'clinic',
      summary: 'update public.patients',
      groups: ['compliance'],
      link: `https://sluice.example/approvals/${id}`,
      at: '2026-11-21T12:00:00.000000Z',
      expiresAt: '2026-11-21T12:15:00.000000Z',
    });
  });

  test('reveals to those who may decide and to auditors, and that is an entry', async () => {
    const { id } = await filed(office);
    for (const by of [dana, person('omar', ['audit'])]) {
      const shown = await office.control.revealApproval(id, by);
      assert.ok(shown.ok && shown.value.statement.includes(canary));
      assert.deepEqual(office.journal.events.at(-1), { type: 'approval.revealed', approval: id, by: by.principal.id });
    }
    const bot = { ...dana, principal: workload('bot', { groups: ['compliance', 'audit'] }) };
    for (const by of [person('ann', ['platform']), person('eve', []), bot]) {
      const shown = await office.control.revealApproval(id, by);
      assert.equal(shown.ok ? null : shown.error.code, 'approval_not_yours');
      const entry = {
        type: 'approval.refused',
        approval: id,
        by: by.principal.id,
        act: 'reveal',
        code: 'approval_not_yours',
      };
      assert.deepEqual(office.journal.events.at(-1), entry);
    }
    office.journal.fault = { kind: 'disk', message: 'no space left on device' };
    assert.ok(!(await office.control.revealApproval(id, dana)).ok);
  });

  test('shows a request as it is kept, with what went before', async () => {
    const first = await filed(office, { text: 'one' });
    await office.control.decideApproval(first.id, dana, 'deny', rationale);
    clock.ms = 1000;
    const second = await filed(office, { text: 'two' });
    await filed(office, { text: 'other', fingerprint: 'e'.repeat(64) });
    const shown = await office.control.approval(second.id);
    assert.ok(shown.ok && shown.value !== null);
    const { value } = shown;
    assert.deepEqual(
      value.similar.map(({ id, state, decidedBy }) => [id, state, decidedBy]),
      [[first.id, 'denied', [idOf('dana')]]],
    );
    assert.equal(value.owner, 'ada');
    assert.equal(value.statement, 'update patients set ssn = ‹ssn› where id = 7');
    assert.equal(
      value.covers,
      'this statement once, exactly as shown, by demo/nightly-etl on clinic, within 1 h of the decision',
    );
    assert.equal(value.link, `https://sluice.example/approvals/${second.id}`);
    assert.ok(!JSON.stringify(value).includes(canary));
    const missing = await office.control.approval(unknown);
    assert.ok(missing.ok && missing.value === null);
  });
});
