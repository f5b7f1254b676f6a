import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ApprovalRequest } from '../../src/approvals/approval-request.ts';
import { type Office, OfficeClock, openOffice } from '../support/approval-office.ts';
import { access, held, person } from '../support/approval-samples.ts';
import { ApprovalsInMemory } from '../support/approvals-in-memory.ts';
import { rationale } from './waiting.ts';

/** Something that happens at one of two instances over one state. Which request or grant it is about is drawn too. */
interface Act {
  readonly what: 'hold' | 'file' | 'leave' | 'approve' | 'deny' | 'claim' | 'revoke' | 'pass' | 'sweep';
  readonly at: number;
  readonly which: number;
  readonly who: string;
}

/** Weighted so that something is let through now and then. */
const whats: readonly (readonly [Act['what'], number])[] = [
  ['hold', 4],
  ['file', 2],
  ['approve', 16],
  ['claim', 8],
  ['sweep', 2],
  ['leave', 1],
  ['deny', 1],
  ['revoke', 1],
  ['pass', 1],
];
const act: fc.Arbitrary<Act> = fc.record({
  what: fc.oneof(...whats.map(([what, weight]) => ({ arbitrary: fc.constant(what), weight }))),
  at: fc.nat(1),
  which: fc.constantFrom(0, 0, 0, 0, 1, 2),
  who: fc.constantFrom('dana', 'sam', 'kim', 'ada'),
});

/** Two people must agree; `ada` owns the workload. */
const requests = [access({ quorum: 2, ttlMs: 20_000 })];
const options = { owners: { 'demo/nightly-etl': 'ada' }, approvals: { pendingPerPrincipal: 100, waitMs: 30_000 } };

interface World {
  readonly store: ApprovalsInMemory;
  readonly clock: OfficeClock;
  readonly offices: readonly Office[];
  readonly left: AbortController[];
  readonly ends: Promise<unknown>[];
  /** Texts that were let through, with the time at which they were. */
  readonly ran: { readonly text: string; readonly ms: number }[];
}

function textOf({ which }: Act): string {
  return `update patients set status = 'x' where id = ${which}`;
}

async function perform(world: World, one: Act): Promise<void> {
  const { store, clock, left, ends, ran } = world;
  const office = world.offices[one.at];
  assert.ok(office !== undefined);
  const thing = held({ requests, text: textOf(one) });
  const request = [...store.requests.keys()].at(-1 - one.which);
  const grant = [...store.held.keys()].at(-1 - one.which);
  switch (one.what) {
    case 'hold': {
      const leaving = new AbortController();
      left.push(leaving);
      ends.push(office.desk.hold(thing, 10_000, () => undefined, leaving.signal));
      return;
    }
    case 'file':
      return void (await office.desk.file(thing));
    case 'leave':
      return left.at(-1 - one.which)?.abort('client-left');
    case 'approve':
    case 'deny':
      if (request !== undefined) await office.control.decideApproval(request, person(one.who), one.what, rationale);
      return;
    case 'claim': {
      const ms = clock.ms;
      if ((await office.desk.claim(thing)) !== null) ran.push({ text: textOf(one), ms });
      return;
    }
    case 'revoke':
      if (grant !== undefined) await office.control.revokeGrant(grant, person(one.who));
      return;
    case 'pass':
      clock.ms += 4000;
      return;
    case 'sweep':
      return office.desk.sweep();
  }
}

test('whatever happens at once on two instances, what runs was approved by two people, once, and is in the ledger', async () => {
  let runs = 0;
  const rounds = fc.array(fc.array(act, { minLength: 1, maxLength: 4 }), { minLength: 10, maxLength: 40, size: 'max' });
  await fc.assert(
    fc.asyncProperty(rounds, async (drawn) => {
      const [store, clock] = [new ApprovalsInMemory(), new OfficeClock()];
      const offices = ['one', 'two'].map((instance) => openOffice(store, clock, { ...options, instance }));
      const world: World = { store, clock, offices, left: [], ends: [], ran: [] };
      for (const round of drawn) await Promise.all(round.map((one) => perform(world, one)));
      for (const one of world.left) one.abort('client-left');
      await Promise.all(world.ends);
      for (const { desk } of offices) await desk.close();
      check(world);
      runs += world.ran.length;
    }),
    { numRuns: 200 },
  );
  assert.ok(runs > 50, `only ${runs} were let through: the sequences say little`);
});

function check({ store, offices, ran }: World): void {
  const entries = offices.flatMap(({ journal }) => journal.events);
  assert.deepEqual(
    offices.flatMap(({ bugs }) => bugs),
    [],
  );
  const grants = [...store.held.values()];
  const used = grants.filter(({ uses }) => uses > 0);
  // One grant, one run; each is in the ledger as issued and as used.
  assert.equal(used.length, ran.length);
  assert.ok(grants.every(({ uses }) => uses <= 1));
  const count = (type: string, state?: string) =>
    entries.filter(
      (entry) => entry.type === type && (state === undefined || ('state' in entry && entry.state === state)),
    );
  assert.equal(count('grant.issued').length, grants.length);
  assert.equal(count('grant.ended', 'used').length, ran.length);
  for (const grant of grants) {
    assert.equal(new Set(grant.by).size, 2);
    assert.ok(!grant.by.includes(person('ada').principal.id));
  }
  for (const request of store.requests.values()) checkRequest(request, entries);
}

function checkRequest(request: ApprovalRequest, entries: Office['journal']['events']): void {
  const mine = entries.filter((entry) => 'approval' in entry && entry.approval === request.id);
  const ends = mine.filter(({ type }) => type === 'approval.ended');
  const decided = mine.filter(({ type }) => type === 'approval.decided');
  assert.equal(mine.filter(({ type }) => type === 'approval.requested').length, 1);
  assert.equal(ends.length, request.state === 'pending' ? 0 : 1);
  assert.equal(decided.length, request.decisions.length);
  const denials = request.decisions.filter(({ verdict }) => verdict === 'deny').length;
  assert.equal(denials, request.state === 'denied' ? 1 : 0);
  const granted = ['approved', 'used', 'revoked'].includes(request.state);
  assert.equal(granted, request.grant !== null);
}
