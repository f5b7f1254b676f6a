import type { ApprovalState } from '../approvals/approval-request.ts';
import type { GrantState } from '../approvals/grant.ts';
import type { Result } from '../base/result.ts';
import type { Denial } from '../core/denial.ts';
import type { ApprovalId, ConnectionName, GrantId, SessionId, TicketId } from '../core/ids.ts';
import type { ClientAddress } from '../core/judge.ts';
import type { Origin, Presented, Principal, PrincipalId } from '../core/principal.ts';
import type { LedgerEvent } from '../ledger/event.ts';

/** What the surfaces (`api/`, and `cli/` through it) may ask of a running gateway. Rights are the surface's to check. */
export interface Control {
  /** The principal behind a bearer token of a person or a workload. */
  authenticate(
    token: string,
  ): Promise<Result<{ readonly principal: Principal; readonly presented: Presented }, Denial>>;
  /** Roles a principal holds by its groups. Workloads hold none. */
  roles(principal: Principal): readonly Role[];

  connections(): readonly ConnectionView[];
  sessions(): readonly SessionView[];
  session(id: SessionId): SessionView | null;
  /** Ends a live session within a second; false when there is none of that id. Recorded before it happens. */
  terminate(id: SessionId, by: PrincipalId): Promise<Result<boolean, Denial>>;

  principals(): readonly PrincipalView[];
  principal(id: PrincipalId): PrincipalView | null;
  /** Refuses the principal from now on and ends its live sessions within a second. Recorded before it happens; idempotent. */
  disable(id: PrincipalId, by: PrincipalId): Promise<Result<{ readonly sessions: number }, Denial>>;
  enable(id: PrincipalId, by: PrincipalId): Promise<Result<null, Denial>>;

  /** Tokens for a ticket. Its text is in the answer and nowhere else. */
  exchange(request: ExchangeRequest): Promise<Result<IssuedTicket, ExchangeRefusal>>;
  /** Those that are live, and those that were until an hour ago. */
  tickets(): readonly TicketView[];
  ticket(id: TicketId): TicketView | null;
  /** Refuses the ticket from now on and ends its live sessions within a second. Recorded before it happens; idempotent. */
  revokeTicket(id: TicketId, by: PrincipalId): Promise<Result<{ readonly sessions: number }, Denial>>;
  deniedTokens(): readonly DeniedTokenView[];
  /** The same for a token, and for the tickets it was exchanged for; kept until it has expired. */
  denyToken(
    id: string,
    by: PrincipalId,
  ): Promise<Result<{ readonly sessions: number; readonly until: string }, Denial>>;

  /** Newest first. */
  approvals(query: ApprovalsQuestion): Promise<Result<readonly ApprovalView[], Denial>>;
  approval(id: ApprovalId): Promise<Result<ApprovalDetail | null, Denial>>;
  /** Everything that speaks against it (who they are, when they logged in, what they decided before) is a denial, and an entry. */
  decideApproval(
    id: ApprovalId,
    by: Person,
    verdict: 'approve' | 'deny',
    rationale: string,
  ): Promise<Result<ApprovalView, Denial>>;
  /** The statement and its parameters as they were sent. An entry before anything is shown. */
  revealApproval(id: ApprovalId, by: Person): Promise<Result<RevealedStatement, Denial>>;
  grants(query: GrantsQuestion): Promise<Result<readonly GrantView[], Denial>>;
  grant(id: GrantId): Promise<Result<GrantView | null, Denial>>;
  /** Ends the statements and sessions that rest on it within a second, on every instance. */
  revokeGrant(id: GrantId, by: Person): Promise<Result<GrantView, Denial>>;
  breakGlass(request: BreakGlassRequest, by: Person): Promise<Result<GrantView, Denial>>;
  /** An auditor signs the review of a break-glass. */
  reviewGrant(id: GrantId, by: Person, findings: string): Promise<Result<GrantView, Denial>>;
  /** Writes down that a surface refused somebody an act of approvals. They are refused, whatever becomes of the entry. */
  recordRefusal(refusal: RefusedAct): Promise<Result<null, Denial>>;

  policies(): PolicyView;
  /** What policy says of a statement, without running it. */
  explain(question: ExplainQuestion): Promise<Result<Explanation, Denial>>;

  /** The newest entries of the ledger, oldest first. */
  ledgerTail(count: number): Promise<readonly LedgerRecord[]>;
  ledgerStatus(): LedgerStatus;

  /** Swaps configuration and policies whole or not at all; the faults otherwise. */
  reload(): Promise<Result<null, readonly string[]>>;
  readiness(): Readiness;
  /** Prometheus text. Labels never hold names that a client chose. */
  metrics(): Promise<string>;
}

export type Role = 'approver' | 'auditor' | 'admin';

export interface ConnectionView {
  readonly name: ConnectionName;
  readonly protocol: string;
  readonly protectedColumns: number;
  /** Null until the target was reached. */
  readonly catalogueVersion: string | null;
  readonly listeners: readonly {
    readonly name: string;
    readonly address: string;
    readonly auth: string;
    readonly tls: boolean;
  }[];
  /** PEM of the gateway's own authority, where a listener uses it. */
  readonly authority: string | null;
}

export interface SessionView {
  readonly id: SessionId;
  readonly state: 'open' | 'closed';
  readonly principal: PrincipalId;
  readonly onBehalfOf: PrincipalId | null;
  /** Of the inventory of workloads. */
  readonly owner: string | null;
  readonly purpose: string | null;
  readonly connection: ConnectionName;
  /** What it was opened with: the id of a token or a ticket. */
  readonly credential: { readonly kind: 'jwt' | 'ticket'; readonly id: string };
  readonly origin: Origin;
  readonly source: string;
  /** Null where the target has no sessions. */
  readonly backendPid: number | null;
  readonly openedAt: string;
  readonly closedAt: string | null;
  readonly statements: number;
  readonly rows: string;
  readonly bytes: string;
}

export interface PrincipalView {
  readonly id: PrincipalId;
  readonly kind: 'workload' | 'user';
  readonly display: string;
  readonly issuer: string;
  readonly groups: readonly string[];
  /** `expired`: its last day in the inventory is over; `unlisted`: it is not in there, and unlisted ones are refused. */
  readonly state: 'enabled' | 'disabled' | 'expired' | 'unlisted';
  /** Of the inventory of workloads, as are the next three. */
  readonly owner: string | null;
  readonly purpose: string | null;
  readonly vendor: string | null;
  readonly expires: string | null;
  readonly onBehalfOf: PrincipalId | null;
  readonly liveSessions: number;
  readonly lastSeen: string | null;
}

export interface ExchangeRequest {
  readonly subjectToken: string;
  readonly actorToken: string | null;
  /** The one connection that the ticket shall open; null: any. */
  readonly connection: string | null;
  readonly source: ClientAddress;
}

export interface IssuedTicket {
  readonly id: TicketId;
  /** `slt_<id>.<secret>`: shown once. */
  readonly text: string;
  readonly expiresInSeconds: number;
}

/** What the client of an exchange is told: an error of RFC 6749, 5.2 or RFC 8693, 2.2.2, and the sentence that goes with it. */
export interface ExchangeRefusal {
  readonly error: 'invalid_request' | 'invalid_target' | 'temporarily_unavailable';
  readonly denial: Denial;
}

export interface TicketView {
  readonly id: TicketId;
  readonly state: 'live' | 'expired' | 'revoked';
  readonly principal: PrincipalId;
  readonly onBehalfOf: PrincipalId | null;
  readonly connection: ConnectionName | null;
  /** Ids of the tokens it was exchanged for. */
  readonly tokens: readonly string[];
  readonly issuedAt: string;
  readonly expiresAt: string;
  readonly revokedBy: PrincipalId | null;
  readonly liveSessions: number;
}

export interface DeniedTokenView {
  readonly id: string;
  readonly by: PrincipalId;
  readonly at: string;
  /** By then it has expired, and is forgotten. */
  readonly until: string;
}

/** Who decides: as their token says now. */
export interface Person {
  readonly principal: Principal;
  readonly presented: Presented;
}

export interface ApprovalsQuestion {
  /** Null: all. */
  readonly state: ApprovalState | null;
  readonly principal: PrincipalId | null;
  readonly connection: ConnectionName | null;
  readonly limit: number;
}

/** As the design's public contract has it (5.3), and what a person needs. */
export interface ApprovalView {
  readonly id: ApprovalId;
  readonly state: ApprovalState;
  readonly subject: 'connect' | 'statement';
  readonly principal: PrincipalId;
  readonly display: string;
  readonly owner: string | null;
  readonly onBehalfOf: PrincipalId | null;
  readonly origin: Origin;
  readonly connection: ConnectionName;
  readonly session: SessionId;
  readonly verb: string;
  /** Protected literals are named by class. */
  readonly statement: string;
  readonly parameters: readonly string[];
  readonly tables: readonly string[];
  readonly columns: readonly string[];
  readonly classes: readonly string[];
  readonly estimatedRows: string | null;
  readonly policies: readonly { readonly id: string; readonly description: string }[];
  readonly groups: readonly string[];
  readonly reason: string | null;
  readonly purpose: string | null;
  readonly ticket: string | null;
  /** How many distinct people are needed for each need, and how many it has. */
  readonly quorum: readonly {
    readonly access: string;
    readonly groups: readonly string[];
    readonly needed: number;
    readonly given: number;
  }[];
  readonly scope: 'once' | 'session' | 'run' | 'window';
  /** What a grant would cover, in a sentence. */
  readonly covers: string;
  readonly decisions: readonly {
    readonly by: PrincipalId;
    readonly verdict: 'approve' | 'deny';
    readonly rationale: string;
    readonly at: string;
  }[];
  /** A client waits on the wire for it. */
  readonly waits: boolean;
  readonly grant: GrantId | null;
  readonly link: string;
  readonly createdAt: string;
  readonly expiresAt: string;
  readonly decidedAt: string | null;
}

export interface ApprovalDetail extends ApprovalView {
  /** Earlier requests of the principal for the same statement shape, newest first, at most ten. */
  readonly similar: readonly {
    readonly id: ApprovalId;
    readonly state: ApprovalState;
    readonly createdAt: string;
    readonly decidedBy: readonly PrincipalId[];
  }[];
}

export interface RevealedStatement {
  readonly id: ApprovalId;
  readonly statement: string;
  /** Null: SQL NULL. Binary ones in hexadecimal, after `\\x`. */
  readonly parameters: readonly (string | null)[];
}

export interface GrantsQuestion {
  readonly state: GrantState | null;
  readonly principal: PrincipalId | null;
  readonly connection: ConnectionName | null;
  readonly limit: number;
}

export interface GrantView {
  readonly id: GrantId;
  readonly state: GrantState;
  readonly kind: 'approval' | 'break-glass';
  readonly approval: ApprovalId | null;
  readonly scope: 'once' | 'session' | 'run' | 'window';
  readonly principal: PrincipalId;
  readonly connection: ConnectionName;
  readonly session: SessionId | null;
  readonly run: string | null;
  /** What it covers, in a sentence. */
  readonly covers: string;
  readonly by: readonly PrincipalId[];
  readonly rationale: string | null;
  readonly review: { readonly by: PrincipalId; readonly at: string; readonly findings: string } | null;
  readonly uses: number;
  readonly grantedAt: string;
  readonly expiresAt: string;
  readonly endedAt: string | null;
  readonly revokedBy: PrincipalId | null;
}

export interface BreakGlassRequest {
  readonly principal: PrincipalId;
  readonly connection: ConnectionName;
  readonly durationMs: number;
  readonly rationale: string;
}

/** As its entry has it. */
export type RefusedAct = Omit<Extract<LedgerEvent, { readonly type: 'approval.refused' }>, 'type'>;

export interface PolicyView {
  readonly digest: string;
  readonly policies: readonly {
    readonly id: string;
    readonly effect: 'permit' | 'forbid';
    readonly description: string;
    readonly file: string;
    readonly line: number;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

export interface ExplainQuestion {
  readonly principal: PrincipalId;
  readonly groups: readonly string[] | null;
  readonly connection: ConnectionName;
  readonly sql: string;
}

export interface Explanation {
  readonly decision: 'allow' | 'deny' | 'hold';
  readonly message: string;
  readonly hint: string | null;
  readonly policies: readonly string[];
  readonly verb: string;
  readonly tables: readonly string[];
  readonly outputs: readonly string[];
}

/** An entry as it is in the ledger, with its index. */
export interface LedgerRecord {
  readonly index: string;
  readonly entry: {
    readonly v: 1;
    readonly id: string;
    readonly time: string;
    readonly instance: string;
    readonly tenant: string;
  } & LedgerEvent;
}

export interface LedgerStatus {
  readonly state: 'writing' | 'refusing';
  readonly entries: string;
  readonly directory: string;
  readonly durability: 'fsync' | 'os';
  /** Why nothing may run, when refusing. */
  readonly fault: string | null;
}

export interface Readiness {
  readonly ready: boolean;
  readonly checks: readonly {
    readonly name: 'configuration' | 'policies' | 'ledger' | 'listeners' | 'draining';
    readonly ok: boolean;
    readonly message: string;
  }[];
}
