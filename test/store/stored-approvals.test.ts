import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApprovalRequest } from '../../src/approvals/approval-request.ts';
import type { ApprovalChange, ApprovalStore } from '../../src/approvals/approval-store.ts';
import type { Grant } from '../../src/approvals/grant.ts';
import { addMilliseconds, instant } from '../../src/base/clock.ts';
import { newApprovalId, newGrantId } from '../../src/core/ids.ts';
import { principalId } from '../../src/core/principal.ts';
import { connection, dana, sampleBinding, sampleGrant, sampleRequest } from './sample-approvals.ts';
import { stateKinds } from './state-servers.ts';

for (const { name, fresh } of stateKinds) {
  test(`${name}: a request and a grant are what was filed, also when opened again`, async (context) => {
    const server = await fresh(context);
    const { approvals, close } = await server.open();
    const request = sampleRequest();
    const bare = sampleRequest({ sealed: null, subject: 'connect', reason: null, purpose: null, ticket: null });
    const grant = sampleGrant({ uses: 3, lastSeenAt: instant(5), endedAt: instant(6), revokedBy: dana });
    const broken = sampleGrant({ kind: { kind: 'break-glass', rationale: 'outage', review: null } });
    for (const one of [request, bare]) await approvals.file(one);
    for (const one of [grant, broken]) await approvals.issue(one);
    const key = approvals.digestKey;
    await close();
    const again = (await server.open()).approvals;
    for (const one of [request, bare]) assert.deepEqual(await again.find(one.id), one);
    for (const one of [grant, broken]) assert.deepEqual(await again.findGrant(one.id), one);
    assert.equal(await again.find(newApprovalId({ now: () => instant(0), monotonic: () => 0 })), null);
    assert.equal(await again.findGrant(newGrantId({ now: () => instant(0), monotonic: () => 0 })), null);
    assert.deepEqual(again.digestKey, key);
    assert.equal(key.length, 32);
  });

  test(`${name}: a request is filed once`, async (context) => {
    const { approvals } = await (await fresh(context)).open();
    const request = sampleRequest();
    await approvals.file(request);
    await assert.rejects(approvals.file(request), { name: 'StateFault' });
    await approvals.file(sampleRequest());
  });

  test(`${name}: requests are listed newest first, by everything that is asked`, async (context) => {
    const { approvals } = await (await fresh(context)).open();
    const from = instant(1_800_000_000_000_000);
    const made = (at: number, changes: Partial<ApprovalRequest>) =>
      sampleRequest({ createdAt: addMilliseconds(from, at), expiresAt: addMilliseconds(from, at + 1000), ...changes });
    const other = { ...sampleRequest().requester, id: principalId('demo', 'other') };
    const first = made(0, { state: 'denied' });
    const second = made(1, { requester: other, instance: 'b' });
    const third = made(2, { connection: connection('records'), binding: sampleBinding({ digest: 'd3' }) });
    const fourth = made(3, { state: 'approved', binding: sampleBinding({ fingerprint: 'f4' }) });
    for (const request of [third, first, fourth, second]) await approvals.file(request);
    const listed = async (query: Partial<Parameters<ApprovalStore['list']>[0]>) =>
      (await approvals.list({ limit: 10, ...query })).map(
        ({ id }) => [first, second, third, fourth].findIndex((one) => one.id === id) + 1,
      );
    const cases: readonly (readonly [Parameters<typeof listed>[0], readonly number[]])[] = [
      [{}, [4, 3, 2, 1]],
      [{ limit: 2 }, [4, 3]],
      [{ states: ['pending'] }, [3, 2]],
      [{ states: ['denied', 'approved'] }, [4, 1]],
      [{ states: [] }, []],
      [{ principal: other.id }, [2]],
      [{ connection: connection('records') }, [3]],
      [{ digest: 'd3' }, [3]],
      [{ fingerprint: 'f4' }, [4]],
      [{ instance: 'b' }, [2]],
      [{ expiringBy: addMilliseconds(from, 1001) }, [2, 1]],
      [{ states: ['pending'], connection: connection('clinic') }, [2]],
    ];
    for (const [query, expected] of cases) assert.deepEqual(await listed(query), expected, JSON.stringify(query));
    assert.equal(await approvals.countPending(other.id), 1);
    assert.equal(await approvals.countPending(first.requester.id), 1);
    assert.equal(await approvals.countPending(dana), 0);
  });

  test(`${name}: grants are listed newest first, by everything that is asked`, async (context) => {
    const { approvals } = await (await fresh(context)).open();
    const from = instant(1_800_000_000_000_000);
    const made = (at: number, changes: Partial<Grant>) =>
      sampleGrant({ grantedAt: addMilliseconds(from, at), expiresAt: addMilliseconds(from, at + 1000), ...changes });
    const first = made(0, { state: 'used' });
    const second = made(1, { principal: dana });
    const third = made(2, { connection: connection('records') });
    const fourth = made(3, { kind: { kind: 'break-glass', rationale: 'outage', review: null } });
    for (const grant of [third, first, fourth, second]) await approvals.issue(grant);
    const listed = async (query: Partial<Parameters<ApprovalStore['listGrants']>[0]>) =>
      (await approvals.listGrants({ limit: 10, ...query })).map(
        ({ id }) => [first, second, third, fourth].findIndex((one) => one.id === id) + 1,
      );
    const cases: readonly (readonly [Parameters<typeof listed>[0], readonly number[]])[] = [
      [{}, [4, 3, 2, 1]],
      [{ limit: 1 }, [4]],
      [{ states: ['used'] }, [1]],
      [{ principal: dana }, [2]],
      [{ connection: connection('records') }, [3]],
      [{ kind: 'break-glass' }, [4]],
      [{ kind: 'approval', states: ['active'] }, [3, 2]],
      [{ expiringBy: addMilliseconds(from, 1000) }, [1]],
    ];
    for (const [query, expected] of cases) assert.deepEqual(await listed(query), expected, JSON.stringify(query));
  });

  test(`${name}: a change sees what the one before stored, and nobody writes meanwhile`, async (context) => {
    const { approvals } = await (await fresh(context)).open();
    const grant = sampleGrant();
    await approvals.issue(grant);
    let inside = 0;
    const results = await Promise.all(
      Array.from({ length: 20 }, () =>
        approvals.changeGrant(grant.id, async (now) => {
          inside += 1;
          assert.equal(inside, 1);
          await new Promise((resolve) => setImmediate(resolve));
          inside -= 1;
          return { ...now, uses: now.uses + 1 };
        }),
      ),
    );
    assert.deepEqual(
      results.map((after) => after?.uses).sort((a, b) => Number(a) - Number(b)),
      Array.from({ length: 20 }, (_, at) => at + 1),
    );
    assert.equal((await approvals.findGrant(grant.id))?.uses, 20);
  });

  test(`${name}: null leaves it as it was, a throw is thrown and stores nothing, none there is null`, async (context) => {
    const { approvals } = await (await fresh(context)).open();
    const request = sampleRequest();
    assert.equal(await approvals.changeRequest(request.id, async () => assert.fail('there is none')), null);
    await approvals.file(request);
    const refusal = new TypeError('the ledger is full');
    await assert.rejects(
      approvals.changeRequest(request.id, async () => {
        throw refusal;
      }),
      (error) => error === refusal,
    );
    assert.deepEqual(await approvals.changeRequest(request.id, async () => null), request);
    assert.deepEqual(await approvals.find(request.id), request);
    const denied = { ...request, state: 'denied' as const, decidedAt: instant(9), sealed: null };
    assert.deepEqual(await approvals.changeRequest(request.id, async () => denied), denied);
    assert.deepEqual(await approvals.find(request.id), denied);
  });

  test(`${name}: a grant issued while its request changes is stored with it, or not at all`, async (context) => {
    const { approvals } = await (await fresh(context)).open();
    const request = sampleRequest();
    const [kept, lost] = [sampleGrant(), sampleGrant()];
    await approvals.file(request);
    const approve = (grant: Grant, then: () => void) =>
      approvals.changeRequest(request.id, async (now) => {
        assert.deepEqual(await approvals.find(request.id), now);
        await approvals.issue(grant);
        then();
        return { ...now, state: 'approved', grant: grant.id };
      });
    await assert.rejects(
      approve(lost, () => assert.fail('no')),
      assert.AssertionError,
    );
    await approve(kept, () => undefined);
    assert.equal((await approvals.find(request.id))?.grant, kept.id);
    assert.deepEqual(await approvals.findGrant(kept.id), kept);
    assert.equal(await approvals.findGrant(lost.id), null);
  });

  test(`${name}: whoever watches hears of every change after it is stored, in order, until they stop`, async (context) => {
    const { approvals } = await (await fresh(context)).open();
    const heard: ApprovalChange[] = [];
    let enough: () => void = () => undefined;
    const all = new Promise<void>((resolve) => {
      enough = resolve;
    });
    const stop = approvals.watch((change) => {
      heard.push(change);
      if (heard.length === 4) enough();
    });
    const [request, grant] = [sampleRequest(), sampleGrant()];
    await approvals.file(request);
    await approvals.issue(grant);
    await approvals.changeRequest(request.id, async () => null);
    await approvals.changeRequest(request.id, async (now) => ({ ...now, state: 'denied' }));
    await approvals.changeGrant(grant.id, async (now) => ({ ...now, state: 'used' }));
    await all;
    assert.deepEqual(heard, [
      { kind: 'request', id: request.id },
      { kind: 'grant', id: grant.id },
      { kind: 'request', id: request.id },
      { kind: 'grant', id: grant.id },
    ]);
    stop();
    const later = new Promise<ApprovalChange>((resolve) => approvals.watch(resolve));
    await approvals.file(sampleRequest());
    assert.equal((await later).kind, 'request');
    assert.equal(heard.length, 4);
  });
}
