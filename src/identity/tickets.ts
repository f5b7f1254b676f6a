import type { Instant } from '../base/clock.ts';
import type { TicketId } from '../core/ids.ts';
import type { PrincipalId } from '../core/principal.ts';
import type { Ticket } from './ticket.ts';

/** The tickets that were issued, until some time after they expired. Reads are answered from memory. */
export interface Tickets {
  add(ticket: Ticket): void;
  find(id: TicketId): HeldTicket | null;
  /** Durable when the call returns. */
  revoke(id: TicketId, by: PrincipalId, at: Instant): void;
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
  /** Durable when the call returns; forgotten at `until`, when the token has expired. */
  deny(denied: DeniedToken): void;
  denied(): readonly DeniedToken[];
}

export interface DeniedToken {
  readonly tokenId: string;
  readonly by: PrincipalId;
  readonly at: Instant;
  readonly until: Instant;
}
