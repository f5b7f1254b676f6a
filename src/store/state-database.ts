import { AsyncLocalStorage } from 'node:async_hooks';
import type { Kysely, Transaction } from 'kysely';
import type { Clock } from '../base/clock.ts';
import { driverFault, isLost } from './driver-fault.ts';
import type { Change, StateTables } from './state-tables.ts';

/** What differs between the two servers behind one query code. */
export interface StateServer {
  /** Never waits for a writer of this process. */
  readonly reads: Kysely<StateTables>;
  /** Its transactions hold a row until they end. */
  readonly writes: Kysely<StateTables>;
  /** Other instances write too. */
  readonly shared: boolean;
  /** Locks what is selected where the server has locks of rows; the other has one writer at a time. */
  readonly locksRows: boolean;
  /** Within a transaction that changed something: wakes the other instances once it is committed. */
  announce(transaction: Transaction<StateTables>): Promise<void>;
  /** Tells of what others have committed, or may have. */
  follow(hooks: FollowHooks): void;
  close(): Promise<void>;
}

export interface FollowHooks {
  /** There may be changes. */
  readonly onWord: () => void;
  /** Word reaches this instance from now on: whatever changed before may have been missed. */
  readonly onListening: () => void;
}

/** A transaction as it is written. */
export interface Writing {
  readonly query: Transaction<StateTables>;
  /** Tells everybody that holds a copy, with the commit. */
  changed(change: Change): void;
}

/** Reads and transactions over whichever server it is. What fails rejects with a `StateFault`. */
export class StateDatabase {
  readonly #server: StateServer;
  readonly #clock: Clock;
  readonly #inside = new AsyncLocalStorage<OpenWriting>();
  #committed: () => void = () => undefined;

  constructor(server: StateServer, clock: Clock) {
    this.#server = server;
    this.#clock = clock;
  }

  get shared(): boolean {
    return this.#server.shared;
  }

  get locksRows(): boolean {
    return this.#server.locksRows;
  }

  /** `onWord` is called after every commit of this instance, too. */
  follow(hooks: FollowHooks): void {
    this.#committed = hooks.onWord;
    this.#server.follow(hooks);
  }

  read<T>(query: (database: Kysely<StateTables>) => Promise<T>): Promise<T> {
    return settled(
      () => query(this.#server.reads),
      () => true,
    );
  }

  /**
   * One transaction, tried again only while `work` was not called. Begun within another one of the same flow it is part of that:
   * it cannot wait for it.
   */
  async write<T>(work: (writing: Writing) => Promise<T>): Promise<T> {
    const outer = this.#inside.getStore();
    if (outer?.open === true) return await settled(() => work(outer), never);
    const changes: Change[] = [];
    let begun = false;
    const transaction = () =>
      this.#server.writes.transaction().execute(async (query) => {
        begun = true;
        const writing: OpenWriting = { query, changed: (change) => void changes.push(change), open: true };
        try {
          const done = await this.#inside.run(writing, () => work(writing));
          if (changes.length > 0) await this.#record(query, changes);
          return done;
        } finally {
          writing.open = false;
        }
      });
    const value = await settled(transaction, () => !begun);
    if (changes.length > 0) this.#committed();
    return value;
  }

  close(): Promise<void> {
    return this.#server.close();
  }

  /** The last thing before the commit: the row of `feed` is held for as short a time as can be. */
  async #record(query: Transaction<StateTables>, changes: readonly Change[]): Promise<void> {
    const { last } = await query
      .updateTable('feed')
      .set((row) => ({ last: row('last', '+', changes.length) }))
      .returning('last')
      .executeTakeFirstOrThrow();
    const at = this.#clock.now();
    const rows = changes.map(({ kind, id }, index) => ({ seq: last - changes.length + 1 + index, at, kind, id }));
    await query.insertInto('changes').values(rows).execute();
    await this.#server.announce(query);
  }
}

/** What a caller's own code threw in the middle of a transaction: it is thrown as it was. */
export class Thrown extends Error {
  readonly error: unknown;

  constructor(error: unknown) {
    super('thrown within a transaction');
    this.error = error;
  }
}

/** One more than there are connections of a kind. */
const attempts = 6;

interface OpenWriting extends Writing {
  open: boolean;
}

/** Acts again, where it may, when only a connection was lost: after a restart of the server those that lay idle are all dead. */
async function settled<T>(act: () => Promise<T>, mayAgain: () => boolean): Promise<T> {
  for (let left = attempts - 1; ; left--) {
    try {
      return await act();
    } catch (error) {
      if (error instanceof Thrown) throw error.error;
      if (left === 0 || !mayAgain() || !isLost(error)) throw driverFault(error);
    }
  }
}

function never(): boolean {
  return false;
}
