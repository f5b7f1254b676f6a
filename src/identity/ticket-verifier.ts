import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { Lru } from '../base/lru.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Denial } from '../core/denial.ts';
import { isTicketId, type TicketId } from '../core/ids.ts';
import type { ScramVerifier } from '../core/question.ts';
import type { Authenticated } from './authenticated.ts';
import { tokenRefused } from './refusal.ts';
import { scramIterations, scramKeys } from './scram-keys.ts';
import { ticketIdOf } from './ticket.ts';
import type { HeldTicket, Tickets } from './tickets.ts';

/** The key of decoys: it lives as long as the root secret does. */
export function deriveDecoyKey(rootSecret: Buffer, tenant: string): Buffer {
  return Buffer.from(hkdfSync('sha256', rootSecret, Buffer.alloc(0), JSON.stringify(['sluice decoy', 1, tenant]), 32));
}

/** From a ticket to a principal: sent whole, or proven by SCRAM. What was derived once is remembered, since pools reconnect. */
export class TicketVerifier {
  readonly #tickets: Tickets;
  readonly #clock: Clock;
  readonly #decoyKey: Buffer;
  /** Digests of texts whose secret was right. Whether the ticket is still good is asked anew each time. */
  readonly #derived = new Lru<string, TicketId>(10_000);

  constructor(tickets: Tickets, clock: Clock, decoyKey: Buffer) {
    this.#tickets = tickets;
    this.#clock = clock;
    this.#decoyKey = decoyKey;
  }

  /** What must be proven by whoever names this ticket; for one that opens nothing, what nobody can prove. */
  verifier(name: string): ScramVerifier {
    const decoy = this.#decoy(name);
    const held = isTicketId(name) ? this.#tickets.find(name) : null;
    if (held === null) return decoy;
    const { verifier } = held.ticket;
    return this.#fault(held) === null ? verifier : { ...decoy, salt: verifier.salt };
  }

  /** @param text a ticket as a client sent it */
  async present(text: string): Promise<Result<Authenticated, Denial>> {
    const id = ticketIdOf(text);
    if (id !== null && this.#tickets.find(id) === null) await this.#tickets.refresh();
    const held = id === null ? null : this.#tickets.find(id);
    if (id === null || held === null) return err(unknown);
    const digest = createHash('sha256').update(text).digest('base64');
    if (this.#derived.get(digest) !== id) {
      const { salt, storedKey } = held.ticket.verifier;
      const derived = await scramKeys(text, salt);
      if (!timingSafeEqual(derived.storedKey, storedKey)) return err(unknown);
      this.#derived.set(digest, id);
    }
    return this.proven(id);
  }

  /** @param name of a ticket whose secret was proven */
  proven(name: string): Result<Authenticated, Denial> {
    const held = isTicketId(name) ? this.#tickets.find(name) : null;
    if (held === null) return err(unknown);
    const fault = this.#fault(held);
    if (fault !== null) return err(fault);
    const { id, principal, sources, connection, issuedAt, expiresAt, authenticatedAt } = held.ticket;
    const presented = { kind: 'ticket', tokenId: id, issuedAt, expiresAt, authenticatedAt } as const;
    return ok({ principal, presented, sources, connection });
  }

  #fault({ ticket, revoked }: HeldTicket): Denial | null {
    if (revoked !== null) return tokenRefused(`ticket ${ticket.id} was revoked`, freshHint);
    const ago = (this.#clock.now() - ticket.expiresAt) / 1_000_000;
    return ago < 0 ? null : tokenRefused(`the ticket expired ${Math.floor(ago)} seconds ago`, freshHint);
  }

  /** The same for the same name, after a restart too: asking twice tells nobody that there is no such ticket. */
  #decoy(name: string): ScramVerifier {
    const part = (label: string) => createHmac('sha256', this.#decoyKey).update(`${label}:${name}`).digest();
    const salt = part('salt').subarray(0, 16);
    return { salt, iterations: scramIterations, storedKey: part('stored'), serverKey: part('server') };
  }
}

const freshHint = 'exchange a token for a fresh ticket at /oauth/token and connect again';
const unknown = tokenRefused('the ticket is not known here, or its secret is wrong', freshHint);
