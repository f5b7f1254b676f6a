import type { Instant } from '../base/clock.ts';
import { unreachable } from '../base/unreachable.ts';
import type { ConnectionName, SessionId } from '../core/ids.ts';
import type { PrincipalId } from '../core/principal.ts';
import type { ApprovalRequest } from './approval-request.ts';
import type { Binding } from './binding.ts';
import type { Grant, GrantKind } from './grant.ts';
import type { GrantScope, Need } from './terms.ts';

/** Something held, as far as a grant may cover it. */
export interface Asked {
  readonly subject: 'connect' | 'statement';
  readonly principal: PrincipalId;
  readonly onBehalfOf: PrincipalId | null;
  readonly connection: ConnectionName;
  readonly session: SessionId;
  readonly binding: Binding;
  /** What policy asks for now. */
  readonly needs: readonly Need[];
}

/**
 * Does the grant let it through at this moment? `request` is what the grant was given for; null for break-glass, and where it is
 * gone: then a grant that needs one covers nothing.
 */
export function covers(grant: Grant, request: ApprovalRequest | null, asked: Asked, now: Instant): boolean {
  if (grant.state !== 'active' || grant.expiresAt <= now) return false;
  if (grant.principal !== asked.principal || grant.connection !== asked.connection) return false;
  return grant.kind.kind === 'break-glass' || (request !== null && coversAsShown(grant.kind, request, asked));
}

/** The narrowest first: what was approved for this very statement is used before what covers more. */
export function byWidth(one: Grant, other: Grant): number {
  return widthOf(one) - widthOf(other) || one.expiresAt - other.expiresAt;
}

type Approved = Extract<GrantKind, { kind: 'approval' }>;

function coversAsShown(grant: Approved, request: ApprovalRequest, asked: Asked): boolean {
  const { binding } = grant;
  // Whoever approved saw for whom it was, and which tables it touches.
  if (grant.subject !== asked.subject || request.requester.onBehalfOf !== asked.onBehalfOf) return false;
  if (!sameList(binding.tables, asked.binding.tables)) return false;
  if (grant.scope === 'once') {
    // Somebody waits for it: nobody else may use it up meanwhile, whatever they run.
    if (request.waits && grant.session !== asked.session) return false;
    return binding.digest === asked.binding.digest && stillMeets(grant, request.terms.needs, asked);
  }
  return (
    binding.fingerprint === asked.binding.fingerprint &&
    binding.policies === asked.binding.policies &&
    isWithin(grant.scope, grant, asked)
  );
}

function isWithin(scope: Exclude<GrantScope, 'once'>, { session, binding }: Approved, asked: Asked): boolean {
  switch (scope) {
    case 'session':
      return session === asked.session;
    case 'run':
      return binding.run !== null && binding.run === asked.binding.run;
    case 'window':
      return true;
    default:
      return unreachable(scope);
  }
}

/** Policies changed since: then what was given must be enough for what they ask now. */
function stillMeets(grant: Approved, given: readonly Need[], asked: Asked): boolean {
  if (grant.binding.policies === asked.binding.policies) return true;
  return asked.needs.every((need) =>
    given.some(
      ({ access, groups, quorum }) =>
        access === need.access && quorum >= need.quorum && groups.every((group) => need.groups.includes(group)),
    ),
  );
}

function widthOf({ kind }: Grant): number {
  return kind.kind === 'break-glass' ? 4 : widths[kind.scope];
}

function sameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}

const widths: Readonly<Record<GrantScope, number>> = { once: 0, session: 1, run: 2, window: 3 };
