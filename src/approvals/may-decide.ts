import { addMilliseconds, type Instant } from '../base/clock.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Denial } from '../core/denial.ts';
import type { Presented, Principal } from '../core/principal.ts';
import type { ApprovalRequest } from './approval-request.ts';
import { isNamed, mayBeSame } from './same-person.ts';

/** Somebody who wants to decide, and what else is known at that moment. */
export interface Decider {
  readonly principal: Principal;
  readonly presented: Presented;
}

export interface DecidingRules {
  readonly now: Instant;
  /** A person decides within this time of a login. */
  readonly recentLoginMs: number;
  /** Owner of the requester as the inventory says now; the request says who it was when it was filed. */
  readonly ownerNow: string | null;
}

/** As what somebody may decide. */
export interface Entitled {
  /** Of their groups, those that count. */
  readonly groups: readonly string[];
  readonly authenticatedAt: Instant;
}

/**
 * May this person approve or deny this request? The answer says as what, or why not. Rights of other
 * roles do not help: an auditor or an admin decides only as a member of a group that is asked.
 */
export function mayDecide(
  request: ApprovalRequest,
  { principal, presented }: Decider,
  rules: DecidingRules,
): Result<Entitled, Denial> {
  if (request.state !== 'pending') return err(isOver(request.state));
  if (request.expiresAt <= rules.now) return err(isOver('expired'));
  if (principal.kind !== 'user' || principal.onBehalfOf !== null)
    return err(notYours('only people decide, and for themselves'));
  const asked = new Set(request.terms.needs.flatMap(({ groups }) => groups));
  const groups = [...asked].filter((group) => principal.groups.includes(group)).sort();
  if (groups.length === 0) {
    const names = [...asked].sort().join(', ');
    return err(notYours('only members of the groups that are asked may decide', `they are ${names}`));
  }
  const conflict = conflictOf(request, principal, rules.ownerNow);
  if (conflict !== null) return err(notYours(conflict, 'somebody else in the group decides'));
  if (request.decisions.some(({ by }) => mayBeSame(principal.id, by, 'user'))) {
    return err(notYours('one person decides once', 'a quorum counts distinct people'));
  }
  const login = recentLogin(presented, rules);
  return login.ok ? ok({ groups, authenticatedAt: login.value }) : login;
}

/** When the person logged in, where that is a short while ago. */
export function recentLogin(presented: Presented, rules: Omit<DecidingRules, 'ownerNow'>): Result<Instant, Denial> {
  const at = presented.authenticatedAt;
  if (at === null) return tooOld('the token does not say when the person logged in');
  const age = rules.now - at;
  if (age > rules.recentLoginMs * 1000) return tooOld('the login is too old to decide with');
  // A login in the future is no login; clocks differ by a little.
  return at > addMilliseconds(rules.now, clockSkewMs) ? tooOld('the login lies in the future') : ok(at);
}

function conflictOf({ requester }: ApprovalRequest, person: Principal, ownerNow: string | null): string | null {
  if (mayBeSame(person.id, requester.id, requester.kind)) return 'nobody decides on an own request';
  if (requester.onBehalfOf !== null && mayBeSame(person.id, requester.onBehalfOf, 'user'))
    return 'nobody decides on what is done on their behalf';
  const owners = [requester.owner, ownerNow].filter((owner) => owner !== null);
  return owners.some((owner) => isNamed(owner, person)) ? 'nobody decides for a workload that they own' : null;
}

/** What is answered to whoever comes too late. */
export function isOver(state: string): Denial {
  return { code: 'approval_over', message: `it is over already: ${state}`, hint: 'nothing was changed' };
}

function notYours(message: string, hint?: string): Denial {
  return { code: 'approval_not_yours', message, ...(hint === undefined ? {} : { hint }) };
}

function tooOld(message: string): Result<never, Denial> {
  return err({
    code: 'login_too_old',
    message,
    hint: 'log in again (`sluice login`), with a token that carries auth_time, and decide then',
  });
}

const clockSkewMs = 60_000;
