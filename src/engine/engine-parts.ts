import type { Clock } from '../base/clock.ts';
import type { SecretSource } from '../core/secret-source.ts';
import type { TicketVerifier } from '../identity/ticket-verifier.ts';
import type { Denylist, Tickets } from '../identity/tickets.ts';
import type { Journal } from '../ledger/journal.ts';
import type { ApprovalDesk } from './held.ts';
import type { LiveSessions } from './live-sessions.ts';
import type { Catalogues, Estimates, Meter, PrincipalStates, StatementAnalysis } from './ports.ts';
import type { Standing } from './standing.ts';
import type { UsageCounters } from './usage-counters.ts';

/** What the engine is built from. */
export interface EngineOptions {
  readonly journal: Journal;
  readonly catalogues: Catalogues;
  readonly analysis: StatementAnalysis;
  readonly secrets: SecretSource;
  readonly principals: PrincipalStates;
  readonly usage: UsageCounters;
  readonly estimates: Estimates;
  readonly tickets: Tickets;
  readonly denylist: Denylist;
  /** From which tickets that do not exist get a verifier. */
  readonly decoyKey: Buffer;
  readonly desk: ApprovalDesk;
  readonly meter: Meter;
  readonly clock: Clock;
  readonly standing: Standing;
  /** A fault of ours ended a session. Gets the error for the log. */
  readonly onBug: (error: unknown) => void;
}

/** What sessions share. */
export interface EngineParts extends Omit<EngineOptions, 'standing'> {
  readonly sessions: LiveSessions;
  readonly ticketVerifier: TicketVerifier;
  standing(): Standing;
  draining(): boolean;
}
