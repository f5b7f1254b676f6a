import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import type { SqliteDatabase, SqliteStatement } from 'kysely';
import { Lru } from '../base/lru.ts';

/** Node's own SQLite in the form that Kysely's dialect wants: no native package. */
export class SqliteConnection implements SqliteDatabase {
  readonly #database: DatabaseSync;
  readonly #prepared = new Lru<string, SqliteStatement>(100);

  constructor(path: string, options: { readonly readOnly: boolean }) {
    this.#database = new DatabaseSync(path, { readOnly: options.readOnly, timeout: busyMs });
  }

  /** Statements without parameters and results, at once. */
  execute(text: string): void {
    this.#database.exec(text);
  }

  prepare(text: string): SqliteStatement {
    const known = this.#prepared.get(text);
    if (known !== undefined) return known;
    // A transaction that begins as a reader can find at its first write that another one was faster; this one waits in line.
    const statement = statementOf(this.#database.prepare(text === 'begin' ? 'begin immediate' : text));
    this.#prepared.set(text, statement);
    return statement;
  }

  close(): void {
    this.#database.close();
  }
}

function statementOf(statement: StatementSync): SqliteStatement {
  const values = (parameters: readonly unknown[]) => parameters as readonly SQLInputValue[];
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...values(parameters)),
    run: (parameters) => statement.run(...values(parameters)),
    iterate: (parameters) => statement.iterate(...values(parameters)),
  };
}

/** Nobody else has the file open for longer than it takes to look into it: the directory is locked. */
const busyMs = 2000;
