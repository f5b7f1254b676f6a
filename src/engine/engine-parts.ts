import type { Clock } from '../base/clock.ts';
import type { SecretSource } from '../core/secret-source.ts';
import type { Journal } from '../ledger/journal.ts';
import type { LiveSessions } from './live-sessions.ts';
import type { Catalogues, Meter, PrincipalStates, StatementAnalysis } from './ports.ts';
import type { Standing } from './standing.ts';

/** What the engine is built from. */
export interface EngineOptions {
  readonly journal: Journal;
  readonly catalogues: Catalogues;
  readonly analysis: StatementAnalysis;
  readonly secrets: SecretSource;
  readonly principals: PrincipalStates;
  readonly meter: Meter;
  readonly clock: Clock;
  readonly standing: Standing;
  /** A fault of ours ended a session. Gets the error for the log. */
  readonly onBug: (error: unknown) => void;
}

/** What sessions share. */
export interface EngineParts extends Omit<EngineOptions, 'standing'> {
  readonly sessions: LiveSessions;
  standing(): Standing;
  draining(): boolean;
}
