import type { ApprovalRequest } from '../approvals/approval-request.ts';
import { textDigest } from '../approvals/binding.ts';
import type { Grant } from '../approvals/grant.ts';
import { isOver, recentLogin } from '../approvals/may-decide.ts';
import { mayBeSame } from '../approvals/same-person.ts';
import { statedText } from '../approvals/stated-text.ts';
import { addMilliseconds } from '../base/clock.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Denial } from '../core/denial.ts';
import { type GrantId, newGrantId } from '../core/ids.ts';
import { rolesOf } from '../identity/roles.ts';
import type { ApprovalRefused, LedgerEvent } from '../ledger/event.ts';
import { issuedEvent } from './approval-deciding.ts';
import { newsOfGrant, tell } from './approval-news.ts';
import { type ApprovalParts, record } from './approval-parts.ts';
import { noSuch, refuse } from './approval-refusal.ts';
import type { BreakGlassRequest, Person } from './control.ts';
import type { BreakGlassRule } from './standing.ts';

/**
 * Any approver may: what rests on it ends on every instance. Also of a `once` that was used, while its time lasts: the statement
 * that used it may still run.
 */
export async function revoke(parts: ApprovalParts, id: GrantId, person: Person): Promise<Result<Grant, Denial>> {
  const by = person.principal.id;
  const revoked: { request: ApprovalRequest | null } = { request: null };
  const markRevoked = async ({ kind }: Grant) => {
    if (kind.kind === 'break-glass') return;
    revoked.request = await parts.store.changeRequest(kind.approval, async (request) =>
      request.state === 'approved' || request.state === 'used' ? { ...request, state: 'revoked' } : null,
    );
  };
  const attempt = { approval: id, by, act: 'revoke' } as const;
  const changed = await change(parts, id, attempt, markRevoked, (grant) => {
    if (!rolesOf(person.principal, parts.standing().roles).includes('approver')) {
      return err(forbidden('only an approver revokes a grant', 'ask somebody in a group with the role approver'));
    }
    const now = parts.clock.now();
    if (grant.state !== 'active' && grant.state !== 'used') return err(isOver(grant.state));
    if (grant.expiresAt <= now) return err(isOver('expired'));
    return ok({
      grant: { ...grant, state: 'revoked', endedAt: now, revokedBy: by },
      event: { type: 'grant.ended', grant: id, state: 'revoked', by, uses: grant.uses },
    });
  });
  if (changed.ok) tell(parts, newsOfGrant(parts, 'revoked', changed.value, revoked.request));
  return changed;
}

/** A window for a workload, without anybody else, by people whom the configuration names for it. */
export async function breakGlass(
  parts: ApprovalParts,
  request: BreakGlassRequest,
  person: Person,
): Promise<Result<Grant, Denial>> {
  const { clock, store, standing } = parts;
  const by = person.principal.id;
  const attempt = { approval: null, by, act: 'break-glass' } as const;
  const rationale = statedText('rationale', request.rationale);
  if (!rationale.ok) return refuse(parts, attempt, rationale.error);
  const refusal = mayBreakGlass(standing().approvals.breakGlass, request, person);
  const now = clock.now();
  const { recentLoginMs } = standing().approvals;
  if (refusal !== null) return refuse(parts, attempt, refusal);
  const login = recentLogin(person.presented, { now, recentLoginMs });
  if (!login.ok) return refuse(parts, attempt, login.error);
  const grant: Grant = {
    id: newGrantId(clock),
    state: 'active',
    kind: { kind: 'break-glass', rationale: rationale.value, review: null },
    principal: request.principal,
    connection: request.connection,
    by: [by],
    grantedAt: now,
    expiresAt: addMilliseconds(now, request.durationMs),
    uses: 0,
    lastSeenAt: null,
    endedAt: null,
    revokedBy: null,
  };
  const fault = await record(parts, [issuedEvent(grant, textDigest(store.digestKey, rationale.value))]);
  if (fault !== null) return err(fault);
  await store.issue(grant);
  tell(parts, newsOfGrant(parts, 'break-glass', grant, null));
  return ok(grant);
}

/** An auditor who had no part in it signs what they found, once it is over. */
export async function review(
  parts: ApprovalParts,
  id: GrantId,
  person: Person,
  findings: string,
): Promise<Result<Grant, Denial>> {
  const by = person.principal.id;
  const attempt = { approval: id, by, act: 'review' } as const;
  const stated = statedText('findings', findings);
  if (!stated.ok) return refuse(parts, attempt, stated.error);
  return change(parts, id, attempt, nothingElse, (grant) => {
    const { kind } = grant;
    const now = parts.clock.now();
    if (!rolesOf(person.principal, parts.standing().roles).includes('auditor'))
      return err(forbidden('only an auditor signs a review', 'ask somebody in a group with the role auditor'));
    if (grant.by.some((opened) => mayBeSame(by, opened, 'user')))
      return err(forbidden('nobody reviews what they did themselves', 'ask another auditor'));
    if (kind.kind !== 'break-glass') return err(notReviewed('only a break-glass is reviewed'));
    if (kind.review !== null) return err(isOver(`${kind.review.by} has signed the review`));
    if (grant.state === 'active' && grant.expiresAt > now)
      return err(notReviewed('it is still open: review it once it has ended, or have it revoked first'));
    return ok({
      grant: { ...grant, kind: { ...kind, review: { by, at: now, findings: stated.value } } },
      event: { type: 'grant.reviewed', grant: id, by, findings: textDigest(parts.store.digestKey, stated.value) },
    });
  });
}

interface Changed {
  readonly grant: Grant;
  readonly event: LedgerEvent;
}

/** Looks, records and stores alone with the grant, and `also` what goes with it; every refusal is an entry. */
async function change(
  parts: ApprovalParts,
  id: GrantId,
  attempt: Pick<ApprovalRefused, 'approval' | 'by' | 'act'>,
  also: (grant: Grant) => Promise<void>,
  next: (grant: Grant) => Result<Changed, Denial>,
): Promise<Result<Grant, Denial>> {
  const made: { change: Result<Changed, Denial> } = { change: err(noSuch('grant')) };
  await parts.store.changeGrant(id, async (grant) => {
    made.change = next(grant);
    if (!made.change.ok) return null;
    const fault = await record(parts, [made.change.value.event]);
    if (fault !== null) {
      made.change = err(fault);
      return null;
    }
    await also(made.change.value.grant);
    return made.change.value.grant;
  });
  return made.change.ok ? ok(made.change.value.grant) : refuse(parts, attempt, made.change.error);
}

async function nothingElse(): Promise<void> {
  return;
}

function mayBreakGlass(
  rules: readonly BreakGlassRule[],
  { principal, connection, durationMs }: BreakGlassRequest,
  { principal: person }: Person,
): Denial | null {
  if (person.kind !== 'user' || person.onBehalfOf !== null)
    return forbidden('only people open a break-glass, for themselves');
  const mine = rules.filter(
    ({ people, workloads, connections }) =>
      people.includes(person.id) && workloads.includes(principal) && connections.includes(connection),
  );
  if (mine.length === 0) {
    return forbidden(
      'no rule of approvals.breakGlass names this person for this workload on this connection',
      'ask somebody who is named, or have a request approved',
    );
  }
  const longest = Math.max(...mine.map(({ windowMs }) => windowMs));
  if (durationMs > 0 && durationMs <= longest) return null;
  return {
    code: 'invalid_request',
    message: `the window must last at most ${longest / 1000} seconds`,
    hint: 'ask for less; another one can be opened when it is over',
  };
}

function forbidden(message: string, hint?: string): Denial {
  return { code: 'forbidden', message, ...(hint === undefined ? {} : { hint }) };
}

function notReviewed(message: string): Denial {
  return { code: 'invalid_request', message };
}
