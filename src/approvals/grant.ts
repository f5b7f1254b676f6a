import type { Instant } from '../base/clock.ts';
import type { ApprovalId, ConnectionName, GrantId, SessionId } from '../core/ids.ts';
import type { PrincipalId } from '../core/principal.ts';
import type { Binding } from './binding.ts';
import type { GrantScope } from './terms.ts';

/** `used`: a `once` that was consumed. `completed`: the run it was for is over. */
export type GrantState = 'active' | 'used' | 'expired' | 'revoked' | 'completed';

/** An approval turned into permission. */
export interface Grant {
  readonly id: GrantId;
  readonly state: GrantState;
  readonly kind: GrantKind;
  readonly principal: PrincipalId;
  readonly connection: ConnectionName;
  /** Everybody whose decision it rests on. */
  readonly by: readonly PrincipalId[];
  readonly grantedAt: Instant;
  /** Absolute: nothing lengthens it. */
  readonly expiresAt: Instant;
  /** How many statements it let through. */
  readonly uses: number;
  /** For `run`: when a session of the run was last seen by any instance. */
  readonly lastSeenAt: Instant | null;
  readonly endedAt: Instant | null;
  readonly revokedBy: PrincipalId | null;
}

export type GrantKind =
  /** Of a request. `session` is the only one it serves where the scope says so. */
  | {
      readonly kind: 'approval';
      readonly approval: ApprovalId;
      readonly subject: 'connect' | 'statement';
      readonly scope: GrantScope;
      readonly session: SessionId;
      readonly binding: Binding;
    }
  /** Given in an emergency, ahead of any request: covers whatever is held for the principal on the connection. */
  | {
      readonly kind: 'break-glass';
      readonly rationale: string;
      /** Null until an auditor has signed the review. */
      readonly review: { readonly by: PrincipalId; readonly at: Instant; readonly findings: string } | null;
    };
