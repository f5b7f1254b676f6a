import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { ApprovalStore } from '../../src/approvals/approval-store.ts';
import type { Decider } from '../../src/approvals/may-decide.ts';
import { deferred } from '../../src/base/deferred.ts';
import type { GrantId, SessionId } from '../../src/core/ids.ts';
import { type Office, OfficeClock, openOffice } from '../support/approval-office.ts';
import {
  access,
  clinic,
  type HeldOptions,
  held,
  idOf,
  loggedIn,
  originOf,
  person,
  workload,
} from '../support/approval-samples.ts';
import { approvalStores } from '../support/approval-stores.ts';
import { filed, rationale } from './waiting.ts';

const dana = person('dana');
const omar = person('omar', ['audit']);
const rule = { people: [idOf('ada')], workloads: [idOf('nightly-etl')], connections: [clinic], windowMs: 600_000 };
const ada = person('ada', []);
const emergency = {
  principal: idOf('nightly-etl'),
  connection: clinic,
  durationMs: 600_000,
  rationale: 'intake is down',
};
const findings = 'one update, as announced';

interface House {
  readonly clock: OfficeClock;
  readonly store: ApprovalStore;
  readonly office: Office;
  readonly other: Office;
}

for (const { name, open } of approvalStores) {
  const house = async (context: TestContext): Promise<House> => {
    const clock = new OfficeClock();
    const store = await open(context);
    const options = { approvals: { breakGlass: [rule] }, owners: { 'demo/nightly-etl': 'ada' } };
    return {
      clock,
      store,
      office: openOffice(store, clock, options),
      other: openOffice(store, clock, { ...options, instance: 'two' }),
    };
  };

  async function granted(
    office: Office,
    scope: 'session' | 'run' | 'window',
    more: HeldOptions = {},
  ): Promise<GrantId> {
    const { id } = await filed(office, { requests: [access({ scope })], ...more });
    const approved = await office.control.decideApproval(id, dana, 'approve', rationale);
    assert.ok(approved.ok && approved.value.grant !== null);
    return approved.value.grant;
  }

  describe(`a grant (${name})`, () => {
    test('of a run covers its sessions on every instance, and no other run', async (context) => {
      const { office, other } = await house(context);
      const id = await granted(office, 'run');
      for (const at of [office, other]) {
        for (const session of ['ses-a', 'ses-b'] as SessionId[]) {
          const grant = await at.desk.claim(held({ session, text: 'update patients set ssn = null where id = 9' }));
          assert.equal(grant?.id, id);
        }
      }
      assert.equal(
        await office.desk.claim(held({ principal: workload('nightly-etl', { origin: originOf('43') }) })),
        null,
      );
      assert.equal(await office.desk.claim(held({ fingerprint: 'e'.repeat(64) })), null);
      const view = await office.control.grant(id);
      assert.ok(view.ok && view.value !== null);
      assert.equal(view.value.uses, 4);
      assert.match(
        view.value.covers,
        /^every statement of this shape on clinic by demo\/nightly-etl in run 42 of clinic\/etl \(github, attempt 1\), until 2026-/,
      );
    });

    test('of a session covers that session', async (context) => {
      const { office } = await house(context);
      const id = await granted(office, 'session');
      assert.equal((await office.desk.claim(held({ text: 'another' })))?.id, id);
      assert.equal(await office.desk.claim(held({ session: 'ses-b' as SessionId })), null);
    });

    test('ends when it is revoked, and what rests on it is told on every instance', async (context) => {
      const { office, other } = await house(context);
      const id = await granted(office, 'window');
      const told = [office, other].map(({ desk }) => {
        const heard = deferred<GrantId>();
        desk.onRevoked(heard.resolve);
        return heard.promise;
      });
      for (const { desk } of [office, other]) assert.equal((await desk.claim(held()))?.id, id);
      const revoked = await other.control.revokeGrant(id, person('sam'));
      assert.ok(revoked.ok);
      assert.deepEqual([revoked.value.state, revoked.value.revokedBy], ['revoked', idOf('sam')]);
      assert.deepEqual(await Promise.all(told), [id, id]);
      assert.equal(await office.desk.claim(held()), null);
      assert.deepEqual(other.journal.events.at(-1), {
        type: 'grant.ended',
        grant: id,
        state: 'revoked',
        by: 'demo/sam',
        uses: 2,
      });
      const [approval] = await office.parts.store.list({ limit: 1 });
      assert.equal(approval?.state, 'revoked');
      assert.equal(other.news.at(-1)?.kind, 'revoked');
      const again = await office.control.revokeGrant(id, dana);
      assert.equal(again.ok ? null : again.error.code, 'approval_over');
    });

    test('that is revoked in the moment of its claim ends what rests on it all the same', async (context) => {
      const { office, other } = await house(context);
      const id = await granted(office, 'window');
      await office.desk.claim(held());
      const first = deferred<null>();
      office.desk.onRevoked(() => first.resolve(null));
      assert.ok((await other.control.revokeGrant(id, dana)).ok);
      await first.promise;
      // Whatever rests on it is known only now.
      for (let sweep = 0; sweep < 2; sweep++) {
        const heard = deferred<GrantId>();
        office.desk.onRevoked(heard.resolve);
        office.desk.sweep();
        assert.equal(await heard.promise, id);
      }
    });

    test('that was used by a statement is revoked while its time lasts: it may still run', async (context) => {
      const { clock, office, store } = await house(context);
      const { id } = await filed(office);
      const approved = await office.control.decideApproval(id, dana, 'approve', rationale);
      assert.ok(approved.ok && approved.value.grant !== null);
      const used = await office.desk.claim(held());
      assert.equal(used?.state, 'used');
      const heard = deferred<GrantId>();
      office.desk.onRevoked(heard.resolve);
      office.desk.sweep();
      assert.ok((await office.control.revokeGrant(used.id, dana)).ok);
      assert.equal(await heard.promise, used.id);
      assert.equal((await store.find(id))?.state, 'revoked');
      const window = await granted(office, 'window');
      clock.ms = 3_600_000;
      const late = await office.control.revokeGrant(window, dana);
      assert.equal(late.ok ? null : late.error.code, 'approval_over');
    });

    for (const [who, by] of [
      ['an auditor', omar],
      ['an admin', person('ann', ['platform'])],
      ['a machine', { ...dana, principal: workload('bot', { groups: ['compliance'] }) }],
    ] as const) {
      test(`is not revoked by ${who}`, async (context) => {
        const { office, store } = await house(context);
        const id = await granted(office, 'window');
        const refused = await office.control.revokeGrant(id, by);
        assert.equal(refused.ok ? null : refused.error.code, 'forbidden');
        assert.equal((await store.findGrant(id))?.state, 'active');
        assert.equal(office.journal.types().at(-1), 'approval.refused');
      });
    }

    test('of a run is completed once no instance has seen the run for a while', async (context) => {
      const { clock, store, office, other } = await house(context);
      const id = await granted(office, 'run');
      assert.equal((await office.desk.claim(held()))?.id, id);
      const pass = async (ms: number) => {
        clock.ms = ms;
        for (const { desk } of [office, other]) {
          desk.sweep();
          await desk.settled();
        }
        return (await store.findGrant(id))?.state;
      };
      other.live.push(workload());
      assert.equal(await pass(290_000), 'active');
      other.live.length = 0;
      office.live.push(workload('nightly-etl', { origin: originOf('43') }));
      assert.equal(await pass(589_999), 'active');
      assert.equal(await pass(600_000), 'completed');
      const ends = [office, other].flatMap(({ journal }) =>
        journal.events.filter(({ type }) => type === 'grant.ended'),
      );
      assert.deepEqual(ends, [{ type: 'grant.ended', grant: id, state: 'completed', by: null, uses: 1 }]);
      assert.equal(await office.desk.claim(held()), null);
      // Nothing is ended for it: its sessions are gone, and what is told is told in order.
      const told: GrantId[] = [];
      const heard = deferred<null>();
      office.desk.onRevoked((grant) => {
        told.push(grant);
        heard.resolve(null);
      });
      const window = await granted(office, 'window');
      await office.desk.claim(held());
      assert.ok((await office.control.revokeGrant(window, dana)).ok);
      await heard.promise;
      assert.deepEqual(told, [window]);
    });

    test('that is over is ended by whoever sees it first, and so is a request', async (context) => {
      const { clock, store, office, other } = await house(context);
      const id = await granted(office, 'window');
      const request = await filed(office, { text: 'nobody cares', fingerprint: 'e'.repeat(64) });
      clock.ms = 3_600_000;
      other.desk.sweep();
      await other.desk.settled();
      assert.equal((await store.findGrant(id))?.state, 'expired');
      assert.equal((await store.find(request.id))?.state, 'expired');
      assert.deepEqual(other.journal.types().toSorted(), ['approval.ended', 'grant.ended']);
      assert.equal(other.standing.pending, 0);
    });
  });

  describe(`break-glass (${name})`, () => {
    test('opens a window, tells everybody, and stays on view until an auditor has signed', async (context) => {
      const { clock, office, other } = await house(context);
      const opened = await office.control.breakGlass(emergency, ada);
      assert.ok(opened.ok);
      const { id } = opened.value;
      assert.match(opened.value.covers, /^everything that asks for an approval on clinic by demo\/nightly-etl, until /);
      const { kind, groups, link } = office.news.at(-1) ?? {};
      assert.deepEqual([kind, groups], ['break-glass', ['audit', 'compliance', 'platform']]);
      assert.equal(link, 'https://sluice.example/approvals');
      assert.equal((await other.desk.claim(held()))?.id, id);
      assert.equal((await other.desk.claim(held({ fingerprint: 'e'.repeat(64), tables: [] })))?.id, id);
      assert.equal(await office.desk.claim(held({ principal: workload('other') })), null);
      const unreviewed = async (at: number) => {
        clock.ms = at;
        other.desk.sweep();
        await other.desk.settled();
        return other.standing.unreviewedBreakGlass;
      };
      assert.equal(await unreviewed(20_000), 1);
      const early = await office.control.reviewGrant(id, omar, findings);
      assert.equal(early.ok ? null : early.error.code, 'invalid_request');
      assert.equal(await unreviewed(600_000), 1);
      assert.equal(await office.desk.claim(held()), null);
      for (const by of [
        ada,
        dana,
        person('ada', ['audit']),
        { ...omar, principal: workload('bot', { groups: ['audit'] }) },
      ]) {
        const refused = await office.control.reviewGrant(id, by, findings);
        assert.equal(refused.ok ? null : refused.error.code, 'forbidden');
      }
      const reviewed = await office.control.reviewGrant(id, omar, findings);
      assert.ok(reviewed.ok && reviewed.value.review?.findings === findings);
      assert.equal(await unreviewed(620_000), 0);
      const again = await office.control.reviewGrant(id, person('olga', ['audit']), findings);
      assert.equal(again.ok ? null : again.error.code, 'approval_over');
      const sinks = JSON.stringify([office.journal.events, office.news]);
      for (const text of [emergency.rationale, findings]) assert.ok(!sinks.includes(text));
    });

    const refusals: readonly (readonly [string, Decider, Partial<typeof emergency>, string])[] = [
      ['somebody who is not named', dana, {}, 'forbidden'],
      ['a workload that is not named', ada, { principal: idOf('other') }, 'forbidden'],
      ['a connection that is not named', ada, { connection: 'records' as typeof clinic }, 'forbidden'],
      ['a machine of the same name', { ...ada, principal: workload('ada') }, {}, 'forbidden'],
      ['a login that is not stated', loggedIn(ada, null), {}, 'login_too_old'],
      ['a window too long', ada, { durationMs: 600_001 }, 'invalid_request'],
      ['no window', ada, { durationMs: 0 }, 'invalid_request'],
      ['a window that is no number', ada, { durationMs: Number.NaN }, 'invalid_request'],
      ['no rationale', ada, { rationale: '' }, 'invalid_request'],
    ];
    test('is refused to everybody else, and that is an entry', async (context) => {
      const { office } = await house(context);
      for (const [what, by, change, code] of refusals) {
        const refused = await office.control.breakGlass({ ...emergency, ...change }, by);
        assert.equal(refused.ok ? null : refused.error.code, code, what);
        const entry = { type: 'approval.refused', approval: null, by: by.principal.id, act: 'break-glass', code };
        assert.deepEqual(office.journal.events.at(-1), entry);
      }
      assert.equal(await office.desk.claim(held()), null);
    });
  });
}
