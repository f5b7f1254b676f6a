import { randomBytes } from 'node:crypto';
import { addMilliseconds, type Instant } from '../base/clock.ts';
import { type ConnectionName, isTicketId, type TicketId } from '../core/ids.ts';
import type { Principal } from '../core/principal.ts';
import type { ScramVerifier } from '../core/question.ts';
import { scramIterations, scramKeys } from './scram-keys.ts';
import type { TokenSource } from './token-source.ts';

/** A short-lived stand-in for one or two tokens, for clients that cannot carry these. Its secret is kept nowhere. */
export interface Ticket extends TicketGrant {
  readonly id: TicketId;
  readonly verifier: ScramVerifier;
  readonly issuedAt: Instant;
  readonly expiresAt: Instant;
}

/** Whom a ticket stands for. */
export interface TicketGrant {
  readonly principal: Principal;
  /** The tokens it was exchanged for. */
  readonly sources: readonly TokenSource[];
  /** The one connection that it opens; null: any. */
  readonly connection: ConnectionName | null;
  /** When the person logged in whose token it was, where that said so. */
  readonly authenticatedAt: Instant | null;
}

/** The ticket as it is kept, and its text, `slt_<id>.<secret>`: shown once, and the password of SCRAM as a whole. */
export async function newTicket(
  id: TicketId,
  grant: TicketGrant,
  now: Instant,
  lifetimeMs: number,
): Promise<{ readonly ticket: Ticket; readonly text: string }> {
  const text = `${ticketPrefix}${id}.${randomBytes(32).toString('base64url')}`;
  const salt = randomBytes(16);
  const verifier = { salt, iterations: scramIterations, ...(await scramKeys(text, salt)) };
  return { ticket: { ...grant, id, verifier, issuedAt: now, expiresAt: addMilliseconds(now, lifetimeMs) }, text };
}

/** True where somebody meant to present a ticket, and not a token. */
export function looksLikeTicket(secret: string): boolean {
  return secret.startsWith(ticketPrefix);
}

/** The id within the text of a ticket, or null where it is none. */
export function ticketIdOf(text: string): TicketId | null {
  const id = /^slt_(tkt_[0-9a-f-]{36})\.[A-Za-z0-9_-]{43}$/.exec(text)?.[1] ?? '';
  return isTicketId(id) ? id : null;
}

const ticketPrefix = 'slt_';
