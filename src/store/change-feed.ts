import type { Clock } from '../base/clock.ts';
import { StateFault } from '../core/state-fault.ts';
import type { StateDatabase } from './state-database.ts';
import type { Change } from './state-tables.ts';

/** Holds a copy of something in the state, or waits for it. */
export interface FeedListener {
  /** What these are now is to be read. A rejection: the same changes come again. */
  changed(changes: readonly Change[]): Promise<void>;
  /** Copies are to be read anew. Where changes were missed, nobody will be told of them one by one. */
  reload(missed: boolean): Promise<void>;
}

/**
 * Follows the table of changes, and is the only one that tells listeners: one round at a time, in the order of commits. Numbers
 * in the table have no gap; where one is missing (pruned, or a database that was put back) everything is read anew.
 */
export class ChangeFeed {
  readonly #database: StateDatabase;
  readonly #clock: Clock;
  readonly #listeners: FeedListener[] = [];
  /** The last change that every listener has heard of; null: everything is to be read. */
  #last: number | null = null;
  #running: Promise<void> = Promise.resolve();
  #waiting: Promise<void> | null = null;
  #closed = false;
  #forgotten = false;
  #currentAt = Number.NEGATIVE_INFINITY;

  constructor(database: StateDatabase, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** From the next round on, which reads everything. Before the first one. */
  tell(listener: FeedListener): void {
    this.#listeners.push(listener);
    this.#last = null;
  }

  /** For how long nothing is known of what others have changed, milliseconds. */
  get behindMs(): number {
    return this.#clock.monotonic() - this.#currentAt;
  }

  /** Copies are read anew in the next round, whatever the table of changes says. */
  forget(): void {
    this.#forgotten = true;
  }

  /** Resolves when listeners know of everything that was committed before this call. */
  catchUp(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    if (this.#waiting !== null) return this.#waiting;
    const round = this.#running
      .catch(() => undefined)
      .then(() => {
        this.#waiting = null;
        return this.#follow();
      });
    this.#waiting = round;
    this.#running = round;
    return round;
  }

  /** The same for a writer, whose change is stored whatever happens now: where it cannot be read, a later round will. */
  async heard(): Promise<void> {
    try {
      await this.catchUp();
    } catch (error) {
      if (!(error instanceof StateFault)) throw error;
    }
  }

  /** Resolves when nothing is read any more. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running.catch(() => undefined);
  }

  /** Drops what every instance has long heard of, or must read anew. */
  async prune(): Promise<void> {
    const before = this.#clock.now() - keptMs * 1000;
    await this.#database.write(({ query }) => query.deleteFrom('changes').where('at', '<', before).execute());
  }

  async #follow(): Promise<void> {
    const from = this.#clock.monotonic();
    if (this.#forgotten) await this.#reload(false);
    for (;;) {
      const { last } = await this.#database.read((read) =>
        read.selectFrom('feed').select('last').executeTakeFirstOrThrow(),
      );
      if (last === this.#last) break;
      const next = await this.#next(last);
      if (next === null) await this.#reload(true);
      this.#last = next ?? last;
    }
    this.#currentAt = from;
  }

  /** The number of the last change that was told; null where some are gone. */
  async #next(last: number): Promise<number | null> {
    const told = this.#last;
    if (told === null || last < told) return null;
    const changes = await this.#database.read((read) =>
      read.selectFrom('changes').selectAll().where('seq', '>', told).orderBy('seq').limit(atOnce).execute(),
    );
    const newest = changes.at(-1)?.seq;
    if (newest === undefined || newest !== told + changes.length) return null;
    for (const listener of this.#listeners) await listener.changed(changes);
    return newest;
  }

  async #reload(missed: boolean): Promise<void> {
    // Whoever says so again meanwhile is heard.
    this.#forgotten = false;
    try {
      for (const listener of this.#listeners) await listener.reload(missed);
    } catch (error) {
      this.#forgotten = true;
      throw error;
    }
  }
}

const atOnce = 500;
/** Longer than an instance is left alone by a poll; who was away for longer reads everything. */
const keptMs = 60 * 60 * 1000;
