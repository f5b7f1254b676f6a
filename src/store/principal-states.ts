import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Instant } from '../base/clock.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Principal, PrincipalId } from '../core/principal.ts';
import type { KnownPrincipal, PrincipalStates } from '../engine/ports.ts';
import { parsePrincipalRow } from './principal-row.ts';

/** Principals that are kept for `principals list`. The least recently seen are forgotten first, the disabled ones never. */
export const seenLimit = 10_000;
/** From the first sight of a principal to the write that keeps it, milliseconds. */
const flushMs = 5000;

/** Opens the embedded database in `directory`. The refusal is a sentence. */
export function openPrincipalStates(directory: string): Result<StoredPrincipals, string> {
  const path = join(directory, 'state.sqlite');
  const database = new DatabaseSync(path);
  const [found] = database.prepare('pragma user_version').all();
  if (found?.user_version !== 0 && found?.user_version !== schemaVersion) {
    database.close();
    return err(`${path}: the state was written by a newer Sluice; use that one`);
  }
  database.exec('pragma journal_mode = wal');
  database.exec(schema);
  return ok(new StoredPrincipals(database));
}

const schemaVersion = 1;
const schema = `
  create table if not exists principals (
    id text primary key, known text, last_seen integer,
    disabled integer not null default 0, changed_by text, changed_at integer
  ) strict;
  pragma user_version = ${schemaVersion};
`;

type Seen = Omit<KnownPrincipal, 'disabled'>;

/** Principals in memory, kept in SQLite: a disable is durable when the call returns, a sighting some seconds later. */
export class StoredPrincipals implements PrincipalStates {
  readonly #database: DatabaseSync;
  readonly #setDisabled: StatementSync;
  readonly #setSeen: StatementSync;
  readonly #forget: StatementSync;
  readonly #seen = new Map<PrincipalId, Seen>();
  readonly #disabled = new Set<PrincipalId>();
  readonly #unsaved = new Set<PrincipalId>();
  #timer: NodeJS.Timeout | null = null;

  constructor(database: DatabaseSync) {
    this.#database = database;
    this.#setDisabled = database.prepare(
      `insert into principals (id, disabled, changed_by, changed_at) values (?1, ?2, ?3, ?4)
       on conflict (id) do update set disabled = ?2, changed_by = ?3, changed_at = ?4`,
    );
    this.#setSeen = database.prepare(
      `insert into principals (id, known, last_seen) values (?1, ?2, ?3)
       on conflict (id) do update set known = ?2, last_seen = ?3`,
    );
    this.#forget = database.prepare('delete from principals where id = ?1 and disabled = 0');
    this.#load();
  }

  isDisabled(id: PrincipalId): boolean {
    return this.#disabled.has(id);
  }

  disable(id: PrincipalId, by: PrincipalId, at: Instant): void {
    // Refused from here on, even where the database fails and throws.
    this.#disabled.add(id);
    this.#durably(() => this.#setDisabled.run(id, 1, by, at));
  }

  enable(id: PrincipalId, by: PrincipalId, at: Instant): void {
    this.#durably(() => this.#setDisabled.run(id, 0, by, at));
    this.#disabled.delete(id);
  }

  seen(principal: Principal, at: Instant): void {
    const { id, kind, display, issuer, groups, onBehalfOf } = principal;
    // Inserted anew, so that the map is in the order of last sight.
    this.#seen.delete(id);
    this.#seen.set(id, { id, kind, display, issuer, groups, onBehalfOf, lastSeen: at });
    this.#unsaved.add(id);
    this.#timer ??= setTimeout(() => this.#flush(), flushMs).unref();
  }

  list(): readonly KnownPrincipal[] {
    const known = [...this.#seen.values()].map((seen) => ({ ...seen, disabled: this.#disabled.has(seen.id) }));
    const unseen = [...this.#disabled].filter((id) => !this.#seen.has(id)).map(neverSeen);
    return [...known, ...unseen].sort((one, other) => (one.id < other.id ? -1 : one.id > other.id ? 1 : 0));
  }

  close(): void {
    this.#flush();
    this.#database.close();
  }

  #load(): void {
    const rows = this.#database.prepare('select * from principals order by last_seen').all();
    for (const row of rows) {
      const { id, disabled, seen } = parsePrincipalRow(row);
      if (disabled) this.#disabled.add(id);
      if (seen !== null) this.#seen.set(id, seen);
    }
  }

  #durably(act: () => void): void {
    // A revocation that a power failure takes back would be a door left open.
    this.#database.exec('pragma synchronous = full');
    act();
    this.#database.exec('pragma synchronous = normal');
  }

  #flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#database.exec('begin');
    try {
      for (const id of this.#unsaved) this.#save(id);
      for (const id of this.#surplus()) {
        this.#seen.delete(id);
        this.#forget.run(id);
      }
      this.#database.exec('commit');
      this.#unsaved.clear();
    } catch {
      // Sightings are a convenience: they stay unsaved until the next one.
      if (this.#database.isTransaction) this.#database.exec('rollback');
    }
  }

  #save(id: PrincipalId): void {
    const seen = this.#seen.get(id);
    if (seen !== undefined) this.#setSeen.run(id, JSON.stringify({ ...seen, lastSeen: undefined }), seen.lastSeen);
  }

  #surplus(): readonly PrincipalId[] {
    const over = Math.max(0, this.#seen.size - seenLimit);
    return [...this.#seen.keys()].slice(0, over);
  }
}

function neverSeen(id: PrincipalId): KnownPrincipal {
  const [issuer = ''] = id.split('/', 1);
  return { id, kind: 'workload', display: id, issuer, groups: [], onBehalfOf: null, disabled: true, lastSeen: null };
}
