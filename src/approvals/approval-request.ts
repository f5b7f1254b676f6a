import type { Instant } from '../base/clock.ts';
import type { ApprovalId, ConnectionName, GrantId, SessionId, StatementId } from '../core/ids.ts';
import type { Origin, PrincipalId } from '../core/principal.ts';
import type { Binding } from './binding.ts';
import type { ApprovalTerms } from './terms.ts';

/**
 * `approved`: a grant was issued and may still be used. `used`: it was. `withdrawn`: whoever asked is gone or has cancelled.
 * All but the first are final, `approved` aside.
 */
export type ApprovalState = 'pending' | 'approved' | 'denied' | 'expired' | 'withdrawn' | 'used' | 'revoked';

/** Something that waits for people, or did. Kept until its retention is over. */
export interface ApprovalRequest {
  readonly id: ApprovalId;
  readonly state: ApprovalState;
  /** The instance that holds the client. */
  readonly instance: string;
  /** False for `@wait("0")`: it was refused, and its retry will be let through. */
  readonly waits: boolean;
  readonly subject: 'connect' | 'statement';
  readonly requester: Requester;
  readonly connection: ConnectionName;
  readonly session: SessionId;
  /** Of the entry that says what became of the statement; for `connect` the one that the request itself was given. */
  readonly statement: StatementId;
  readonly binding: Binding;
  readonly shown: Shown;
  /** The statement to the byte and its parameters, encrypted: read when somebody reveals it. Null for `connect`. */
  readonly sealed: Buffer | null;
  readonly terms: ApprovalTerms;
  /** As stated by the session. */
  readonly reason: string | null;
  readonly purpose: string | null;
  readonly ticket: string | null;
  readonly decisions: readonly ApprovalDecision[];
  /** The grant it became. */
  readonly grant: GrantId | null;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
  /** When it left `pending`. */
  readonly decidedAt: Instant | null;
}

/** Who asks, as they were when they asked. */
export interface Requester {
  readonly id: PrincipalId;
  readonly kind: 'workload' | 'user';
  readonly display: string;
  readonly groups: readonly string[];
  readonly nature: string;
  readonly origin: Origin;
  readonly onBehalfOf: PrincipalId | null;
  /** Of the inventory: a person's id, or the part of it after the issuer. */
  readonly owner: string | null;
}

/** What the approver sees without revealing anything. */
export interface Shown {
  readonly verb: string;
  /** The statement as it was sent, except that protected literals are named by class: `‹ssn›`. */
  readonly text: string;
  /** Bound parameters, in order, in the same form. */
  readonly parameters: readonly string[];
  /** `public.patients` */
  readonly tables: readonly string[];
  /** `public.patients.status`: what it reads or assigns, as far as analysis says. */
  readonly columns: readonly string[];
  /** Classes of protected columns that it touches. */
  readonly classes: readonly string[];
  /** What the target expects, where policy or the request asked; a decimal, or null. */
  readonly estimatedRows: string | null;
}

export interface ApprovalDecision {
  readonly by: PrincipalId;
  /** Of the person's groups, those that count here. */
  readonly groups: readonly string[];
  readonly verdict: 'approve' | 'deny';
  readonly rationale: string;
  readonly at: Instant;
}
