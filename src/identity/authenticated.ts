import type { ConnectionName } from '../core/ids.ts';
import type { Presented, Principal } from '../core/principal.ts';
import type { Party } from './party.ts';
import type { TokenSource } from './token-source.ts';

/** Who presented a token or a ticket, and what they presented without its secret. */
export interface Authenticated {
  readonly principal: Principal;
  readonly presented: Presented;
  /** The token itself, or those that the ticket was exchanged for. */
  readonly sources: readonly TokenSource[];
  /** The one connection that it is good for; null: any. */
  readonly connection: ConnectionName | null;
}

/** The same of a token, with what only its claims say. */
export interface AuthenticatedToken extends Authenticated {
  readonly party: Party;
}
