import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ApprovalRequest } from '../../src/approvals/approval-request.ts';
import { type Decider, type DecidingRules, mayDecide } from '../../src/approvals/may-decide.ts';
import { instant } from '../../src/base/clock.ts';
import { idOf, loggedIn, noon, person, request } from '../support/approval-samples.ts';

const rules: DecidingRules = { now: noon, recentLoginMs: 900_000, ownerNow: null };
const dana = person('dana');

function ask(more: Partial<ApprovalRequest['requester']>): ApprovalRequest {
  return request({ requester: { ...request().requester, ...more } });
}

const decision = { by: idOf('dana'), groups: ['compliance'], verdict: 'approve', rationale: 'yes', at: noon } as const;
const twoNeeds = request({
  terms: {
    needs: [
      { access: 'update on public.patients', policies: [], groups: ['compliance'], quorum: 2 },
      { access: 'select on public.claims', policies: [], groups: ['billing', 'dba'], quorum: 1 },
    ],
    scope: 'once',
    ttlMs: 1,
  },
});

interface Case {
  readonly who: string;
  readonly by: Decider;
  readonly of?: ApprovalRequest;
  readonly rules?: Partial<DecidingRules>;
  /** The code of the refusal; or the groups that count. */
  readonly says: string | readonly string[];
}

const cases: readonly Case[] = [
  { who: 'a member of the group', by: dana, says: ['compliance'] },
  {
    who: 'a member of two that are asked',
    by: person('dana', ['billing', 'compliance', 'x']),
    of: twoNeeds,
    says: ['billing', 'compliance'],
  },
  { who: 'a member of the second only', by: person('dana', ['dba']), of: twoNeeds, says: ['dba'] },
  { who: 'an admin who is in the group', by: person('dana', ['platform', 'compliance']), says: ['compliance'] },
  { who: 'an auditor without the group', by: person('omar', ['audit']), says: 'approval_not_yours' },
  {
    who: 'an admin without the group',
    by: person('ada', ['platform']),
    of: ask({ owner: null }),
    says: 'approval_not_yours',
  },
  { who: 'somebody without any group', by: person('eve', []), says: 'approval_not_yours' },
  { who: 'a group that differs in case', by: person('dana', ['Compliance']), says: 'approval_not_yours' },
  {
    who: 'a machine in the group',
    by: person('bot', ['compliance'], { kind: 'workload', nature: 'service' }),
    says: 'approval_not_yours',
  },
  {
    who: 'somebody who acts for another',
    by: person('dana', ['compliance'], { onBehalfOf: idOf('sam') }),
    says: 'approval_not_yours',
  },
  { who: 'the requester', by: dana, of: ask({ id: idOf('dana'), kind: 'user' }), says: 'approval_not_yours' },
  {
    who: 'the requester by way of another issuer',
    by: dana,
    of: ask({ id: 'sso/Dana' as never, kind: 'user' }),
    says: 'approval_not_yours',
  },
  {
    who: 'an admin and approver, on an own request',
    by: person('dana', ['platform', 'compliance']),
    of: ask({ id: idOf('dana'), kind: 'user' }),
    says: 'approval_not_yours',
  },
  { who: 'a person of the name of a workload', by: dana, of: ask({ id: 'ci/dana' as never }), says: ['compliance'] },
  { who: 'the person it acts for', by: dana, of: ask({ onBehalfOf: idOf('dana') }), says: 'approval_not_yours' },
  { who: 'the owner by id', by: dana, of: ask({ owner: 'demo/dana' }), says: 'approval_not_yours' },
  { who: 'the owner by name', by: dana, of: ask({ owner: 'Dana' }), says: 'approval_not_yours' },
  { who: 'the owner among others', by: dana, of: ask({ owner: 'sam, dana' }), says: 'approval_not_yours' },
  { who: 'the owner by address', by: dana, of: ask({ owner: 'dana@hospital.example' }), says: 'approval_not_yours' },
  {
    who: 'the owner by display',
    by: person('u-17', ['compliance'], { display: 'Dana Reyes' }),
    of: ask({ owner: 'dana reyes' }),
    says: 'approval_not_yours',
  },
  { who: 'who has become the owner since', by: dana, rules: { ownerNow: 'dana' }, says: 'approval_not_yours' },
  {
    who: 'who was the owner when it was asked',
    by: dana,
    of: ask({ owner: 'dana' }),
    rules: { ownerNow: 'sam' },
    says: 'approval_not_yours',
  },
  { who: 'somebody whose name the owner begins with', by: dana, of: ask({ owner: 'danae' }), says: ['compliance'] },
  { who: 'who has decided already', by: dana, of: request({ decisions: [decision] }), says: 'approval_not_yours' },
  { who: 'the second of two', by: person('sam'), of: request({ decisions: [decision] }), says: ['compliance'] },
  { who: 'a login just recent enough', by: loggedIn(dana, instant(noon - 900_000_000)), says: ['compliance'] },
  { who: 'a login too old', by: loggedIn(dana, instant(noon - 900_000_001)), says: 'login_too_old' },
  { who: 'a login that is not stated', by: loggedIn(dana, null), says: 'login_too_old' },
  { who: 'a login of a clock that is ahead', by: loggedIn(dana, instant(noon + 60_000_000)), says: ['compliance'] },
  { who: 'a login in the future', by: loggedIn(dana, instant(noon + 60_000_001)), says: 'login_too_old' },
  { who: 'who comes when the time is over', by: dana, of: request({ expiresAt: noon }), says: 'approval_over' },
  ...(['approved', 'denied', 'expired', 'withdrawn', 'used', 'revoked'] as const).map((state) => ({
    who: `who comes when it is ${state}`,
    by: dana,
    of: request({ state }),
    says: 'approval_over',
  })),
];

describe('on a request decides or not', () => {
  for (const { who, by, of = request(), says, rules: more } of cases) {
    test(`${who}: ${String(says)}`, () => {
      const answer = mayDecide(of, by, { ...rules, ...more });
      assert.deepEqual(answer.ok ? answer.value.groups : answer.error.code, says);
      if (!answer.ok) assert.match(answer.error.message, /^[a-z].*[^.]$/);
    });
  }
});

test('whose login is too old is told how to go on', () => {
  const answer = mayDecide(request(), loggedIn(dana, null), rules);
  assert.match((answer.ok ? null : answer.error.hint) ?? '', /log in again/);
});
