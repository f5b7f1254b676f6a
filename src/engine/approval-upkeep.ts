import { runOf } from '../approvals/binding.ts';
import type { Grant } from '../approvals/grant.ts';
import { addMilliseconds } from '../base/clock.ts';
import type { Denial } from '../core/denial.ts';
import { completeGrant, expire, expireGrant, withdraw } from './approval-ends.ts';
import type { ApprovalParts } from './approval-parts.ts';

/** What has to happen to the shared state as time passes. Instances do it beside each other: whoever sees it first. */
export class ApprovalUpkeep {
  readonly #parts: ApprovalParts;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #running: Promise<void> | null = null;

  constructor(parts: ApprovalParts) {
    this.#parts = parts;
  }

  /** About once a second; looks at the state less often. */
  sweep(): void {
    const monotonic = this.#parts.clock.monotonic();
    if (this.#running !== null || monotonic - this.#lookedAt < everyMs) return;
    this.#lookedAt = monotonic;
    this.#running = this.#look()
      .catch(this.#parts.onBug)
      .finally(() => {
        this.#running = null;
      });
  }

  /** A look that is under way has ended. */
  async settled(): Promise<void> {
    await this.#running;
  }

  /** Clients of this instance that waited when it ended without a word. What waits for a retry only stays. */
  async withdrawLeftOver(): Promise<void> {
    const { store, instance } = this.#parts;
    for (;;) {
      const pending = await store.list({ states: ['pending'], instance, limit: 1000 });
      const left = pending.filter(({ waits }) => waits);
      for (const { id } of left) refusing(await withdraw(this.#parts, id, 'gateway-ended'));
      if (left.length === 0 || pending.length < 1000) return;
    }
  }

  async #look(): Promise<void> {
    const { store, clock } = this.#parts;
    const expiringBy = clock.now();
    for (const { id } of await store.list({ states: ['pending'], expiringBy, limit: 1000 })) {
      refusing(await expire(this.#parts, id));
    }
    for (const { id } of await store.listGrants({ states: ['active'], expiringBy, limit: 1000 })) {
      refusing(await expireGrant(this.#parts, id));
    }
    await this.#lookAtRuns();
    await showStanding(this.#parts);
  }

  /** Runs with a session here are told of; those that no instance has seen for a while are over. */
  async #lookAtRuns(): Promise<void> {
    const { store, clock, live, standing } = this.#parts;
    const runs = (await store.listGrants({ states: ['active'], kind: 'approval', limit: 1000 })).filter(isOfRun);
    if (runs.length === 0) return;
    const here = new Set(live().map(({ id, origin }) => JSON.stringify([id, runOf(origin)])));
    const over = addMilliseconds(clock.now(), -standing().approvals.runEndsAfterMs);
    for (const grant of runs) {
      if (here.has(JSON.stringify([grant.principal, runOfGrant(grant)]))) {
        await store.changeGrant(grant.id, async (now) =>
          now.state === 'active' ? { ...now, lastSeenAt: clock.now() } : null,
        );
      } else if ((grant.lastSeenAt ?? grant.grantedAt) <= over) {
        refusing(await completeGrant(this.#parts, grant.id, over));
      }
    }
  }
}

/** What stands, for whoever watches over it: requests that wait, and emergencies whose review nobody has signed. */
export async function showStanding({ store, meter }: Pick<ApprovalParts, 'store' | 'meter'>): Promise<void> {
  const pending = await store.countPending(null);
  const grants = await store.listGrants({ kind: 'break-glass', limit: 1000 });
  const unreviewed = grants.filter(({ kind }) => kind.kind === 'break-glass' && kind.review === null);
  meter.approvalsStanding({ pending, unreviewedBreakGlass: unreviewed.length });
}

function isOfRun({ kind }: Grant): boolean {
  return kind.kind === 'approval' && kind.scope === 'run';
}

function runOfGrant({ kind }: Grant): string | null {
  return kind.kind === 'approval' ? kind.binding.run : null;
}

/** Where the ledger refuses, the rest waits for the next look. */
function refusing(fault: Denial | null): void {
  if (fault !== null) throw new Error(`an end could not be recorded: ${fault.code}`);
}

const everyMs = 10_000;
