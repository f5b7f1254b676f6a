import type { Denial } from '../core/denial.ts';
import type { Outcome } from '../core/fact.ts';
import type { SessionEffect, StatementFacts } from '../core/facts.ts';
import type { TransactionStatus } from '../core/question.ts';
import type { NameScope } from '../sql/analyse.ts';
import type { CatalogueIndex } from '../sql/catalogue-index.ts';
import { ownSchema } from '../sql/own-objects.ts';
import { SearchPath } from './search-path.ts';
import { type Change, ridingOnObjects, SessionObjects } from './session-objects.ts';

/** What names mean in one session: its search path, and what it has made for itself. */
export class SessionNames {
  readonly #path: SearchPath;
  readonly #objects = new SessionObjects();
  #changed = false;

  /** @param reported what the target said of its search path when the session opened; null: nothing */
  constructor(path: readonly string[], reported: string | null) {
    this.#path = new SearchPath(path, reported);
  }

  /** @param catalogue with or without what a session has made */
  under({ shared }: CatalogueIndex): NameScope {
    return {
      catalogue: this.#objects.beside(shared),
      path: this.#objects.certain ? this.#path.inForce : 'unknown',
    };
  }

  /** A statement with these effects is about to be forwarded. Set: later statements must wait for it. */
  decided(effects: readonly SessionEffect[]): Moves | null {
    if (effects.length === 0) return null;
    const path = this.#path.decided(effects);
    const objects = this.#objects.decided(effects);
    return path || objects !== null ? { path, objects } : null;
  }

  /** It ended. `moves` is what `decided` answered. */
  ended({ effects, verb, tables }: StatementFacts, outcome: Outcome, moves: Moves | null): void {
    if (verb === 'ddl' && outcome.result === 'completed')
      this.#changed ||= tables.length === 0 || tables.some(({ relation }) => relation.schema !== ownSchema);
    this.#path.ended(effects, outcome, moves?.path ?? false);
    this.#objects.ended(effects, outcome, moves?.objects ?? null);
  }

  /** The target reported a setting. */
  reported(name: string, value: string): void {
    if (name === 'search_path') this.#path.reported(value);
  }

  /** Answers whether definitions of the target may have changed, for others to see. */
  ready(transaction: TransactionStatus, failed: boolean): boolean {
    this.#path.ready(transaction, failed);
    this.#objects.ready(transaction, failed);
    if (transaction !== 'I' || !this.#changed) return false;
    this.#changed = false;
    return true;
  }

  /** Statements of one text are all decided before the first one runs: none may change what the next ones mean unseen. */
  riding(statements: readonly StatementFacts[]): Denial | null {
    return ridingOnPath(statements, this.#path) ?? ridingOnObjects(statements, this.#objects);
  }
}

/** What a statement on its way may change. */
export interface Moves {
  readonly path: boolean;
  readonly objects: Change | null;
}

/** What a text sets itself, analysis follows. What its end of a transaction takes back of what was set before, it does not see. */
function ridingOnPath(statements: readonly StatementFacts[], path: SearchPath): Denial | null {
  const ends = statements.findIndex((facts) =>
    facts.effects.some(({ kind }) => kind === 'rollback' || kind === 'rollback-to' || kind === 'commit'),
  );
  if (!path.dirty || ends < 0 || ends === statements.length - 1) return null;
  return {
    code: 'not_supported',
    message: 'the end of a transaction that may have changed the search path must be the last statement of its query',
    hint: 'send the following statements as a query of their own',
  };
}
