import { existsSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { err, ok, type Result } from '../base/result.ts';
import type { HeldTicket } from '../identity/tickets.ts';
import { errorPhrase } from './error-code.ts';
import type { StateTables } from './state-tables.ts';
import { syncDirectory } from './sync-directory.ts';
import { parseTicketRow } from './ticket-row.ts';

/** What an SQLite file of an earlier start holds that must not be lost. */
export interface FormerState {
  readonly principals: readonly StateTables['principals'][];
  readonly tickets: readonly HeldTicket[];
  readonly denied: readonly StateTables['denied_tokens'][];
  /** Those that are decided: what waits has lost its client. */
  readonly approvals: readonly StateTables['approvals'][];
  /** Those that are over: what is still good was given under another key. */
  readonly grants: readonly StateTables['grants'][];
}

/** Null where there is no such file. The refusal is a sentence. */
export function readFormerState(path: string): Result<FormerState | null, string> {
  if (!existsSync(path)) return ok(null);
  try {
    const database = new DatabaseSync(path);
    try {
      return ok(contentOf(database));
    } finally {
      // Nobody else has it open: what stood in its companion files is in it from here on.
      database.close();
    }
  } catch {
    return err(
      `${path}: what an earlier start kept cannot be read, and nothing of it may be lost; restore it from a copy`,
    );
  }
}

/** It was taken over: out of the way, and kept. */
export async function retireFormerState(path: string): Promise<Result<null, string>> {
  try {
    await rename(path, `${path}.imported`);
    await syncDirectory(dirname(path));
    return ok(null);
  } catch (error) {
    return err(`${path}: cannot be renamed to ${path}.imported (${errorPhrase(error)})`);
  }
}

function contentOf(database: DatabaseSync): FormerState {
  const there = new Set(
    database
      .prepare(`select name from sqlite_schema where type = 'table'`)
      .all()
      .map(({ name }) => name),
  );
  const rows = <T>(table: keyof StateTables, where = 'true'): readonly T[] =>
    there.has(table)
      ? (database.prepare(`select * from ${table} where ${where}`).all() as unknown as readonly T[])
      : [];
  return {
    principals: rows('principals'),
    tickets: rows<StateTables['tickets']>('tickets').flatMap(readable),
    denied: rows('denied_tokens'),
    approvals: rows('approvals', `state <> 'pending'`),
    grants: rows('grants', `state <> 'active'`),
  };
}

/** A ticket that this version cannot read opens nothing; it is left out. */
function readable(row: StateTables['tickets']): readonly HeldTicket[] {
  try {
    return [parseTicketRow(row)];
  } catch {
    return [];
  }
}
