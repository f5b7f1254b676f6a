import type { ApprovalRequest } from '../approvals/approval-request.ts';
import type { Instant } from '../base/clock.ts';
import { type Deferred, deferred } from '../base/deferred.ts';
import type { ApprovalId } from '../core/ids.ts';

/** A client on the wire that waits for one request. */
export interface Waiter<End> {
  readonly id: ApprovalId;
  readonly expiresAt: Instant;
  /** The state could not be read when it changed. */
  stale: boolean;
  readonly end: Deferred<End>;
}

/** Who waits on this instance. */
export class ApprovalWaiters<End> {
  readonly #waiting = new Map<ApprovalId, Waiter<End>>();

  add({ id, expiresAt }: Pick<ApprovalRequest, 'id' | 'expiresAt'>): Waiter<End> {
    const waiter: Waiter<End> = { id, expiresAt, stale: false, end: deferred<End>() };
    this.#waiting.set(id, waiter);
    return waiter;
  }

  remove({ id }: Waiter<End>): void {
    this.#waiting.delete(id);
  }

  of(id: ApprovalId): Waiter<End> | null {
    return this.#waiting.get(id) ?? null;
  }

  all(): readonly Waiter<End>[] {
    return [...this.#waiting.values()];
  }
}
