import type { Instant } from '../base/clock.ts';
import type { Result } from '../base/result.ts';
import type { Credential, PostgresConnection } from '../core/connection.ts';
import type { Denial } from '../core/denial.ts';
import type { StatementFacts } from '../core/facts.ts';
import type { ConnectionName } from '../core/ids.ts';
import type { Principal, PrincipalId } from '../core/principal.ts';
import type { Analysis, NameScope } from '../sql/analyse.ts';
import type { CatalogueIndex } from '../sql/catalogue-index.ts';

/** What Sluice knows of each target. */
export interface Catalogues {
  /** The snapshot in force; loads it when there is none yet. A snapshot that contradicts the configuration is a denial. */
  load(connection: PostgresConnection): Promise<Result<CatalogueIndex, Denial>>;
  /** The snapshot in force, or null. */
  current(connection: ConnectionName): CatalogueIndex | null;
  /** The target, or a client, knows something that the snapshot does not: reads it again, at most once a second. */
  reconsider(connection: ConnectionName): Promise<CatalogueIndex | null>;
  /** A session has changed definitions: the snapshot is read again now, and whoever reconsiders waits for that. */
  outdated(connection: ConnectionName): void;
}

/** Analysis, wherever it runs: at once for what is small, on a worker for what is not. A failed worker is a refusal. */
export interface StatementAnalysis {
  analyse(text: Buffer, scope: NameScope): Analysis | Promise<Analysis>;
}

/** How many rows targets expect statements to have, for policies that ask. */
export interface Estimates {
  /** Null: it touches no table, or is nothing that is planned. */
  of(asked: Estimated, timeoutMs: number): Promise<Result<number | null, Denial>>;
}

export interface Estimated {
  readonly connection: PostgresConnection;
  readonly credential: Credential;
  readonly text: Buffer;
  readonly statements: readonly StatementFacts[];
  readonly path: NameScope['path'];
  /** The values of its parameters are not known. */
  readonly parameters: boolean;
}

/**
 * Who was seen, and who is disabled. Reads are answered from memory; writes are durable when they resolve, and known to every
 * instance within a second.
 */
export interface PrincipalStates {
  isDisabled(id: PrincipalId): boolean;
  /** In force here from the call on, also where it rejects. */
  disable(id: PrincipalId, by: PrincipalId, at: Instant): Promise<void>;
  enable(id: PrincipalId, by: PrincipalId, at: Instant): Promise<void>;
  /** For how long nothing was heard of what other instances change, milliseconds; 0 where there are none. */
  behindMs(): number;
  seen(principal: Principal, at: Instant): void;
  list(): readonly KnownPrincipal[];
}

export interface KnownPrincipal {
  readonly id: PrincipalId;
  readonly kind: 'workload' | 'user';
  readonly display: string;
  readonly issuer: string;
  readonly groups: readonly string[];
  readonly onBehalfOf: PrincipalId | null;
  readonly disabled: boolean;
  /** Null: never seen, but listed in the configuration or disabled. */
  readonly lastSeen: Instant | null;
}

/** Counts for operators. Labels are from closed sets. */
export interface Meter {
  sessionOpened(): void;
  sessionRefused(code: string): void;
  sessionClosed(): void;
  statementDecided(decision: 'allow' | 'deny' | 'hold', verb: string): void;
  statementCompleted(durationMs: number, rows: number, bytes: number): void;
  bug(): void;
}
