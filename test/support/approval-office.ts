import { randomBytes } from 'node:crypto';
import type { ApprovalStore } from '../../src/approvals/approval-store.ts';
import type { ApprovalNews } from '../../src/approvals/notifier.ts';
import { type Clock, instant } from '../../src/base/clock.ts';
import { err, ok } from '../../src/base/result.ts';
import type { Principal } from '../../src/core/principal.ts';
import { type ApprovalControl, approvalControl } from '../../src/engine/approval-control.ts';
import { SharedApprovalDesk } from '../../src/engine/approval-desk.ts';
import type { ApprovalParts } from '../../src/engine/approval-parts.ts';
import type { ApprovalSettings } from '../../src/engine/standing.ts';
import type { LedgerEvent } from '../../src/ledger/event.ts';
import type { Journal, JournalFault } from '../../src/ledger/journal.ts';
import { noon } from './approval-samples.ts';

/** One instance: a desk and what people ask of it, over a state that may be shared with others. */
export interface Office {
  readonly parts: ApprovalParts;
  readonly desk: SharedApprovalDesk;
  readonly control: ApprovalControl;
  readonly journal: JournalInMemory;
  readonly counts: Map<string, number>;
  readonly standing: { pending: number; unreviewedBreakGlass: number };
  readonly news: ApprovalNews[];
  readonly bugs: unknown[];
  /** Principals of open sessions. */
  readonly live: Principal[];
}

export class OfficeClock implements Clock {
  ms = 0;

  now(): ReturnType<Clock['now']> {
    return instant(noon + this.ms * 1000);
  }

  monotonic(): number {
    return this.ms;
  }
}

/** Entries in the order in which they became durable. */
export class JournalInMemory implements Journal {
  readonly events: LedgerEvent[] = [];
  fault: JournalFault | null = null;

  append(event: LedgerEvent, done: (fault: JournalFault | null) => void): void {
    setImmediate(() => {
      if (this.fault === null) this.events.push(event);
      done(this.fault);
    });
  }

  appendAsync(event: LedgerEvent): Promise<JournalFault | null> {
    return new Promise((resolve) => this.append(event, resolve));
  }

  note(event: LedgerEvent): void {
    this.append(event, () => undefined);
  }

  types(): readonly string[] {
    return this.events.map(({ type }) => type);
  }
}

export const settings: ApprovalSettings = {
  waitMs: 900_000,
  ttlMs: 3_600_000,
  recentLoginMs: 900_000,
  runEndsAfterMs: 300_000,
  pendingPerPrincipal: 5,
  breakGlass: [],
  publicUrl: 'https://sluice.example',
};

export interface OfficeOptions {
  readonly instance?: string;
  readonly approvals?: Partial<ApprovalSettings>;
  readonly owners?: Readonly<Record<string, string>>;
  /** What the notifier answers, where it refuses. */
  readonly untold?: string;
}

export function openOffice(store: ApprovalStore, clock: Clock, options: OfficeOptions = {}): Office {
  const journal = new JournalInMemory();
  const counts = new Map<string, number>();
  const standing = { pending: 0, unreviewedBreakGlass: 0 };
  const news: ApprovalNews[] = [];
  const bugs: unknown[] = [];
  const live: Principal[] = [];
  const inventory = new Map(
    Object.entries(options.owners ?? {}).map(([id, owner]) => [
      id,
      { owner, expires: null, purpose: null, vendor: null },
    ]),
  );
  const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
  const parts: ApprovalParts = {
    store,
    journal,
    clock,
    instance: options.instance ?? 'one',
    sealKey: sharedSealKey,
    notifiers: [
      {
        name: 'hook',
        notify: async (one) => {
          news.push(one);
          return options.untold === undefined ? ok(null) : err(options.untold);
        },
        close: async () => undefined,
      },
    ],
    meter: {
      approval: count,
      approvalsStanding: (now) => Object.assign(standing, now),
      notificationFailed: () => count('untold'),
    },
    standing: () => ({
      approvals: { ...settings, ...options.approvals },
      roles: { approver: ['compliance'], auditor: ['audit'], admin: ['platform'] },
      inventory,
      policies: { digest: policyDigest.now },
    }),
    live: () => live,
    onUndelivered: (_, why) => count(why),
    onBug: (error) => bugs.push(error),
  };
  const desk = new SharedApprovalDesk(parts);
  return { parts, desk, control: approvalControl(parts), journal, counts, standing, news, bugs, live };
}

/** Of the policies in force on all instances. */
export const policyDigest = { now: 'policies-1' };

const sharedSealKey = randomBytes(32);
