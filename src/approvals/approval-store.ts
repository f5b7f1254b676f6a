import type { Instant } from '../base/clock.ts';
import type { ApprovalId, ConnectionName, GrantId } from '../core/ids.ts';
import type { PrincipalId } from '../core/principal.ts';
import type { ApprovalRequest, ApprovalState } from './approval-request.ts';
import type { Grant } from './grant.ts';

/**
 * Requests and grants, shared by all instances of a gateway. Every write is durable when its promise resolves; every read is
 * of the shared state itself. A fault rejects: the caller ends in a denial.
 */
export interface ApprovalStore {
  /** 32 random bytes, made once and the same for every instance: the key of {@link Binding.digest}. */
  readonly digestKey: Buffer;

  file(request: ApprovalRequest): Promise<void>;
  find(id: ApprovalId): Promise<ApprovalRequest | null>;
  /** Newest first. */
  list(query: ApprovalQuery): Promise<readonly ApprovalRequest[]>;
  /** Of a principal, or of all: without reading any of them. */
  countPending(principal: PrincipalId | null): Promise<number>;
  /**
   * Changes one request, alone: `change` sees what is stored now, and nobody else writes until its answer is stored. Null: as
   * it was. What it throws is thrown, and nothing is stored; what it writes to this store itself is stored with it. Answers what is stored in the end; null where there is none.
   */
  changeRequest(
    id: ApprovalId,
    change: (now: ApprovalRequest) => Promise<ApprovalRequest | null>,
  ): Promise<ApprovalRequest | null>;

  issue(grant: Grant): Promise<void>;
  findGrant(id: GrantId): Promise<Grant | null>;
  /** Newest first. */
  listGrants(query: GrantQuery): Promise<readonly Grant[]>;
  /** As {@link changeRequest}: two instances never both see a `once` as active and both use it. */
  changeGrant(id: GrantId, change: (now: Grant) => Promise<Grant | null>): Promise<Grant | null>;

  /** Called for every change, of this instance and of others, within a second. Answers how to stop. */
  watch(listener: (change: ApprovalChange) => void): () => void;
}

export type ApprovalChange =
  | { readonly kind: 'request'; readonly id: ApprovalId }
  | { readonly kind: 'grant'; readonly id: GrantId };

export interface ApprovalQuery {
  readonly states?: readonly ApprovalState[];
  readonly principal?: PrincipalId;
  readonly connection?: ConnectionName;
  /** {@link Binding.digest} */
  readonly digest?: string;
  /** {@link Binding.fingerprint} */
  readonly fingerprint?: string;
  readonly instance?: string;
  /** Only those that expire at this moment or before. */
  readonly expiringBy?: Instant;
  /** At most 1,000. */
  readonly limit: number;
}

export interface GrantQuery {
  readonly states?: readonly Grant['state'][];
  readonly principal?: PrincipalId;
  readonly connection?: ConnectionName;
  readonly kind?: 'approval' | 'break-glass';
  readonly expiringBy?: Instant;
  /** At most 1,000. */
  readonly limit: number;
}
