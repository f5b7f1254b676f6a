import type { ApprovalRequest } from '../approvals/approval-request.ts';
import type { Grant } from '../approvals/grant.ts';
import type { ApprovalNews, Notifier } from '../approvals/notifier.ts';
import { rfc3339 } from '../base/clock.ts';
import type { ApprovalParts } from './approval-parts.ts';

/** Tells everybody who is configured. Called once entries are durable; nothing waits for it, and nothing fails with it. */
export function tell(parts: ApprovalParts, news: ApprovalNews): void {
  for (const notifier of parts.notifiers) deliver(parts, notifier, news).catch(parts.onBug);
}

export function newsOfRequest(
  parts: ApprovalParts,
  kind: 'requested' | 'approved' | 'denied' | 'expired' | 'withdrawn',
  request: ApprovalRequest,
): ApprovalNews {
  const { shown, subject } = request;
  return {
    kind,
    id: request.id,
    principal: request.requester.id,
    connection: request.connection,
    summary:
      subject === 'connect' ? null : [shown.verb, shown.tables.join(', ')].filter((part) => part !== '').join(' '),
    groups: groupsOf(request),
    link: linkTo(parts, request.id),
    at: rfc3339(parts.clock.now()),
    expiresAt: kind === 'requested' ? rfc3339(request.expiresAt) : null,
  };
}

/** Everybody with a role is told of a break-glass. */
export function newsOfGrant(
  parts: ApprovalParts,
  kind: 'revoked' | 'break-glass',
  grant: Grant,
  request: ApprovalRequest | null,
): ApprovalNews {
  const { roles } = parts.standing();
  return {
    kind,
    id: grant.id,
    principal: grant.principal,
    connection: grant.connection,
    summary: null,
    groups: request === null ? sorted([...roles.approver, ...roles.auditor, ...roles.admin]) : groupsOf(request),
    link: request === null ? `${parts.standing().approvals.publicUrl}/approvals` : linkTo(parts, request.id),
    at: rfc3339(parts.clock.now()),
    expiresAt: rfc3339(grant.expiresAt),
  };
}

/** Where people decide. */
export function linkTo(parts: Pick<ApprovalParts, 'standing'>, id: ApprovalRequest['id']): string {
  return `${parts.standing().approvals.publicUrl}/approvals/${id}`;
}

/** Of all needs, each once. */
export function groupsOf({ terms }: Pick<ApprovalRequest, 'terms'>): readonly string[] {
  return sorted(terms.needs.flatMap(({ groups }) => groups));
}

async function deliver(parts: ApprovalParts, notifier: Notifier, news: ApprovalNews): Promise<void> {
  const delivered = await notifier.notify(news);
  if (delivered.ok) return;
  parts.meter.notificationFailed();
  parts.onUndelivered(notifier.name, delivered.error);
}

function sorted(groups: readonly string[]): readonly string[] {
  return [...new Set(groups)].sort();
}
