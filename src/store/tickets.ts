import { addMilliseconds, type Clock, type Instant } from '../base/clock.ts';
import type { TicketId } from '../core/ids.ts';
import type { PrincipalId } from '../core/principal.ts';
import type { Ticket } from '../identity/ticket.ts';
import type { HeldTicket, Tickets } from '../identity/tickets.ts';
import type { ChangeFeed, FeedListener } from './change-feed.ts';
import type { StateDatabase } from './state-database.ts';
import type { Change } from './state-tables.ts';
import { parseTicketRow, ticketRow } from './ticket-row.ts';

/** A ticket is remembered this long after it expired: whoever still presents it is told that it did. */
export const rememberedMs = 60 * 60 * 1000;

/** Tickets in memory, kept in the state: what is done here is durable when its promise resolves. */
export class StoredTickets implements Tickets, FeedListener {
  readonly #database: StateDatabase;
  readonly #feed: ChangeFeed;
  readonly #clock: Clock;
  readonly #held = new Map<TicketId, HeldTicket>();
  readonly #byPrincipal = new Map<PrincipalId, Set<TicketId>>();

  constructor(database: StateDatabase, feed: ChangeFeed, clock: Clock) {
    this.#database = database;
    this.#feed = feed;
    this.#clock = clock;
    feed.tell(this);
  }

  async add(ticket: Ticket): Promise<void> {
    const row = ticketRow(ticket, null);
    await this.#database.write(async ({ query, changed }) => {
      await query.insertInto('tickets').values(row).execute();
      changed({ kind: 'ticket', id: ticket.id });
    });
    this.#keep({ ticket, revoked: null });
    this.#forgetOld();
  }

  find(id: TicketId): HeldTicket | null {
    return this.#held.get(id) ?? null;
  }

  refresh(): Promise<void> | null {
    return this.#database.shared ? inTime(this.#feed.heard()) : null;
  }

  async revoke(id: TicketId, by: PrincipalId, at: Instant): Promise<void> {
    const held = this.#held.get(id);
    // Refused from here on, even where the state cannot be written.
    if (held !== undefined) this.#keep({ ticket: held.ticket, revoked: { by, at } });
    await this.#database.write(async ({ query, changed }) => {
      await query
        .updateTable('tickets')
        .set({ revoked_by: by, revoked_at: at })
        .where('id', '=', id)
        .where('revoked_by', 'is', null)
        .execute();
      changed({ kind: 'ticket', id });
    });
    await this.#feed.heard();
  }

  of(principal: PrincipalId): readonly HeldTicket[] {
    return [...(this.#byPrincipal.get(principal) ?? [])].flatMap((id) => this.#held.get(id) ?? []);
  }

  all(): readonly HeldTicket[] {
    const now = this.#clock.now();
    return [...this.#held.values()].filter((held) => !isForgotten(held, now));
  }

  /** Forgets what nobody asks for any more, here and in the state. */
  async prune(): Promise<void> {
    this.#forgetOld();
    const before = addMilliseconds(this.#clock.now(), -rememberedMs);
    await this.#database.write(({ query }) => query.deleteFrom('tickets').where('expires_at', '<=', before).execute());
  }

  async changed(changes: readonly Change[]): Promise<void> {
    const ids = new Set(changes.filter(({ kind }) => kind === 'ticket').map(({ id }) => id));
    if (ids.size === 0) return;
    const rows = await this.#database.read((read) =>
      read
        .selectFrom('tickets')
        .selectAll()
        .where('id', 'in', [...ids])
        .execute(),
    );
    for (const held of rows.map(parseTicketRow)) this.#keep(held);
  }

  async reload(): Promise<void> {
    const rows = await this.#database.read((read) => read.selectFrom('tickets').selectAll().orderBy('id').execute());
    for (const held of rows.map(parseTicketRow)) this.#keep(held);
    this.#forgetOld();
  }

  /** A revocation is final, and the first one counts: no row that was read before it brings a ticket back. */
  #keep({ ticket, revoked }: HeldTicket): void {
    const { id, principal } = ticket;
    this.#held.set(id, { ticket, revoked: this.#held.get(id)?.revoked ?? revoked });
    const mine = this.#byPrincipal.get(principal.id) ?? new Set();
    mine.add(id);
    this.#byPrincipal.set(principal.id, mine);
  }

  /** Tickets are held in the order of issue, which is about that of expiry: the first that is remembered ends the search. */
  #forgetOld(): void {
    const now = this.#clock.now();
    for (const held of this.#held.values()) {
      if (!isForgotten(held, now)) break;
      const { ticket } = held;
      this.#held.delete(ticket.id);
      const mine = this.#byPrincipal.get(ticket.principal.id);
      mine?.delete(ticket.id);
      if (mine?.size === 0) this.#byPrincipal.delete(ticket.principal.id);
    }
  }
}

/** What is answered in time counts; a state that does not answer keeps nobody waiting for long. */
async function inTime(heard: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, refreshMs);
  });
  try {
    await Promise.race([heard, late]);
  } finally {
    clearTimeout(timer);
  }
}

const refreshMs = 1000;

function isForgotten({ ticket }: HeldTicket, now: Instant): boolean {
  return addMilliseconds(ticket.expiresAt, rememberedMs) <= now;
}
