import type { ApprovalDecision } from './approval-request.ts';
import type { ApprovalTerms, Need } from './terms.ts';

/** How many distinct people have approved what this need is about. */
export function given({ groups }: Need, decisions: readonly ApprovalDecision[]): number {
  const approvals = decisions.filter(
    (decision) => decision.verdict === 'approve' && decision.groups.some((group) => groups.includes(group)),
  );
  return new Set(approvals.map(({ by }) => by)).size;
}

/** What the decisions come to: one denial ends it, and every need takes its own quorum. */
export function tally(
  { needs }: ApprovalTerms,
  decisions: readonly ApprovalDecision[],
): 'pending' | 'approved' | 'denied' {
  if (decisions.some(({ verdict }) => verdict === 'deny')) return 'denied';
  // No need at all is nothing that anybody approved.
  return needs.length > 0 && needs.every((need) => given(need, decisions) >= need.quorum) ? 'approved' : 'pending';
}
