import type { Clock } from '../base/clock.ts';
import type { DeniedToken, Denylist } from '../identity/tickets.ts';
import type { ChangeFeed, FeedListener } from './change-feed.ts';
import type { StateDatabase } from './state-database.ts';
import type { Change } from './state-tables.ts';
import { deniedRow, parseDeniedRow } from './ticket-row.ts';

/** Denied tokens in memory, kept in the state: a denial is durable when its promise resolves. */
export class DeniedTokens implements Denylist, FeedListener {
  readonly #database: StateDatabase;
  readonly #feed: ChangeFeed;
  readonly #clock: Clock;
  readonly #denied = new Map<string, DeniedToken>();

  constructor(database: StateDatabase, feed: ChangeFeed, clock: Clock) {
    this.#database = database;
    this.#feed = feed;
    this.#clock = clock;
    feed.tell(this);
  }

  isDenied(tokenId: string): boolean {
    const denied = this.#denied.get(tokenId);
    return denied !== undefined && denied.until > this.#clock.now();
  }

  async deny(denied: DeniedToken): Promise<void> {
    // Refused from here on, even where the state cannot be written.
    this.#keep(denied);
    const row = deniedRow(denied);
    await this.#database.write(async ({ query, changed }) => {
      await query
        .insertInto('denied_tokens')
        .values(row)
        .onConflict((conflict) =>
          conflict.column('id').doUpdateSet({ until: row.until }).where('denied_tokens.until', '<', row.until),
        )
        .execute();
      changed({ kind: 'token', id: row.id });
    });
    await this.#feed.heard();
  }

  denied(): readonly DeniedToken[] {
    const now = this.#clock.now();
    return [...this.#denied.values()].filter(({ until }) => until > now);
  }

  /** Forgets tokens that have expired, here and in the state. */
  async prune(): Promise<void> {
    const now = this.#clock.now();
    for (const { tokenId, until } of this.#denied.values()) if (until <= now) this.#denied.delete(tokenId);
    await this.#database.write(({ query }) => query.deleteFrom('denied_tokens').where('until', '<=', now).execute());
  }

  async changed(changes: readonly Change[]): Promise<void> {
    const ids = new Set(changes.filter(({ kind }) => kind === 'token').map(({ id }) => id));
    if (ids.size === 0) return;
    const rows = await this.#database.read((read) =>
      read
        .selectFrom('denied_tokens')
        .selectAll()
        .where('id', 'in', [...ids])
        .execute(),
    );
    for (const denied of rows.map(parseDeniedRow)) this.#keep(denied);
  }

  async reload(): Promise<void> {
    const rows = await this.#database.read((read) => read.selectFrom('denied_tokens').selectAll().execute());
    for (const denied of rows.map(parseDeniedRow)) this.#keep(denied);
  }

  /** Nothing shortens a denial. */
  #keep(denied: DeniedToken): void {
    const known = this.#denied.get(denied.tokenId);
    if (known === undefined || known.until < denied.until) this.#denied.set(denied.tokenId, denied);
  }
}
