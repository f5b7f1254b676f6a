import type { ApprovalStore } from '../approvals/approval-store.ts';
import type { Notifier } from '../approvals/notifier.ts';
import type { Clock } from '../base/clock.ts';
import type { Denial } from '../core/denial.ts';
import type { Principal } from '../core/principal.ts';
import type { LedgerEvent } from '../ledger/event.ts';
import type { Journal } from '../ledger/journal.ts';
import { ledgerDenial } from './session-account.ts';
import type { Standing } from './standing.ts';

/** What approvals are built from. */
export interface ApprovalParts {
  readonly store: ApprovalStore;
  readonly journal: Journal;
  readonly clock: Clock;
  /** The name of this instance: clients of its requests are connected here. */
  readonly instance: string;
  /** Seals statements for whoever reveals them. */
  readonly sealKey: Buffer;
  readonly notifiers: readonly Notifier[];
  readonly meter: ApprovalMeter;
  standing(): ApprovalStanding;
  /** Principals of the sessions that are open on this instance. */
  live(): readonly Principal[];
  /** A notifier gave up: the sentence is for the operator's log. */
  readonly onUndelivered: (notifier: string, why: string) => void;
  /** A fault of ours, or of the shared state. Gets the error for the log. */
  readonly onBug: (error: unknown) => void;
}

/** What of the configuration in force approvals go by. */
export type ApprovalStanding = Pick<Standing, 'approvals' | 'roles' | 'inventory'> & {
  readonly policies: { readonly digest: string };
};

/** Counts for operators. */
export interface ApprovalMeter {
  approval(what: 'requested' | 'approved' | 'denied' | 'expired' | 'withdrawn'): void;
  /** What the shared state held at the last look. */
  approvalsStanding(counts: { readonly pending: number; readonly unreviewedBreakGlass: number }): void;
  notificationFailed(): void;
}

/** Null once all of them are durable, in this order; else nothing that they stand for may happen. */
export async function record(
  parts: Pick<ApprovalParts, 'journal'>,
  events: readonly LedgerEvent[],
): Promise<Denial | null> {
  const faults = await Promise.all(events.map((event) => parts.journal.appendAsync(event)));
  const fault = faults.find((one) => one !== null);
  return fault === undefined || fault === null ? null : ledgerDenial(fault);
}
