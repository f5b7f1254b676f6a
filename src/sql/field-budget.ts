import { Refused } from './refused.ts';

/**
 * How many columns the row sources of one statement may have in all, `*` spread out. A short text can ask for millions, since
 * `*` of a sub-select that has `*` a hundred times multiplies; PostgreSQL would refuse such a list only when it is wider than 1,664.
 */
export class FieldBudget {
  #left = mostFields;

  /** Called before, or at most one copy after, so many fields are made. Throws Refused beyond the bound. */
  spend(fields: number): void {
    this.#left -= fields;
    if (this.#left < 0) {
      throw new Refused(
        'limit_exceeded',
        `a statement may spread out to ${mostFields} columns`,
        'name the columns you need',
      );
    }
  }
}

/** A join of a hundred tables of thirty columns each comes to 150,000; analysing this many takes a fifth of a second. */
const mostFields = 400_000;
