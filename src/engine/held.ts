import type { ApprovalRequest, Shown } from '../approvals/approval-request.ts';
import type { Grant } from '../approvals/grant.ts';
import type { Denial } from '../core/denial.ts';
import type { ConnectionName, GrantId, SessionId, StatementId } from '../core/ids.ts';
import type { Principal } from '../core/principal.ts';
import type { BoundParameters } from '../core/question.ts';
import type { Decision } from '../policy/decision.ts';

/** Something that only an approval permits, with everything that a request for one states. */
export interface Held {
  readonly subject: 'connect' | 'statement';
  readonly session: SessionId;
  readonly statement: StatementId;
  readonly principal: Principal;
  readonly connection: ConnectionName;
  readonly decision: Extract<Decision, { kind: 'hold' }>;
  /** What `once` binds beside principal and connection, in order (promise P6): database, search path, bytes, parameters. */
  readonly exact: readonly Buffer[];
  /** Normalised, at most 4 KiB of it, and the SHA-256 of the whole; null for `connect`. */
  readonly normalised: { readonly text: string; readonly digest: string } | null;
  /** Actions with what they reach, tables with their columns and routines, sorted: compared, not shown. */
  readonly tables: readonly string[];
  readonly shown: Shown;
  /** How many rows the target expects, for whoever decides; asked only when somebody will. Null: it cannot be told. */
  readonly estimate: (() => Promise<number | null>) | null;
  /** To be sealed, for whoever reveals it. Null for `connect`. */
  readonly original: { readonly text: Buffer; readonly parameters: BoundParameters | null } | null;
  readonly reason: string | null;
  readonly purpose: string | null;
  readonly ticket: string | null;
}

/**
 * More than anybody reads before they say yes, bytes of statement and parameters. What is kept of hundreds of requests must not
 * weigh on everybody else.
 */
export const longestHeld = 64 * 1024;

/** Where what is held waits for people. Rejections are faults of the shared state: their caller ends in a denial. */
export interface ApprovalDesk {
  /**
   * The grant that covers it now, or null. A `once` is consumed by this call: nobody else can have it, whatever becomes of the
   * statement. Policy is asked again before, and what is held then is what must be covered.
   */
  claim(held: Held): Promise<Grant | null>;
  /**
   * Files a request and waits for its end, `waitMs` at most. `filed` is called once the entry of the request is durable. An abort
   * withdraws it. After `approved` the caller asks policy again, and claims.
   */
  hold(held: Held, waitMs: number, filed: (request: ApprovalRequest) => void, signal: AbortSignal): Promise<HoldEnd>;
  /** `@wait("0")`: files a request, or finds the one that is pending for the same thing already. */
  file(held: Held): Promise<FileEnd>;
  /** About once a second: expires what is over, ends grants of runs that are gone, tells of live runs. */
  sweep(): void;
  /** Grants that ended before their time, of this instance and of others: what rests on them must end. */
  onRevoked(listener: (grant: GrantId) => void): void;
  /** Where a person decides on a request. */
  link(request: ApprovalRequest): string;
}

export type HoldEnd =
  | { readonly kind: 'approved'; readonly request: ApprovalRequest }
  /** Denied, expired, too many, or not to be recorded. */
  | { readonly kind: 'refused'; readonly denial: Denial }
  | { readonly kind: 'withdrawn' };

export type FileEnd =
  | { readonly kind: 'filed'; readonly request: ApprovalRequest }
  | { readonly kind: 'refused'; readonly denial: Denial };
