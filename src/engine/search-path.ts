import type { Outcome } from '../core/fact.ts';
import type { SessionEffect } from '../core/facts.ts';
import type { TransactionStatus } from '../core/question.ts';
import { splitPath } from '../sql/search-path-text.ts';

/** Schemas in the order of look-up, or `unknown`: then only qualified names mean something. */
export type Path = readonly string[] | 'unknown';

/**
 * The search path in force in one session, followed through transactions and savepoints. PostgreSQL looks names up anew
 * whenever the path changed, also for prepared statements, so a wrong guess here would decide one table and read another:
 * whatever is not certain is `unknown`.
 *
 * PostgreSQL 18 and later report the path: before they are ready for the next statement they tell it if it differs from what
 * they told last, whoever changed it. What was reported last is then the truth whenever the target is ready, and only what
 * runs in between is followed.
 */
export class SearchPath {
  readonly #initial: readonly string[];
  #state: State;
  /** What a rollback goes back to. */
  #base: State;
  /** Null: the target does not report it. */
  #reported: Path | null;
  /** A portal with code that is not reviewed has given part of its rows: the rest runs whenever the client asks, until the transaction ends. */
  #hanging = false;
  /** A transaction block is open, or its BEGIN has completed. */
  #block = false;
  #savepoints: { readonly name: string; readonly state: State }[] = [];
  /** Decided statements that may change the path and have not ended. */
  #unsettled = 0;

  /** @param reported what the target said of it when the session opened; null: nothing, nor will it later */
  constructor(initial: readonly string[], reported: string | null) {
    // Frozen and shared by sessions: what is remembered of statements is found by the path they were read under.
    this.#initial = Object.freeze(initial);
    this.#state = { session: this.#initial, local: null };
    this.#base = this.#state;
    this.#reported = reported === null ? null : read(reported);
    this.#believe('I');
  }

  get inForce(): Path {
    return this.#unsettled > 0 || this.#hanging ? 'unknown' : (this.#state.local ?? this.#state.session);
  }

  /** The transaction has changed the path, so that ending it may change it again. */
  get dirty(): boolean {
    return this.#state !== this.#base;
  }

  /** The target reports the path. It counts once the target is ready: what is on its way until then is followed. */
  reported(value: string): void {
    if (this.#reported !== null) this.#reported = read(value);
  }

  /** A statement with these effects is about to be forwarded. Answers whether later statements must wait for it. */
  decided(effects: readonly SessionEffect[]): boolean {
    if (!effects.some((effect) => this.#moves(effect))) return false;
    this.#unsettled += 1;
    return true;
  }

  /** It ended. `moved` is what `decided` answered. */
  ended(effects: readonly SessionEffect[], outcome: Outcome, moved: boolean): void {
    if (moved) this.#unsettled -= 1;
    // Code that nobody reviewed may have set the path before it failed, and a function's SET survives its error handler.
    if (effects.some((effect) => effect.kind === 'opaque')) {
      this.#state = nothingKnown;
      // Outside of a block a procedure may have committed what it set: then no rollback takes it back.
      if (!this.#block) this.#base = nothingKnown;
      this.#hanging ||= outcome.result === 'suspended';
    }
    if (moved && outcome.result === 'suspended') this.#state = nothingKnown;
    if (outcome.result !== 'completed') return;
    for (const effect of effects) this.#apply(effect, outcome);
  }

  /** `failed`: whatever was not committed before the error is rolled back, whichever message it was that failed. */
  ready(transaction: TransactionStatus, failed: boolean): void {
    this.#block = transaction !== 'I';
    if (transaction === 'I') {
      this.#state = failed && this.#state.session !== 'unknown' ? this.#base : { ...this.#state, local: null };
      this.#base = this.#state;
      this.#savepoints = [];
      this.#hanging = false;
    }
    this.#believe(transaction);
  }

  /** What is in force now is what was reported; what of it outlives an open transaction shows when that has ended. */
  #believe(transaction: TransactionStatus): void {
    const path = this.#reported;
    if (path === null || samePath(path, this.#state.local ?? this.#state.session)) return;
    if (transaction !== 'I') this.#state = { session: 'unknown', local: path };
    else {
      this.#state = { session: path, local: null };
      this.#base = this.#state;
    }
  }

  #moves(effect: SessionEffect): boolean {
    switch (effect.kind) {
      case 'search-path':
      case 'opaque':
        return true;
      case 'commit':
      case 'rollback':
      case 'rollback-to':
        return this.dirty || this.#state.local !== null;
      default:
        return false;
    }
  }

  #apply(effect: SessionEffect, outcome: Outcome): void {
    switch (effect.kind) {
      case 'begin':
        this.#block = true;
        return;
      case 'search-path': {
        const path = effect.path ?? this.#initial;
        this.#state = effect.local ? { ...this.#state, local: path } : { session: path, local: null };
        return;
      }
      case 'commit':
        // COMMIT of a failed transaction is answered with the tag ROLLBACK.
        this.#endTransaction(outcome.tag === 'COMMIT');
        return;
      case 'rollback':
        this.#endTransaction(false);
        return;
      case 'savepoint':
        this.#savepoints.push({ name: effect.name, state: this.#state });
        return;
      case 'release': {
        const at = this.#savepointIndex(effect.name);
        if (at >= 0) this.#savepoints.length = at;
        return;
      }
      case 'rollback-to': {
        const at = this.#savepointIndex(effect.name);
        const savepoint = this.#savepoints[at];
        if (savepoint === undefined) this.#state = nothingKnown;
        else {
          this.#state = savepoint.state;
          this.#savepoints.length = at + 1;
        }
        return;
      }
      default:
        return;
    }
  }

  #endTransaction(committed: boolean): void {
    this.#block = false;
    this.#hanging = false;
    this.#state = committed ? { ...this.#state, local: null } : this.#base;
    this.#base = this.#state;
    this.#savepoints = [];
  }

  #savepointIndex(name: string): number {
    return this.#savepoints.findLastIndex((savepoint) => savepoint.name === name);
  }
}

export function samePath(one: Path, other: Path): boolean {
  if (one === other) return true;
  if (one === 'unknown' || other === 'unknown' || one.length !== other.length) return false;
  return one.every((schema, at) => schema === other[at]);
}

interface State {
  readonly session: Path;
  readonly local: Path | null;
}

const nothingKnown: State = Object.freeze({ session: 'unknown', local: null });

function read(reported: string): Path {
  const names = splitPath(reported);
  return names === null ? 'unknown' : Object.freeze(names);
}
