import type { Instant } from '../base/clock.ts';
import type { Principal, PrincipalId } from '../core/principal.ts';
import type { KnownPrincipal, PrincipalStates } from '../engine/ports.ts';
import type { ChangeFeed, FeedListener } from './change-feed.ts';
import { knownText, type PrincipalRow, parsePrincipalRow, type Sighting } from './principal-row.ts';
import type { StateDatabase } from './state-database.ts';
import type { Change } from './state-tables.ts';

/** Principals that are kept for `principals list`. The least recently seen are forgotten first, the disabled ones never. */
export const seenLimit = 10_000;
/** From the first sight of a principal to the write that keeps it, milliseconds. */
const flushMs = 5000;

/** Principals in memory, kept in the state: a disable is durable when its promise resolves, a sighting some seconds later. */
export class StoredPrincipals implements PrincipalStates, FeedListener {
  readonly #database: StateDatabase;
  readonly #feed: ChangeFeed;
  #disabled = new Set<PrincipalId>();
  /** Disabled here and not yet heard of from the state: refused whatever that says. */
  readonly #insisted = new Map<PrincipalId, 'asked' | 'stored'>();
  /** In the order of last sight. */
  readonly #seen = new Map<PrincipalId, Sighting>();
  /** What the state holds of each, so that others hear of what is new only. */
  readonly #kept = new Map<PrincipalId, string>();
  readonly #unsaved = new Set<PrincipalId>();
  #timer: NodeJS.Timeout | null = null;

  constructor(database: StateDatabase, feed: ChangeFeed) {
    this.#database = database;
    this.#feed = feed;
    feed.tell(this);
  }

  isDisabled(id: PrincipalId): boolean {
    return this.#disabled.has(id) || this.#insisted.has(id);
  }

  async disable(id: PrincipalId, by: PrincipalId, at: Instant): Promise<void> {
    // Refused from here on, even where the state cannot be written.
    this.#insisted.set(id, 'asked');
    await this.#store(id, 1, by, at);
    this.#insisted.set(id, 'stored');
    await this.#feed.heard();
  }

  async enable(id: PrincipalId, by: PrincipalId, at: Instant): Promise<void> {
    await this.#store(id, 0, by, at);
    this.#insisted.delete(id);
    await this.#feed.heard();
  }

  behindMs(): number {
    return this.#database.shared ? this.#feed.behindMs : 0;
  }

  seen(principal: Principal, at: Instant): void {
    const { id, kind, display, issuer, groups, onBehalfOf } = principal;
    // Inserted anew, so that the map is in the order of last sight.
    this.#seen.delete(id);
    this.#seen.set(id, { id, kind, display, issuer, groups, onBehalfOf, lastSeen: at });
    this.#unsaved.add(id);
    this.#timer ??= setTimeout(() => void this.flush(), flushMs).unref();
  }

  list(): readonly KnownPrincipal[] {
    const known = [...this.#seen.values()].map((seen) => ({ ...seen, disabled: this.isDisabled(seen.id) }));
    const disabled = new Set([...this.#disabled, ...this.#insisted.keys()]);
    const unseen = [...disabled].filter((id) => !this.#seen.has(id)).map(neverSeen);
    return [...known, ...unseen].sort((one, other) => (one.id < other.id ? -1 : one.id > other.id ? 1 : 0));
  }

  /** Keeps who was seen. What cannot be kept now is kept with the next sight. */
  async flush(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const sightings = [...this.#unsaved].sort().flatMap((id) => this.#seen.get(id) ?? []);
    this.#unsaved.clear();
    try {
      for (let from = 0; from < sightings.length; from += atOnce)
        await this.#save(sightings.slice(from, from + atOnce));
      await this.#forgetSurplus();
    } catch {
      // Sightings are a convenience.
      for (const { id } of sightings) this.#unsaved.add(id);
    }
  }

  async changed(changes: readonly Change[]): Promise<void> {
    const ids = new Set(changes.filter(({ kind }) => kind === 'principal').map(({ id }) => id as PrincipalId));
    if (ids.size === 0) return;
    const rows = await this.#database.read((read) =>
      read
        .selectFrom('principals')
        .selectAll()
        .where('id', 'in', [...ids])
        .execute(),
    );
    for (const row of rows.map(parsePrincipalRow)) {
      if (row.disabled) this.#disabled.add(row.id);
      else this.#disabled.delete(row.id);
      this.#apply(row);
    }
  }

  async reload(): Promise<void> {
    const rows = await this.#database.read((read) =>
      read.selectFrom('principals').selectAll().orderBy('last_seen').execute(),
    );
    const parsed = rows.map(parsePrincipalRow);
    this.#disabled = new Set(parsed.filter(({ disabled }) => disabled).map(({ id }) => id));
    for (const row of parsed) this.#apply(row);
  }

  #apply({ id, seen }: PrincipalRow): void {
    if (this.#insisted.get(id) === 'stored') this.#insisted.delete(id);
    if (seen === null) return;
    this.#kept.set(id, knownText(seen));
    const known = this.#seen.get(id);
    if (known === undefined || known.lastSeen < seen.lastSeen) this.#seen.set(id, seen);
  }

  async #store(id: PrincipalId, disabled: 0 | 1, by: PrincipalId, at: Instant): Promise<void> {
    const change = { disabled, changed_by: by, changed_at: at };
    await this.#database.write(async ({ query, changed }) => {
      await query
        .insertInto('principals')
        .values({ id, known: null, last_seen: null, ...change })
        .onConflict((conflict) => conflict.column('id').doUpdateSet(change))
        .execute();
      changed({ kind: 'principal', id });
    });
  }

  async #save(sightings: readonly Sighting[]): Promise<void> {
    const rows = sightings.map((seen) => ({
      id: seen.id,
      known: knownText(seen),
      last_seen: seen.lastSeen,
      disabled: 0,
      changed_by: null,
      changed_at: null,
    }));
    await this.#database.write(async ({ query, changed }) => {
      await query
        .insertInto('principals')
        .values(rows)
        .onConflict((conflict) =>
          conflict.column('id').doUpdateSet((row) => ({
            known: row.ref('excluded.known'),
            last_seen: row.ref('excluded.last_seen'),
          })),
        )
        .execute();
      for (const { id, known } of rows) if (this.#kept.get(id) !== known) changed({ kind: 'principal', id });
    });
  }

  async #forgetSurplus(): Promise<void> {
    for (const id of [...this.#seen.keys()].slice(0, Math.max(0, this.#seen.size - seenLimit))) {
      this.#seen.delete(id);
      this.#kept.delete(id);
    }
    await this.#database.write(async ({ query }) => {
      const oldest = await query
        .selectFrom('principals')
        .select('last_seen')
        .where('disabled', '=', 0)
        .where('last_seen', 'is not', null)
        .orderBy('last_seen', 'desc')
        .limit(1)
        .offset(seenLimit)
        .executeTakeFirst();
      if (oldest === undefined) return;
      await query
        .deleteFrom('principals')
        .where('disabled', '=', 0)
        .where('last_seen', '<=', oldest.last_seen)
        .execute();
    });
  }
}

function neverSeen(id: PrincipalId): KnownPrincipal {
  const [issuer = ''] = id.split('/', 1);
  return { id, kind: 'workload', display: id, issuer, groups: [], onBehalfOf: null, disabled: true, lastSeen: null };
}

/** Below the number of parameters that servers take. */
const atOnce = 500;
