/**
 * The tables of the state, the same in SQLite and in PostgreSQL (there in the schema `sluice`). Instants are microseconds; what
 * is structured is JSON in text; the columns beside it are copies to search by.
 */
export interface StateTables {
  /** Every change of the schema that was made, once. */
  readonly migrations: { readonly id: number; readonly applied_at: number };
  /** One row. Whoever writes holds it until the commit, so `last` and {@link StateTables.changes} have no gap and no late row. */
  readonly feed: { readonly one: number; readonly last: number };
  /** What changed, for instances to read anew. Pruned. */
  readonly changes: {
    readonly seq: number;
    readonly at: number;
    readonly kind: ChangeKind;
    readonly id: string;
  };
  /** Set once, the same for every instance: the tenant, and random values. */
  readonly constants: { readonly name: string; readonly value: string };
  readonly approvals: ApprovalColumns;
  readonly grants: GrantColumns;
  readonly principals: PrincipalColumns;
  readonly tickets: TicketColumns;
  /** Tokens that are refused though their issuer still vouches for them. */
  readonly denied_tokens: DeniedTokenColumns;
}

export type ChangeKind = 'request' | 'grant' | 'principal' | 'ticket' | 'token';

export interface Change {
  readonly kind: ChangeKind;
  readonly id: string;
}

export interface ApprovalColumns {
  readonly id: string;
  readonly state: string;
  readonly instance: string;
  readonly principal: string;
  readonly connection: string;
  readonly digest: string;
  readonly fingerprint: string;
  readonly created_at: number;
  readonly expires_at: number;
  /** Base64. */
  readonly sealed: string | null;
  /** Everything but `sealed`. */
  readonly content: string;
}

export interface GrantColumns {
  readonly id: string;
  readonly state: string;
  readonly kind: string;
  readonly principal: string;
  readonly connection: string;
  readonly granted_at: number;
  readonly expires_at: number;
  readonly content: string;
}

export interface PrincipalColumns {
  readonly id: string;
  /** What was seen of them; null: never seen. */
  readonly known: string | null;
  readonly last_seen: number | null;
  /** 0 or 1. */
  readonly disabled: number;
  readonly changed_by: string | null;
  readonly changed_at: number | null;
}

export interface TicketColumns {
  readonly id: string;
  readonly ticket: string;
  readonly expires_at: number;
  readonly revoked_by: string | null;
  readonly revoked_at: number | null;
}

export interface DeniedTokenColumns {
  readonly id: string;
  readonly by: string;
  readonly at: number;
  readonly until: number;
}
