import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { ApprovalStore } from '../../src/approvals/approval-store.ts';
import { type Office, OfficeClock, openOffice } from '../support/approval-office.ts';
import { access, canary, held, person, workload } from '../support/approval-samples.ts';
import { approvalStores } from '../support/approval-stores.ts';
import { denialOf, filed, rationale, waiting } from './waiting.ts';

const dana = person('dana');

interface House {
  readonly clock: OfficeClock;
  readonly store: ApprovalStore;
  readonly office: Office;
}

for (const { name, open } of approvalStores) {
  const house = async (context: TestContext): Promise<House> => {
    const clock = new OfficeClock();
    const store = await open(context);
    return { clock, store, office: openOffice(store, clock) };
  };

  describe(`a statement that waits (${name})`, () => {
    test('goes on once it is approved, with a grant that is used by one', async (context) => {
      const { store, office } = await house(context);
      const { request, end } = await waiting(office);
      const approved = await office.control.decideApproval(request.id, dana, 'approve', ` ${rationale} `);
      assert.ok(approved.ok);
      assert.equal(approved.value.state, 'approved');
      assert.equal((await end).kind, 'approved');
      const claims = await Promise.all([1, 2, 3].map(() => office.desk.claim(held())));
      assert.equal(claims.filter((grant) => grant !== null).length, 1);
      assert.equal((await store.find(request.id))?.state, 'used');
      assert.deepEqual(office.journal.types(), [
        'approval.requested',
        'approval.decided',
        'approval.ended',
        'grant.issued',
        'grant.ended',
      ]);
      assert.deepEqual(
        office.news.map(({ kind }) => kind),
        ['requested', 'approved'],
      );
      assert.deepEqual(
        [...office.counts],
        [
          ['requested', 1],
          ['approved', 1],
        ],
      );
      assert.deepEqual(office.bugs, []);
    });

    test('goes on while another one stays held: nothing rides along', async (context) => {
      const { office } = await house(context);
      const { request, end } = await waiting(office);
      assert.ok((await office.control.decideApproval(request.id, dana, 'approve', rationale)).ok);
      await end;
      for (const other of [
        held({ text: 'update patients set ssn = null where id = 8' }),
        held({ principal: workload('other') }),
        held({ tables: ['update public.claims'] }),
        held({ subject: 'connect' }),
      ]) {
        assert.equal(await office.desk.claim(other), null);
      }
      assert.notEqual(await office.desk.claim(held()), null);
    });

    test('is refused once it is denied, without the rationale', async (context) => {
      const { office } = await house(context);
      const { request, end } = await waiting(office);
      assert.ok((await office.control.decideApproval(request.id, dana, 'deny', rationale)).ok);
      const denial = denialOf(await end);
      assert.equal(denial.code, 'approval_denied');
      assert.match(denial.message, /by demo\/dana/);
      assert.match(denial.hint ?? '', /https:\/\/sluice\.example\/approvals\/apr_/);
      assert.ok(!JSON.stringify(denial).includes('4711'));
      assert.equal(await office.desk.claim(held()), null);
    });

    test('is refused once its time is over, to the millisecond', async (context) => {
      const { clock, store, office } = await house(context);
      const { request, end } = await waiting(office, {}, 2000);
      clock.ms = 1999;
      office.desk.sweep();
      assert.equal((await store.find(request.id))?.state, 'pending');
      clock.ms = 2000;
      office.desk.sweep();
      const denial = denialOf(await end);
      assert.equal(denial.code, 'approval_expired');
      assert.match(denial.hint ?? '', /run it again.*@wait\("0"\)/);
      assert.equal((await store.find(request.id))?.state, 'expired');
      const late = await office.control.decideApproval(request.id, dana, 'approve', rationale);
      assert.equal(late.ok ? null : late.error.code, 'approval_over');
    });

    for (const why of ['client-cancelled', 'client-left'] as const) {
      test(`is withdrawn: ${why}`, async (context) => {
        const { store, office } = await house(context);
        const { request, end, left } = await waiting(office);
        left.abort(why);
        assert.deepEqual(await end, { kind: 'withdrawn' });
        assert.equal((await store.find(request.id))?.state, 'withdrawn');
        const entry = { type: 'approval.ended', approval: request.id, state: 'withdrawn', why };
        assert.deepEqual(office.journal.events.at(-1), entry);
      });
    }

    test('is not even asked for when the client has left already', async (context) => {
      const { office } = await house(context);
      const end = await office.desk.hold(held(), 1000, () => undefined, AbortSignal.abort('client-left'));
      assert.deepEqual([end, office.journal.events], [{ kind: 'withdrawn' }, []]);
    });

    test('is withdrawn when the client leaves while it is being asked for', async (context) => {
      const { store, office } = await house(context);
      const left = new AbortController();
      const end = office.desk.hold(held(), 1000, () => left.abort('client-left'), left.signal);
      assert.deepEqual(await end, { kind: 'withdrawn' });
      const [request] = await store.list({ limit: 10 });
      assert.equal(request?.state, 'withdrawn');
      assert.deepEqual(office.journal.types(), ['approval.requested', 'approval.ended']);
    });

    test('is decided on another instance, and what they grant is used on one of them', async (context) => {
      const { clock, store, office } = await house(context);
      const other = openOffice(store, clock, { instance: 'two' });
      const { request, end } = await waiting(office);
      assert.ok((await other.control.decideApproval(request.id, dana, 'approve', rationale)).ok);
      assert.equal((await end).kind, 'approved');
      const claims = await Promise.all([office, other, office, other].map(({ desk }) => desk.claim(held())));
      assert.equal(claims.filter((grant) => grant !== null).length, 1);
    });

    test('is decided by one of two who do so at once', async (context) => {
      const { store, office } = await house(context);
      const { request, end } = await waiting(office);
      const [one, other] = await Promise.all([
        office.control.decideApproval(request.id, dana, 'approve', rationale),
        office.control.decideApproval(request.id, person('sam'), 'deny', rationale),
      ]);
      assert.deepEqual([one?.ok, other?.ok].sort(), [false, true]);
      const ended = office.journal.events.filter(({ type }) => type === 'approval.ended');
      assert.equal(ended.length, 1);
      const state = (await store.find(request.id))?.state;
      assert.equal((await end).kind, state === 'approved' ? 'approved' : 'refused');
      assert.equal(office.journal.types().filter((type) => type === 'approval.refused').length, 1);
    });

    test('is decided or expires, never both', async (context) => {
      const { clock, store, office } = await house(context);
      const { request, end } = await waiting(office, {}, 1000);
      const decision = office.control.decideApproval(request.id, dana, 'approve', rationale);
      clock.ms = 1000;
      office.desk.sweep();
      const approved = (await decision).ok;
      assert.equal((await end).kind, approved ? 'approved' : 'refused');
      const state = (await store.find(request.id))?.state;
      assert.equal(state, approved ? 'approved' : 'expired');
      assert.equal(office.journal.types().filter((type) => type === 'approval.ended').length, 1);
    });

    test('may be asked for only so often at once', async (context) => {
      const { office } = await house(context);
      const ends = await Promise.all(Array.from({ length: 8 }, (_, at) => office.desk.file(held({ text: `t ${at}` }))));
      assert.equal(ends.filter(({ kind }) => kind === 'filed').length, 5);
      const denial = denialOf(ends.find(({ kind }) => kind === 'refused') ?? { kind: 'none' });
      assert.equal(denial.code, 'approval_limit');
      assert.match(denial.message, /5 requests.*pendingPerPrincipal/);
      assert.equal((await office.desk.file(held({ principal: workload('other') }))).kind, 'filed');
    });

    test('leaves nothing readable in the state, the ledger or the news', async (context) => {
      const { store, office } = await house(context);
      const { request, end } = await waiting(office);
      assert.ok((await office.control.decideApproval(request.id, dana, 'approve', rationale)).ok);
      await end;
      assert.ok(!JSON.stringify(await store.find(request.id)).includes(canary));
      const sinks = JSON.stringify([office.journal.events, office.news]);
      for (const secret of [canary, rationale, 'typing error']) assert.ok(!sinks.includes(secret), secret);
    });
  });

  describe(`a statement that is not to wait (${name})`, () => {
    const later = { requests: [access({ waitMs: 0 })] };

    test('asks once however often it is tried, and runs when it was approved', async (context) => {
      const { clock, office } = await house(context);
      const requests = await Promise.all([filed(office, later), filed(office, later), filed(office, later)]);
      assert.equal(new Set(requests.map(({ id }) => id)).size, 1);
      const [request] = requests;
      assert.ok(request !== undefined && !request.waits);
      assert.equal(await office.desk.claim(held(later)), null);
      clock.ms = 600_000;
      const late = person('dana', ['compliance']);
      assert.ok((await office.control.decideApproval(request.id, late, 'approve', rationale)).ok);
      clock.ms += 3_599_999;
      assert.notEqual(await office.desk.claim(held(later)), null);
      assert.equal(await office.desk.claim(held(later)), null);
    });

    test('runs no more once the grant is over, though nobody has looked at it since', async (context) => {
      const { clock, office } = await house(context);
      const request = await filed(office, { requests: [access({ waitMs: 0, ttlMs: 5000 })] });
      assert.ok((await office.control.decideApproval(request.id, dana, 'approve', rationale)).ok);
      clock.ms = 5000;
      assert.equal(await office.desk.claim(held(later)), null);
    });

    test('asks anew once the request has expired, though nobody has looked at it since', async (context) => {
      const { clock, office } = await house(context);
      const first = await filed(office, later);
      clock.ms = 900_000;
      assert.notEqual((await filed(office, later)).id, first.id);
    });
  });

  describe(`an instance that starts again (${name})`, () => {
    test('withdraws what its clients waited for, and nothing else', async (context) => {
      const { clock, store, office } = await house(context);
      const other = openOffice(store, clock, { instance: 'two' });
      const lost = await waiting(office);
      const elsewhere = await waiting(other, { text: 'elsewhere' });
      const retried = await filed(office, { text: 'retried' });
      const again = openOffice(store, clock);
      assert.equal(await again.desk.recover(), null);
      const states = await Promise.all([lost.request, elsewhere.request, retried].map(({ id }) => store.find(id)));
      assert.deepEqual(
        states.map((request) => request?.state),
        ['withdrawn', 'pending', 'pending'],
      );
      const why = 'gateway-ended';
      const entry = { type: 'approval.ended', approval: lost.request.id, state: 'withdrawn', why };
      assert.deepEqual(again.journal.events, [entry]);
    });

    test('withdraws what waits when it closes', async (context) => {
      const { store, office } = await house(context);
      const { request, end } = await waiting(office);
      await office.desk.close();
      assert.deepEqual(await end, { kind: 'withdrawn' });
      assert.equal((await store.find(request.id))?.state, 'withdrawn');
    });
  });
}
