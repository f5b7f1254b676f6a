import type { Denial } from '../core/denial.ts';
import type { Outcome } from '../core/fact.ts';
import type { SessionEffect, StatementFacts } from '../core/facts.ts';
import type { TransactionStatus } from '../core/question.ts';
import type { CatalogueIndex } from '../sql/catalogue-index.ts';
import { afterCommit, afterEffects, afterRollback, allLost, nothingOwn, type OwnObjects } from '../sql/own-objects.ts';

/** A statement on its way that changes what the session has made for itself, or may: later ones mean something else. */
export interface Change {
  readonly effects: readonly SessionEffect[];
  /** It ends a transaction, whole or in part, in which something was made or dropped. */
  readonly ends: boolean;
}

/**
 * What a session has made for itself, followed through transactions and savepoints. What has completed is known. What
 * is on its way counts already, since whatever follows it there runs only if it completes; but where the end of a
 * transaction is on its way, nothing is known until it has ended.
 */
export class SessionObjects {
  #state: OwnObjects = nothingOwn;
  /** What a rollback goes back to. */
  #base: OwnObjects = nothingOwn;
  #savepoints: { readonly name: string; readonly state: OwnObjects }[] = [];
  /** In the order in which they will run. */
  readonly #pending: Change[] = [];
  #view: OwnObjects = nothingOwn;
  #last: { readonly shared: CatalogueIndex; readonly own: OwnObjects; readonly index: CatalogueIndex } | null = null;

  /** Names under this catalogue, with those of the session. The same object until one of both changes. */
  beside(shared: CatalogueIndex): CatalogueIndex {
    const own = this.#view;
    if (own === nothingOwn) return shared;
    if (this.#last === null || this.#last.shared !== shared || this.#last.own !== own)
      this.#last = { shared, own, index: shared.withOwn(own) };
    return this.#last.index;
  }

  /** False: unqualified names may mean what is about to go, or to come back. */
  get certain(): boolean {
    return !this.#pending.some(({ ends }) => ends);
  }

  /** Going back to a savepoint, or to before the transaction, or committing it would change what there is. */
  get dirty(): boolean {
    return (
      this.#pending.length > 0 ||
      this.#state !== this.#base ||
      afterCommit(this.#state) !== this.#state ||
      this.#savepoints.some(({ state }) => state !== this.#state)
    );
  }

  /** A statement with these effects is about to be forwarded. Null: it changes nothing here. */
  decided(effects: readonly SessionEffect[]): Change | null {
    const changes = afterEffects(this.#view, effects) !== this.#view;
    const ends = this.dirty && effects.some(endsTransaction);
    if (!changes && !ends) return null;
    const change = { effects, ends };
    this.#pending.push(change);
    this.#look();
    return change;
  }

  /** It ended. `change` is what `decided` answered. */
  ended(effects: readonly SessionEffect[], outcome: Outcome, change: Change | null): void {
    const at = change === null ? -1 : this.#pending.indexOf(change);
    if (at >= 0) this.#pending.splice(at, 1);
    if (outcome.result === 'completed') for (const effect of effects) this.#follow(effect, outcome);
    else if (at >= 0 && !undone.has(outcome.result)) this.#state = allLost(this.#state);
    if (at >= 0 || this.#pending.length > 0) this.#look();
    else this.#view = this.#state;
  }

  /** `failed`: whatever was not committed before the error is rolled back, whichever message it was that failed. */
  ready(transaction: TransactionStatus, failed: boolean): void {
    if (transaction !== 'I') return;
    this.#end(failed ? afterRollback(this.#base, this.#state) : afterCommit(this.#state));
    this.#look();
  }

  #look(): void {
    this.#view = this.#pending.reduce(
      (own, { effects, ends }) => (ends ? allLost(own) : afterEffects(own, effects)),
      this.#state,
    );
  }

  #follow(effect: SessionEffect, outcome: Outcome): void {
    switch (effect.kind) {
      case 'commit':
        // COMMIT of a failed transaction is answered with the tag ROLLBACK.
        this.#end(outcome.tag === 'COMMIT' ? afterCommit(this.#state) : afterRollback(this.#base, this.#state));
        return;
      case 'rollback':
        this.#end(afterRollback(this.#base, this.#state));
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
        if (savepoint === undefined) this.#state = allLost(this.#state);
        else {
          this.#state = afterRollback(savepoint.state, this.#state);
          this.#savepoints.length = at + 1;
        }
        return;
      }
      default:
        this.#state = afterEffects(this.#state, [effect]);
    }
  }

  #end(left: OwnObjects): void {
    this.#state = left;
    this.#base = left;
    this.#savepoints = [];
  }

  #savepointIndex(name: string): number {
    return this.#savepoints.findLastIndex((savepoint) => savepoint.name === name);
  }
}

/**
 * Statements of one text are all decided before the first one runs. What is made in it is followed, but whether the end of a transaction
 * takes tables away or brings them back shows only when it has run.
 */
export function ridingOnObjects(statements: readonly StatementFacts[], objects: SessionObjects): Denial | null {
  let { dirty } = objects;
  for (const { effects } of statements.slice(0, -1)) {
    if (dirty && effects.some(endsTransaction)) return rides;
    dirty ||= effects.some(({ kind }) => kind.startsWith('own-'));
  }
  return null;
}

function endsTransaction({ kind }: SessionEffect): boolean {
  return kind === 'commit' || kind === 'rollback' || kind === 'rollback-to';
}

/** Results after which the target has done nothing of a statement. */
const undone: ReadonlySet<Outcome['result']> = new Set(['failed', 'skipped']);

const rides: Denial = {
  code: 'not_supported',
  message: 'the end of a transaction that made or dropped temporary tables must be the last statement of its query',
  hint: 'send the following statements as a query of their own',
};
