import type { Instant } from '../base/clock.ts';
import type { TicketId } from '../core/ids.ts';
import type { PrincipalId } from '../core/principal.ts';
import type { Ticket } from './ticket.ts';

/**
 * The tickets that were issued, until some time after they expired. Reads are answered from memory; writes are durable when they
 * resolve, and known to every instance within a second.
 */
export interface Tickets {
  add(ticket: Ticket): Promise<void>;
  find(id: TicketId): HeldTicket | null;
  /**
   * Resolves when what other instances issued before this call is found, or cannot be for now: a client may be faster than the
   * word of its ticket. Null where there are no others.
   */
  refresh(): Promise<void> | null;
  /** In force here from the call on, also where it rejects. */
  revoke(id: TicketId, by: PrincipalId, at: Instant): Promise<void>;
  all(): readonly HeldTicket[];
  of(principal: PrincipalId): readonly HeldTicket[];
}

export interface HeldTicket {
  readonly ticket: Ticket;
  /** Null: not revoked. */
  readonly revoked: { readonly by: PrincipalId; readonly at: Instant } | null;
}

/** Tokens that are refused though their issuer still vouches for them. Reads are answered from memory. */
export interface Denylist {
  isDenied(tokenId: string): boolean;
  /** In force here from the call on, also where it rejects; forgotten at `until`, when the token has expired. */
  deny(denied: DeniedToken): Promise<void>;
  denied(): readonly DeniedToken[];
}

export interface DeniedToken {
  readonly tokenId: string;
  readonly by: PrincipalId;
  readonly at: Instant;
  readonly until: Instant;
}
