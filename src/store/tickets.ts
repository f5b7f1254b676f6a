import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { addMilliseconds, type Clock, type Instant } from '../base/clock.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { TicketId } from '../core/ids.ts';
import type { PrincipalId } from '../core/principal.ts';
import type { Ticket } from '../identity/ticket.ts';
import type { DeniedToken, Denylist, HeldTicket, Tickets } from '../identity/tickets.ts';
import { parseDeniedRow, parseTicketRow, ticketText } from './ticket-row.ts';

/** A ticket is remembered this long after it expired: whoever still presents it is told that it did. */
export const rememberedMs = 60 * 60 * 1000;

/** Opens the database of tickets and of denied tokens in `directory`. The refusal is a sentence. */
export function openTickets(directory: string, clock: Clock): Result<StoredTickets, string> {
  const path = join(directory, 'tickets.sqlite');
  const database = new DatabaseSync(path);
  const [found] = database.prepare('pragma user_version').all();
  if (found?.user_version !== 0 && found?.user_version !== schemaVersion) {
    database.close();
    return err(`${path}: the tickets were written by a newer Sluice; use that one`);
  }
  database.exec('pragma journal_mode = wal');
  // A revocation that a power failure takes back would be a door left open.
  database.exec('pragma synchronous = full');
  database.exec(schema);
  return ok(new StoredTickets(database, clock));
}

const schemaVersion = 1;
const schema = `
  create table if not exists tickets (
    id text primary key, ticket text not null, revoked_by text, revoked_at integer
  ) strict;
  create table if not exists denied_tokens (
    id text primary key, by text not null, at integer not null, until integer not null
  ) strict;
  pragma user_version = ${schemaVersion};
`;

/** Tickets and denied tokens in memory, kept in SQLite: what is done here is durable when the call returns. */
export class StoredTickets implements Tickets, Denylist {
  readonly #database: DatabaseSync;
  readonly #clock: Clock;
  readonly #insert: StatementSync;
  readonly #setRevoked: StatementSync;
  readonly #forget: StatementSync;
  readonly #setDenied: StatementSync;
  readonly #forgetDenied: StatementSync;
  readonly #held = new Map<TicketId, HeldTicket>();
  readonly #byPrincipal = new Map<PrincipalId, Set<TicketId>>();
  readonly #denied = new Map<string, DeniedToken>();

  constructor(database: DatabaseSync, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#insert = database.prepare('insert into tickets (id, ticket) values (?1, ?2)');
    this.#setRevoked = database.prepare('update tickets set revoked_by = ?2, revoked_at = ?3 where id = ?1');
    this.#forget = database.prepare('delete from tickets where id = ?1');
    this.#setDenied = database.prepare(
      `insert into denied_tokens (id, by, at, until) values (?1, ?2, ?3, ?4)
       on conflict (id) do update set until = max(until, ?4)`,
    );
    this.#forgetDenied = database.prepare('delete from denied_tokens where id = ?1');
    for (const row of database.prepare('select * from tickets order by id').all()) this.#keep(parseTicketRow(row));
    for (const row of database.prepare('select * from denied_tokens').all()) {
      const denied = parseDeniedRow(row);
      this.#denied.set(denied.tokenId, denied);
    }
    this.#prune();
  }

  add(ticket: Ticket): void {
    this.#insert.run(ticket.id, ticketText(ticket));
    this.#keep({ ticket, revoked: null });
    this.#prune();
  }

  find(id: TicketId): HeldTicket | null {
    return this.#held.get(id) ?? null;
  }

  revoke(id: TicketId, by: PrincipalId, at: Instant): void {
    const held = this.#held.get(id);
    if (held === undefined || held.revoked !== null) return;
    // Refused from here on, even where the database fails and throws.
    this.#held.set(id, { ticket: held.ticket, revoked: { by, at } });
    this.#setRevoked.run(id, by, at);
  }

  of(principal: PrincipalId): readonly HeldTicket[] {
    return [...(this.#byPrincipal.get(principal) ?? [])].flatMap((id) => this.#held.get(id) ?? []);
  }

  all(): readonly HeldTicket[] {
    const now = this.#clock.now();
    return [...this.#held.values()].filter((held) => !isForgotten(held, now));
  }

  isDenied(tokenId: string): boolean {
    const denied = this.#denied.get(tokenId);
    return denied !== undefined && denied.until > this.#clock.now();
  }

  deny(denied: DeniedToken): void {
    const { tokenId, by, at, until } = denied;
    // Refused from here on, even where the database fails and throws.
    this.#denied.set(tokenId, denied);
    this.#setDenied.run(tokenId, by, at, until);
    this.#prune();
  }

  denied(): readonly DeniedToken[] {
    const now = this.#clock.now();
    return [...this.#denied.values()].filter(({ until }) => until > now);
  }

  close(): void {
    this.#database.close();
  }

  #keep(held: HeldTicket): void {
    const { id, principal } = held.ticket;
    this.#held.set(id, held);
    const mine = this.#byPrincipal.get(principal.id) ?? new Set();
    mine.add(id);
    this.#byPrincipal.set(principal.id, mine);
  }

  /** Tickets are held in the order of issue, which is about that of expiry: the first that is remembered ends the search. */
  #prune(): void {
    const now = this.#clock.now();
    for (const held of this.#held.values()) {
      if (!isForgotten(held, now)) break;
      const { ticket } = held;
      this.#forget.run(ticket.id);
      this.#held.delete(ticket.id);
      const mine = this.#byPrincipal.get(ticket.principal.id);
      mine?.delete(ticket.id);
      if (mine?.size === 0) this.#byPrincipal.delete(ticket.principal.id);
    }
    for (const { tokenId, until } of this.#denied.values()) {
      if (until > now) continue;
      this.#forgetDenied.run(tokenId);
      this.#denied.delete(tokenId);
    }
  }
}

function isForgotten({ ticket }: HeldTicket, now: Instant): boolean {
  return addMilliseconds(ticket.expiresAt, rememberedMs) <= now;
}
