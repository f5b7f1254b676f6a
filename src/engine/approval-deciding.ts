import type { ApprovalDecision, ApprovalRequest } from '../approvals/approval-request.ts';
import { textDigest } from '../approvals/binding.ts';
import type { Grant } from '../approvals/grant.ts';
import { mayDecide } from '../approvals/may-decide.ts';
import { statedText } from '../approvals/stated-text.ts';
import { tally } from '../approvals/tally.ts';
import { addMilliseconds, type Instant, rfc3339 } from '../base/clock.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Denial } from '../core/denial.ts';
import { type ApprovalId, newGrantId } from '../core/ids.ts';
import type { ApprovalEnded, GrantIssued, LedgerEvent } from '../ledger/event.ts';
import { newsOfRequest, tell } from './approval-news.ts';
import { type ApprovalParts, record } from './approval-parts.ts';
import { noSuch, refuse } from './approval-refusal.ts';
import type { Person } from './control.ts';

/**
 * One decision of one person, alone with the request: what speaks against it is looked at, then the entries are durable, then
 * the state says so. The last one that a quorum needs issues the grant, stored with it.
 */
export async function decide(
  parts: ApprovalParts,
  id: ApprovalId,
  person: Person,
  verdict: 'approve' | 'deny',
  rationale: string,
): Promise<Result<ApprovalRequest, Denial>> {
  const attempt = { approval: id, by: person.principal.id, act: verdict } as const;
  const stated = statedText('rationale', rationale);
  if (!stated.ok) return refuse(parts, attempt, stated.error);
  const made: { decision: Result<Decided, Denial> } = { decision: err(noSuch('request for approval')) };
  const request = await parts.store.changeRequest(id, async (now) => {
    made.decision = decided(parts, now, person, verdict, stated.value);
    if (!made.decision.ok) return null;
    const { events, grant, request: next } = made.decision.value;
    const fault = await record(parts, events);
    if (fault !== null) {
      made.decision = err(fault);
      return null;
    }
    if (grant !== null) await parts.store.issue(grant);
    return next;
  });
  const { decision } = made;
  if (request === null || !decision.ok)
    return refuse(parts, attempt, decision.ok ? noSuch('request for approval') : decision.error);
  if (request.state === 'approved' || request.state === 'denied') {
    parts.meter.approval(request.state);
    tell(parts, newsOfRequest(parts, request.state, request));
  }
  return ok(request);
}

interface Decided {
  readonly request: ApprovalRequest;
  readonly grant: Grant | null;
  readonly events: readonly LedgerEvent[];
}

function decided(
  { clock, standing, store }: ApprovalParts,
  request: ApprovalRequest,
  person: Person,
  verdict: 'approve' | 'deny',
  rationale: string,
): Result<Decided, Denial> {
  const now = clock.now();
  const { approvals, inventory } = standing();
  const ownerNow = inventory.get(request.requester.id)?.owner ?? null;
  const entitled = mayDecide(request, person, { now, recentLoginMs: approvals.recentLoginMs, ownerNow });
  if (!entitled.ok) return entitled;
  const { groups, authenticatedAt } = entitled.value;
  const decision: ApprovalDecision = { by: person.principal.id, groups, verdict, rationale, at: now };
  const decisions = [...request.decisions, decision];
  const state = tally(request.terms, decisions);
  const grant = state === 'approved' ? grantOf(request, decisions, newGrantId(clock), now) : null;
  return ok({
    request: {
      ...request,
      state,
      decisions,
      grant: grant?.id ?? null,
      decidedAt: state === 'pending' ? null : now,
    },
    grant,
    events: [
      {
        type: 'approval.decided',
        approval: request.id,
        by: decision.by,
        verdict,
        groups: decision.groups,
        rationale: textDigest(store.digestKey, rationale),
        authenticatedAt: rfc3339(authenticatedAt),
      },
      ...(state === 'pending' ? [] : [endedEvent(request.id, state)]),
      ...(grant === null ? [] : [issuedEvent(grant, null)]),
    ],
  });
}

function grantOf(
  request: ApprovalRequest,
  decisions: readonly ApprovalDecision[],
  id: Grant['id'],
  now: Instant,
): Grant {
  const { terms, binding, subject, session } = request;
  return {
    id,
    state: 'active',
    kind: { kind: 'approval', approval: request.id, subject, scope: terms.scope, session, binding },
    principal: request.requester.id,
    connection: request.connection,
    by: decisions.map(({ by }) => by),
    grantedAt: now,
    expiresAt: addMilliseconds(now, terms.ttlMs),
    uses: 0,
    lastSeenAt: null,
    endedAt: null,
    revokedBy: null,
  };
}

function endedEvent(approval: ApprovalId, state: 'approved' | 'denied'): ApprovalEnded {
  return { type: 'approval.ended', approval, state, why: null };
}

/** `rationale`: the digest of that of a break-glass. */
export function issuedEvent(grant: Grant, rationale: string | null): GrantIssued {
  const { kind } = grant;
  const approved = kind.kind === 'approval' ? kind : null;
  return {
    type: 'grant.issued',
    grant: grant.id,
    kind: kind.kind,
    approval: approved?.approval ?? null,
    scope: approved?.scope ?? 'window',
    principal: grant.principal,
    connection: grant.connection,
    session: approved?.session ?? null,
    by: grant.by,
    rationale,
    expiresAt: rfc3339(grant.expiresAt),
  };
}
