import type { Grant } from '../approvals/grant.ts';
import type { Instant } from '../base/clock.ts';
import type { Denial } from '../core/denial.ts';
import type { ApprovalId, GrantId } from '../core/ids.ts';
import type { ApprovalEnded } from '../ledger/event.ts';
import { newsOfRequest, tell } from './approval-news.ts';
import { type ApprovalParts, record } from './approval-parts.ts';

/** Why a request was withdrawn. */
export type Withdrawal = 'client-cancelled' | 'client-left' | 'gateway-ended' | 'no-longer-permitted';

/** Ends a request whose time is over; nothing happens to any other. The denial: it could not be recorded, and stays. */
export function expire(parts: ApprovalParts, id: ApprovalId): Promise<Denial | null> {
  return end(parts, id, { state: 'expired', why: null });
}

/** Ends a request that nobody has decided yet. */
export function withdraw(parts: ApprovalParts, id: ApprovalId, why: Withdrawal): Promise<Denial | null> {
  return end(parts, id, { state: 'withdrawn', why });
}

/** Ends a grant whose time is over. */
export function expireGrant(parts: ApprovalParts, id: GrantId): Promise<Denial | null> {
  return endGrant(parts, id, 'expired', ({ expiresAt }) => expiresAt <= parts.clock.now());
}

/** Ends a grant whose run no instance has seen since `over`. */
export function completeGrant(parts: ApprovalParts, id: GrantId, over: Instant): Promise<Denial | null> {
  return endGrant(parts, id, 'completed', ({ lastSeenAt, grantedAt }) => (lastSeenAt ?? grantedAt) <= over);
}

async function endGrant(
  { store, clock, journal }: ApprovalParts,
  id: GrantId,
  state: 'expired' | 'completed',
  isOver: (grant: Grant) => boolean,
): Promise<Denial | null> {
  const seen: { fault: Denial | null } = { fault: null };
  await store.changeGrant(id, async (grant) => {
    if (grant.state !== 'active' || !isOver(grant)) return null;
    seen.fault = await record({ journal }, [{ type: 'grant.ended', grant: id, state, by: null, uses: grant.uses }]);
    return seen.fault === null ? { ...grant, state, endedAt: clock.now() } : null;
  });
  return seen.fault;
}

async function end(
  parts: ApprovalParts,
  id: ApprovalId,
  { state, why }: { readonly state: 'expired' | 'withdrawn'; readonly why: Withdrawal | null },
): Promise<Denial | null> {
  const { store, clock, meter } = parts;
  const seen: { fault: Denial | null; changed: boolean } = { fault: null, changed: false };
  const request = await store.changeRequest(id, async (pending) => {
    const now = clock.now();
    if (pending.state !== 'pending' || (state === 'expired' && pending.expiresAt > now)) return null;
    const ended: ApprovalEnded = { type: 'approval.ended', approval: id, state, why };
    seen.fault = await record(parts, [ended]);
    seen.changed = seen.fault === null;
    return seen.changed ? { ...pending, state, decidedAt: now } : null;
  });
  if (request !== null && seen.changed) {
    meter.approval(state);
    tell(parts, newsOfRequest(parts, state, request));
  }
  return seen.fault;
}
