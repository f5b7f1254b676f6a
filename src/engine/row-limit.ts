import type { Denial } from '../core/denial.ts';
import type { StatementFacts } from '../core/facts.ts';
import type { RowLimit } from '../core/question.ts';
import type { BoundBy } from '../policy/decision.ts';

/**
 * What a bound of policy comes to for one statement. What returns no rows is not bounded: rows written are not counted. Where
 * policy counts results, every one is bounded, if only by the most there can be: nothing is read behind it until it was counted.
 */
export function rowLimit(facts: StatementFacts, bound: BoundBy | null, counted: boolean): RowLimit | null {
  if (facts.outputs === null) return null;
  if (bound === null) return counted && facts.verb !== 'session' ? boundless : null;
  const { rows, policy } = bound;
  return {
    rows,
    denial: {
      code: 'rows_exceeded',
      message: `the policy "${policy}" allows at most ${rows} ${rows === 1 ? 'row' : 'rows'}`,
      hint: 'ask for fewer rows, with WHERE or LIMIT; the statement was made to fail, and its transaction with it',
    },
  };
}

/** One less than an Execute can ask for (manual 54.7). */
const boundless: RowLimit = {
  rows: 2 ** 31 - 2,
  denial: {
    code: 'rows_exceeded',
    message: 'a result has more rows than can be counted for a policy',
    hint: 'ask for fewer rows, with WHERE or LIMIT',
  },
};

/** COPY streams lines, which no portal can be asked for one by one; of a cursor, each FETCH would be bounded anew. */
export function unboundableCopy(facts: StatementFacts, bound: BoundBy | null): Denial | null {
  if (bound === null || (facts.verb !== 'copy' && facts.construct !== 'FetchStmt')) return null;
  return {
    code: 'policy_denied',
    message: `the policy "${bound.policy}" bounds the rows, which cannot be done to ${facts.verb === 'copy' ? 'COPY' : 'cursors'}`,
    hint: 'use SELECT or INSERT, or ask for a permit without @maxRows',
  };
}

/** A target runs all statements of a simple query before anybody could stop it between two of them. */
export const boundedIsNotAlone: Denial = {
  code: 'not_supported',
  message: 'a statement whose rows a policy bounds or counts must be the only one of its query',
  hint: 'send the statements one by one',
};
