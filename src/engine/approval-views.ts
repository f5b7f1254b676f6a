import type { ApprovalRequest } from '../approvals/approval-request.ts';
import type { Grant } from '../approvals/grant.ts';
import { reachOfGrant, reachOfRequest } from '../approvals/reach.ts';
import { given } from '../approvals/tally.ts';
import { type Instant, rfc3339 } from '../base/clock.ts';
import { groupsOf } from './approval-news.ts';
import type { ApprovalDetail, ApprovalView, GrantView } from './control.ts';

/** A request as people see it: without anything that was not shown to whoever decided. */
export function approvalView(request: ApprovalRequest, link: string): ApprovalView {
  const { requester, shown, terms } = request;
  return {
    id: request.id,
    state: request.state,
    subject: request.subject,
    principal: requester.id,
    display: requester.display,
    owner: requester.owner,
    onBehalfOf: requester.onBehalfOf,
    origin: requester.origin,
    connection: request.connection,
    session: request.session,
    verb: shown.verb,
    statement: shown.text,
    parameters: shown.parameters,
    tables: shown.tables,
    columns: shown.columns,
    classes: shown.classes,
    estimatedRows: shown.estimatedRows,
    policies: policiesOf(request),
    groups: groupsOf(request),
    reason: request.reason,
    purpose: request.purpose,
    ticket: request.ticket,
    quorum: terms.needs.map((need) => ({
      access: need.access,
      groups: need.groups,
      needed: need.quorum,
      given: given(need, request.decisions),
    })),
    scope: terms.scope,
    covers: reachOfRequest(request),
    decisions: request.decisions.map(({ by, verdict, rationale, at }) => ({ by, verdict, rationale, at: rfc3339(at) })),
    waits: request.waits,
    grant: request.grant,
    link,
    createdAt: rfc3339(request.createdAt),
    expiresAt: rfc3339(request.expiresAt),
    decidedAt: moment(request.decidedAt),
  };
}

export function similarView(request: ApprovalRequest): ApprovalDetail['similar'][number] {
  return {
    id: request.id,
    state: request.state,
    createdAt: rfc3339(request.createdAt),
    decidedBy: request.decisions.map(({ by }) => by),
  };
}

/** `request`: what it was given for; null for break-glass, and where it is kept no longer. */
export function grantView(grant: Grant, request: ApprovalRequest | null): GrantView {
  const { kind } = grant;
  const approved = kind.kind === 'approval' ? kind : null;
  const emergency = kind.kind === 'break-glass' ? kind : null;
  const review = emergency?.review ?? null;
  return {
    id: grant.id,
    state: grant.state,
    kind: kind.kind,
    approval: approved?.approval ?? null,
    scope: approved?.scope ?? 'window',
    principal: grant.principal,
    connection: grant.connection,
    session: approved?.session ?? null,
    run: approved?.binding.run ?? null,
    covers: reachOfGrant(grant, request),
    by: grant.by,
    rationale: emergency?.rationale ?? null,
    review: review === null ? null : { ...review, at: rfc3339(review.at) },
    uses: grant.uses,
    grantedAt: rfc3339(grant.grantedAt),
    expiresAt: rfc3339(grant.expiresAt),
    endedAt: moment(grant.endedAt),
    revokedBy: grant.revokedBy,
  };
}

function policiesOf({ terms }: ApprovalRequest): ApprovalView['policies'] {
  const byId = new Map(terms.needs.flatMap(({ policies }) => policies).map((policy) => [policy.id, policy]));
  return [...byId.values()].sort((one, other) => (one.id < other.id ? -1 : 1));
}

function moment(at: Instant | null): string | null {
  return at === null ? null : rfc3339(at);
}
