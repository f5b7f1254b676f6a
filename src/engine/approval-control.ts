import type { ApprovalRequest } from '../approvals/approval-request.ts';
import type { Grant } from '../approvals/grant.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Denial } from '../core/denial.ts';
import { decide } from './approval-deciding.ts';
import { breakGlass, review, revoke } from './approval-grants.ts';
import { linkTo } from './approval-news.ts';
import type { ApprovalParts } from './approval-parts.ts';
import { reveal } from './approval-reveal.ts';
import { showStanding } from './approval-upkeep.ts';
import { approvalView, grantView, similarView } from './approval-views.ts';
import type { ApprovalDetail, ApprovalsQuestion, Control, GrantsQuestion, GrantView } from './control.ts';

/** What people ask of approvals. */
export type ApprovalControl = Pick<
  Control,
  | 'approvals'
  | 'approval'
  | 'decideApproval'
  | 'revealApproval'
  | 'grants'
  | 'grant'
  | 'revokeGrant'
  | 'breakGlass'
  | 'reviewGrant'
>;

/** Every fault of the shared state is a denial. */
export function approvalControl(parts: ApprovalParts): ApprovalControl {
  const guarded = async <T>(work: () => Promise<Result<T, Denial>>): Promise<Result<T, Denial>> => {
    try {
      return await work();
    } catch (error) {
      parts.onBug(error);
      return err(stateUnavailable);
    }
  };
  const view = (request: ApprovalRequest) => approvalView(request, linkTo(parts, request.id));
  const viewed = (changed: Result<Grant, Denial>) => (changed.ok ? withRequest(parts, changed.value) : changed);
  /** Metrics of this instance say so at once, those of others at their next look. */
  const shown = async (changed: Result<Grant, Denial>) => {
    if (changed.ok) await showStanding(parts).catch(parts.onBug);
    return viewed(changed);
  };

  return {
    approvals: (query) => guarded(async () => ok((await parts.store.list(requestsOf(query))).map(view))),
    approval: (id) =>
      guarded(async () => {
        const request = await parts.store.find(id);
        return ok(request === null ? null : { ...view(request), similar: await similarTo(parts, request) });
      }),
    decideApproval: (id, by, verdict, rationale) =>
      guarded(async () => {
        const decided = await decide(parts, id, by, verdict, rationale);
        return decided.ok ? ok(view(decided.value)) : decided;
      }),
    revealApproval: (id, by) => guarded(() => reveal(parts, id, by)),
    grants: (query) =>
      guarded(async () => {
        const found = await parts.store.listGrants(grantsOf(query));
        return ok(await Promise.all(found.map((grant) => viewOf(parts, grant))));
      }),
    grant: (id) =>
      guarded(async () => {
        const grant = await parts.store.findGrant(id);
        return ok(grant === null ? null : await viewOf(parts, grant));
      }),
    revokeGrant: (id, by) => guarded(async () => viewed(await revoke(parts, id, by))),
    breakGlass: (request, by) => guarded(async () => shown(await breakGlass(parts, request, by))),
    reviewGrant: (id, by, findings) => guarded(async () => shown(await review(parts, id, by, findings))),
  };
}

async function withRequest(parts: ApprovalParts, grant: Grant): Promise<Result<GrantView, Denial>> {
  return ok(await viewOf(parts, grant));
}

async function viewOf({ store }: ApprovalParts, grant: Grant): Promise<GrantView> {
  return grantView(grant, grant.kind.kind === 'approval' ? await store.find(grant.kind.approval) : null);
}

async function similarTo({ store }: ApprovalParts, request: ApprovalRequest): Promise<ApprovalDetail['similar']> {
  const { requester, binding } = request;
  const found = await store.list({ principal: requester.id, fingerprint: binding.fingerprint, limit: 100 });
  return found
    .filter(({ id, createdAt }) => id !== request.id && createdAt <= request.createdAt)
    .slice(0, mostSimilar)
    .map(similarView);
}

function requestsOf({ state, principal, connection, limit }: ApprovalsQuestion) {
  return { ...(state === null ? {} : { states: [state] }), ...whose(principal, connection), limit };
}

function grantsOf({ state, principal, connection, limit }: GrantsQuestion) {
  return { ...(state === null ? {} : { states: [state] }), ...whose(principal, connection), limit };
}

function whose(principal: ApprovalsQuestion['principal'], connection: ApprovalsQuestion['connection']) {
  return { ...(principal === null ? {} : { principal }), ...(connection === null ? {} : { connection }) };
}

const stateUnavailable: Denial = {
  code: 'state_unavailable',
  message: 'approvals cannot be read or written now',
  hint: 'try again in a moment, and tell the operator the time of this message if it stays',
};

const mostSimilar = 10;
