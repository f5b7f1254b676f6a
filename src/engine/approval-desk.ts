import type { ApprovalRequest } from '../approvals/approval-request.ts';
import type { ApprovalChange } from '../approvals/approval-store.ts';
import type { Grant } from '../approvals/grant.ts';
import type { Instant } from '../base/clock.ts';
import type { Denial } from '../core/denial.ts';
import type { GrantId } from '../core/ids.ts';
import { claim } from './approval-claim.ts';
import { expire, type Withdrawal, withdraw } from './approval-ends.ts';
import { ApprovalFiling } from './approval-filing.ts';
import { linkTo } from './approval-news.ts';
import type { ApprovalParts } from './approval-parts.ts';
import { ApprovalUpkeep } from './approval-upkeep.ts';
import { ApprovalWaiters, type Waiter } from './approval-waiters.ts';
import type { ApprovalDesk, FileEnd, Held, HoldEnd } from './held.ts';

interface Claimed {
  readonly expiresAt: Instant;
  /** Sweeps that have looked at it since it was claimed. */
  looks: number;
}

/** The desk of one instance, over the state that all of them share. */
export class SharedApprovalDesk implements ApprovalDesk {
  readonly #parts: ApprovalParts;
  readonly #filing: ApprovalFiling;
  readonly #upkeep: ApprovalUpkeep;
  readonly #waiters = new ApprovalWaiters<HoldEnd>();
  readonly #listeners: ((grant: GrantId) => void)[] = [];
  /** Grants that something on this instance may rest on, until they are over. */
  readonly #claimed = new Map<GrantId, Claimed>();
  readonly #unwatch: () => void;

  constructor(parts: ApprovalParts) {
    this.#parts = parts;
    this.#filing = new ApprovalFiling(parts);
    this.#upkeep = new ApprovalUpkeep(parts);
    this.#unwatch = parts.store.watch((change) => this.#changed(change));
  }

  /** Ends requests of this instance whose clients went with a crash. Called once, before anybody is let in. The refusal is a sentence. */
  async recover(): Promise<string | null> {
    try {
      await this.#upkeep.withdrawLeftOver();
      return null;
    } catch (error) {
      this.#parts.onBug(error);
      return 'requests for approval that an earlier run left open cannot be withdrawn: state or ledger cannot be written';
    }
  }

  async claim(held: Held): Promise<Grant | null> {
    const grant = await claim(this.#parts, held);
    if (grant !== null) this.#claimed.set(grant.id, { expiresAt: grant.expiresAt, looks: 0 });
    return grant;
  }

  async hold(
    held: Held,
    waitMs: number,
    filed: (request: ApprovalRequest) => void,
    signal: AbortSignal,
  ): Promise<HoldEnd> {
    if (signal.aborted) return { kind: 'withdrawn' };
    const filing = await this.#filing.file(held, waitMs);
    if (filing.kind === 'refused') return filing;
    const waiter = this.#waiters.add(filing.request);
    const leave = () => this.#leave(waiter, withdrawalOf(signal.reason));
    try {
      filed(filing.request);
      signal.addEventListener('abort', leave, { once: true });
      if (signal.aborted) leave();
      // It may have been decided before there was a waiter.
      else this.#look(waiter);
      return await waiter.end.promise;
    } finally {
      signal.removeEventListener('abort', leave);
      this.#waiters.remove(waiter);
    }
  }

  file(held: Held): Promise<FileEnd> {
    return this.#filing.fileForRetry(held);
  }

  sweep(): void {
    const now = this.#parts.clock.now();
    for (const waiter of this.#waiters.all()) {
      if (waiter.expiresAt <= now) this.#expire(waiter);
      else if (waiter.stale) this.#look(waiter);
    }
    for (const [id, claimed] of this.#claimed) {
      if (claimed.expiresAt <= now) this.#claimed.delete(id);
      else if (claimed.looks < looksAtClaimed) this.#lookAtGrant(id).catch(this.#parts.onBug);
      claimed.looks += 1;
    }
    this.#upkeep.sweep();
  }

  onRevoked(listener: (grant: GrantId) => void): void {
    this.#listeners.push(listener);
  }

  link(request: ApprovalRequest): string {
    return linkTo(this.#parts, request.id);
  }

  /** Upkeep that is under way has ended. */
  settled(): Promise<void> {
    return this.#upkeep.settled();
  }

  /** Withdraws what still waits here. Nothing is let through any more. */
  async close(): Promise<void> {
    this.#unwatch();
    for (const waiter of this.#waiters.all()) this.#leave(waiter, 'gateway-ended');
    await Promise.all(this.#waiters.all().map(({ end }) => end.promise));
    await this.settled();
  }

  #changed(change: ApprovalChange): void {
    if (change.kind === 'request') {
      const waiter = this.#waiters.of(change.id);
      if (waiter !== null) this.#look(waiter);
      return;
    }
    if (this.#claimed.has(change.id)) this.#lookAtGrant(change.id).catch(this.#parts.onBug);
  }

  #look(waiter: Waiter<HoldEnd>): void {
    waiter.stale = false;
    this.#settle(waiter).catch((error: unknown) => {
      waiter.stale = true;
      this.#parts.onBug(error);
    });
  }

  async #settle(waiter: Waiter<HoldEnd>): Promise<void> {
    const request = await this.#parts.store.find(waiter.id);
    if (request === null) return waiter.end.resolve({ kind: 'refused', denial: lost });
    const end = this.#endOf(request);
    if (end !== null) waiter.end.resolve(end);
  }

  #endOf(request: ApprovalRequest): HoldEnd | null {
    switch (request.state) {
      case 'pending':
        return null;
      case 'approved':
      case 'used':
        return { kind: 'approved', request };
      case 'withdrawn':
        return { kind: 'withdrawn' };
      case 'denied':
        return { kind: 'refused', denial: denied(request, this.link(request)) };
      case 'expired':
        return { kind: 'refused', denial: expired(request) };
      case 'revoked':
        return { kind: 'refused', denial: revoked(this.link(request)) };
    }
  }

  /** Whatever the state answers: nobody waits longer than this. */
  #expire(waiter: Waiter<HoldEnd>): void {
    expire(this.#parts, waiter.id)
      .then(async (fault) => {
        if (fault === null) await this.#settle(waiter);
        waiter.end.resolve({ kind: 'refused', denial: fault ?? lost });
      })
      .catch((error: unknown) => {
        this.#parts.onBug(error);
        waiter.end.resolve({ kind: 'refused', denial: lost });
      });
  }

  #leave(waiter: Waiter<HoldEnd>, why: Withdrawal): void {
    withdraw(this.#parts, waiter.id, why)
      .catch(this.#parts.onBug)
      .finally(() => waiter.end.resolve({ kind: 'withdrawn' }));
  }

  async #lookAtGrant(id: GrantId): Promise<void> {
    const grant = await this.#parts.store.findGrant(id);
    if (grant?.state === 'active' || grant?.state === 'used') return;
    if (grant !== null && grant.state !== 'revoked') return;
    for (const listener of this.#listeners) listener(id);
  }
}

function withdrawalOf(reason: unknown): Withdrawal {
  return reason === 'client-cancelled' || reason === 'gateway-ended' || reason === 'no-longer-permitted'
    ? reason
    : 'client-left';
}

/** The rationale stays with those who may read it: it is free text. */
function denied({ id, decisions }: ApprovalRequest, link: string): Denial {
  const who = decisions.find(({ verdict }) => verdict === 'deny')?.by;
  return {
    code: 'approval_denied',
    message: `request ${id} was denied${who === undefined ? '' : ` by ${who}`}`,
    hint: `those who may see it find the rationale at ${link}`,
  };
}

function expired({ id }: ApprovalRequest): Denial {
  return {
    code: 'approval_expired',
    message: `nobody decided on request ${id} in time`,
    hint: 'run it again, which asks anew; with @wait("0") in the policy nothing has to be kept open meanwhile',
  };
}

function revoked(link: string): Denial {
  return { code: 'approval_over', message: 'the approval was revoked', hint: `see ${link}` };
}

/** Word of a revocation may come between a claim and the moment from which something is known to rest on it. */
const looksAtClaimed = 2;

const lost: Denial = {
  code: 'state_unavailable',
  message: 'what became of the request for approval cannot be read; nothing was executed',
  hint: 'try again in a moment, and tell the operator the time of this message if it stays',
};
