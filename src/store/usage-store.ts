import { join } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { type Clock, instant } from '../base/clock.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { PrincipalId } from '../core/principal.ts';
import type { KeptUsage, UsageStore } from '../engine/usage-counters.ts';

/** Opens the counters of `directory`. The refusal is a sentence. */
export function openUsage(directory: string, clock: Clock): Result<StoredUsage, string> {
  const path = join(directory, 'usage.sqlite');
  const database = new DatabaseSync(path);
  const [found] = database.prepare('pragma user_version').all();
  if (found?.user_version !== 0 && found?.user_version !== schemaVersion) {
    database.close();
    return err(`${path}: the counters were written by a newer Sluice; use that one`);
  }
  database.exec('pragma journal_mode = wal');
  database.exec('pragma synchronous = normal');
  database.exec(schema);
  return ok(new StoredUsage(database, clock));
}

const schemaVersion = 1;
const schema = `
  create table if not exists usage (principal text primary key, at integer not null, counted text not null) strict;
  pragma user_version = ${schemaVersion};
`;

/** One row per principal, in SQLite. */
export class StoredUsage implements UsageStore {
  readonly #database: DatabaseSync;
  readonly #clock: Clock;
  readonly #put: StatementSync;

  constructor(database: DatabaseSync, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#put = database.prepare(
      `insert into usage (principal, at, counted) values (?1, ?2, ?3)
       on conflict (principal) do update set at = ?2, counted = ?3`,
    );
  }

  load(): readonly KeptUsage[] {
    this.#database.prepare('delete from usage where at < ?1').run(this.#clock.now() - keptFor);
    return this.#database.prepare('select principal, at, counted from usage').all().map(parseRow);
  }

  save(changed: readonly KeptUsage[]): void {
    this.#database.exec('begin');
    try {
      for (const { principal, at, hour, day, classes } of changed) {
        this.#put.run(principal, at, JSON.stringify({ hour, day, classes }));
      }
      this.#database.exec('commit');
    } finally {
      if (this.#database.isTransaction) this.#database.exec('rollback');
    }
  }

  close(): void {
    this.#database.close();
  }
}

/** Written by this version alone. */
function parseRow(row: Readonly<Record<string, unknown>>): KeptUsage {
  const counted = JSON.parse(String(row.counted)) as Omit<KeptUsage, 'principal' | 'at'>;
  return { principal: String(row.principal) as PrincipalId, at: instant(Number(row.at)), ...counted };
}

/** Longer than the longest window, microseconds. */
const keptFor = 2 * 24 * 3600 * 1_000_000;
