import type { Origin } from '../core/principal.ts';

/**
 * What happened, as the ledger keeps it: without the envelope, which the journal adds. A closed union; fields are only ever
 * added. Never a literal, a secret, or a protected value: statement text is the normalised form.
 */
export type LedgerEvent =
  | GatewayStarted
  | GatewayStopped
  | JournalRepaired
  | JournalResumed
  | ConfigurationLoaded
  | PolicyLoaded
  | CatalogueLoaded
  | CatalogueFailed
  | SessionOpened
  | SessionRefused
  | SessionClosed
  | StatementDecided
  | StatementCompleted
  | OwnStatement
  | PrincipalDisabled
  | PrincipalEnabled
  | SessionTerminated
  | TicketIssued
  | TicketRefused
  | TicketRevoked
  | TokenDenied
  | ApprovalRequested
  | ApprovalDecided
  | ApprovalRefused
  | ApprovalEnded
  | ApprovalRevealed
  | GrantIssued
  | GrantEnded
  | GrantReviewed;

/** The fields every entry starts with. */
export interface Envelope {
  readonly v: 1;
  readonly type: LedgerEvent['type'];
  readonly id: string;
  /** RFC 3339, UTC, microseconds. Order is the index in the ledger, not the time. */
  readonly time: string;
  readonly instance: string;
  readonly tenant: string;
}

export interface GatewayStarted {
  readonly type: 'gateway.started';
  readonly version: string;
  readonly durability: 'fsync' | 'os';
}

export interface GatewayStopped {
  readonly type: 'gateway.stopped';
}

/** A torn tail was cut off: bytes that were never acknowledged as durable. */
export interface JournalRepaired {
  readonly type: 'journal.repaired';
  readonly droppedBytes: string;
  /** SHA-256 of the dropped bytes, hex. */
  readonly droppedDigest: string;
}

/** Writing works again after a fault; nothing ran in between. */
export interface JournalResumed {
  readonly type: 'journal.resumed';
  readonly fault: string;
  readonly refused: number;
}

export interface ConfigurationLoaded {
  readonly type: 'configuration.loaded';
  /** SHA-256 of the file, hex. */
  readonly digest: string;
  readonly connections: readonly string[];
  readonly issuers: readonly string[];
}

export interface PolicyLoaded {
  readonly type: 'policy.loaded';
  readonly digest: string;
  readonly policies: readonly string[];
}

export interface CatalogueLoaded {
  readonly type: 'catalogue.loaded';
  readonly connection: string;
  readonly version: string;
  readonly relations: number;
  readonly protectedColumns: number;
}

export interface CatalogueFailed {
  readonly type: 'catalogue.failed';
  readonly connection: string;
  readonly code: string;
}

export interface SessionOpened {
  readonly type: 'session.opened';
  readonly session: string;
  readonly listener: string;
  readonly connection: string;
  readonly principal: string;
  readonly onBehalfOf: string | null;
  readonly groups: readonly string[];
  readonly origin: Origin;
  /** Of the inventory of workloads; null where it does not say. */
  readonly owner: string | null;
  readonly purpose: string | null;
  readonly token: { readonly kind: string; readonly id: string; readonly expiresAt: string };
  readonly source: { readonly address: string; readonly port: number; readonly tls: boolean };
  readonly target: {
    readonly host: string;
    readonly port: number;
    /** Null where the target has none. */
    readonly database: string | null;
    /** Null where the credential is not that of a user. */
    readonly user: string | null;
    /** Null where the target has no sessions. */
    readonly backendPid: number | null;
  };
  readonly policy: string;
  /** Null where nothing is looked up in one. */
  readonly catalogue: string | null;
  /** What the principal may do here, as policy ids that permitted `connect`. */
  readonly scope: readonly string[];
}

export interface SessionRefused {
  readonly type: 'session.refused';
  readonly session: string;
  readonly listener: string;
  /** Null where the client named none that exists. */
  readonly connection: string | null;
  /** Null before a token was accepted. */
  readonly principal: string | null;
  readonly code: string;
  readonly policies: readonly string[];
  readonly source: { readonly address: string; readonly port: number; readonly tls: boolean };
}

export interface SessionClosed {
  readonly type: 'session.closed';
  readonly session: string;
  readonly reason: string;
  readonly code: string | null;
  readonly statements: number;
  readonly rows: string;
  readonly bytes: string;
  readonly durationMs: number;
}

export interface StatementDecided {
  readonly type: 'statement.decided';
  readonly session: string;
  readonly statement: string;
  readonly step: 'simple' | 'parse' | 'execute' | 'request';
  /** `hold`: prepared only; it is decided again, and held, when it is to run. */
  readonly decision: 'allow' | 'deny' | 'hold';
  /** The grant that it rests on, where policy asked for an approval. */
  readonly grant?: string;
  readonly policies: readonly string[];
  /** Error code of a denial. */
  readonly code: string | null;
  readonly verb: string;
  /** Normalised, at most 4 KiB of it; null where the text could not be read as SQL. */
  readonly text: string | null;
  /** SHA-256 of the whole normalised text, hex; null with `text`. */
  readonly digest: string | null;
  readonly tables: readonly string[];
  /** Protected columns in the result and whether they leave masked. */
  readonly columns: readonly { readonly column: string; readonly class: string; readonly masked: boolean }[];
}

export interface StatementCompleted {
  readonly type: 'statement.completed';
  readonly session: string;
  readonly statement: string;
  readonly result: 'completed' | 'failed' | 'skipped' | 'suspended' | 'cut' | 'unfinished';
  readonly sqlstate: string | null;
  readonly rows: string;
  readonly bytes: string;
  readonly durationMs: number;
  /** Of an HTTP answer. */
  readonly status?: number;
  readonly masks: readonly {
    readonly column: string;
    readonly class: string;
    readonly transform: string;
    readonly cells: string;
  }[];
}

/** A statement that Sluice itself runs on a target: catalogue, probe. Durable before it is sent. */
export interface OwnStatement {
  readonly type: 'statement.own';
  readonly connection: string;
  readonly purpose: string;
  readonly text: string;
}

export interface PrincipalDisabled {
  readonly type: 'principal.disabled';
  readonly principal: string;
  readonly by: string;
  readonly sessions: number;
}

export interface PrincipalEnabled {
  readonly type: 'principal.enabled';
  readonly principal: string;
  readonly by: string;
}

export interface SessionTerminated {
  readonly type: 'session.terminated';
  readonly session: string;
  readonly by: string;
}

/** A ticket is about to be given for these tokens. */
export interface TicketIssued {
  readonly type: 'ticket.issued';
  readonly ticket: string;
  readonly principal: string;
  readonly onBehalfOf: string | null;
  readonly groups: readonly string[];
  readonly origin: Origin;
  /** The one connection that it opens; null: any. */
  readonly connection: string | null;
  readonly tokens: readonly { readonly role: 'subject' | 'actor'; readonly issuer: string; readonly id: string }[];
  readonly expiresAt: string;
  readonly source: { readonly address: string; readonly port: number; readonly tls: boolean };
}

/** An exchange that was refused. */
export interface TicketRefused {
  readonly type: 'ticket.refused';
  /** As the client was told (RFC 6749, 5.2). */
  readonly error: string;
  readonly code: string;
  /** Null before the subject token was accepted. */
  readonly principal: string | null;
  /** Null without an actor token, or before it was accepted. */
  readonly actor: string | null;
  readonly source: { readonly address: string; readonly port: number; readonly tls: boolean };
}

export interface TicketRevoked {
  readonly type: 'ticket.revoked';
  readonly ticket: string;
  readonly principal: string;
  readonly by: string;
  readonly sessions: number;
}

/** A token is refused from now on, though its issuer vouches for it. */
export interface TokenDenied {
  readonly type: 'token.denied';
  readonly token: string;
  readonly by: string;
  /** By then it has expired, and is forgotten. */
  readonly until: string;
  readonly sessions: number;
}

/** Something waits for people, or was refused until they decide. Durable before anybody is told. */
export interface ApprovalRequested {
  readonly type: 'approval.requested';
  readonly approval: string;
  readonly subject: 'connect' | 'statement';
  readonly session: string;
  readonly statement: string;
  readonly principal: string;
  readonly owner: string | null;
  readonly onBehalfOf: string | null;
  readonly connection: string;
  readonly verb: string;
  /** As in {@link StatementDecided}; null for `connect`. */
  readonly text: string | null;
  readonly digest: string | null;
  readonly tables: readonly string[];
  readonly classes: readonly string[];
  readonly needs: readonly {
    readonly access: string;
    readonly policies: readonly string[];
    readonly groups: readonly string[];
    readonly quorum: number;
  }[];
  readonly scope: string;
  /** A client waits on the wire. */
  readonly waits: boolean;
  /** Keyed digest of the stated reason; null where none was stated. */
  readonly reason: string | null;
  readonly purpose: string | null;
  readonly expiresAt: string;
}

/** A person approved or denied. Durable before it counts. */
export interface ApprovalDecided {
  readonly type: 'approval.decided';
  readonly approval: string;
  readonly by: string;
  readonly verdict: 'approve' | 'deny';
  /** Of the person's groups, those that count here. */
  readonly groups: readonly string[];
  /** Keyed digest of the rationale. */
  readonly rationale: string;
  /** When the person logged in. */
  readonly authenticatedAt: string;
}

/** Somebody tried to decide, reveal, grant, review or revoke, and may not. */
export interface ApprovalRefused {
  readonly type: 'approval.refused';
  /** `apr_...` or `grt_...`; null for a break-glass that names none. */
  readonly approval: string | null;
  readonly by: string;
  readonly act: 'approve' | 'deny' | 'reveal' | 'revoke' | 'break-glass' | 'review';
  readonly code: string;
}

export interface ApprovalEnded {
  readonly type: 'approval.ended';
  readonly approval: string;
  readonly state: 'approved' | 'denied' | 'expired' | 'withdrawn';
  /** Why it was withdrawn: `client-cancelled`, `client-left`, `gateway-ended`, `no-longer-permitted`; null for the others. */
  readonly why: string | null;
}

/** A person saw the statement with its literals. Durable before they did. */
export interface ApprovalRevealed {
  readonly type: 'approval.revealed';
  readonly approval: string;
  readonly by: string;
}

export interface GrantIssued {
  readonly type: 'grant.issued';
  readonly grant: string;
  readonly kind: 'approval' | 'break-glass';
  /** Null for break-glass. */
  readonly approval: string | null;
  readonly scope: string;
  readonly principal: string;
  readonly connection: string;
  readonly session: string | null;
  readonly by: readonly string[];
  /** Keyed digest of the rationale of a break-glass; null for the others, whose decisions have their own. */
  readonly rationale: string | null;
  readonly expiresAt: string;
}

export interface GrantEnded {
  readonly type: 'grant.ended';
  readonly grant: string;
  readonly state: 'used' | 'expired' | 'revoked' | 'completed';
  readonly by: string | null;
  readonly uses: number;
}

/** An auditor signed the review of a break-glass. */
export interface GrantReviewed {
  readonly type: 'grant.reviewed';
  readonly grant: string;
  readonly by: string;
  /** Keyed digest of the findings. */
  readonly findings: string;
}
