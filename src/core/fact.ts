import type { Denial } from './denial.ts';
import type { Execution, RequestExecution, TransactionStatus } from './question.ts';

/** What a machine tells as it happens. Nobody waits for the reader. Not to be confused with {@link StatementFacts}. */
export type Fact =
  /** An execution ended: completed, failed, or was skipped because one before it failed. In the order of execution. */
  | { readonly kind: 'completed'; readonly execution: Execution; readonly outcome: Outcome }
  /**
   * The target is ready for the next statement. `failed`: it reported an error since the last time, be it of a statement, of
   * the preparation of one or of a commit; what was not committed before that error is rolled back.
   */
  | { readonly kind: 'ready'; readonly transaction: TransactionStatus; readonly failed: boolean }
  /** The target reported a setting. */
  | { readonly kind: 'parameter'; readonly name: string; readonly value: string }
  /** An HTTP request ended: it was answered, in whatever way, or its client went away before. */
  | { readonly kind: 'answered'; readonly execution: RequestExecution; readonly outcome: RequestOutcome }
  /** The machine itself refused something: broken bytes, an unknown message, a limit. The session may have ended by it. */
  | { readonly kind: 'refused'; readonly denial: Denial };

export interface Outcome {
  /** `cut`: it had more rows than its bound allows, and was made to fail. */
  readonly result: 'completed' | 'failed' | 'skipped' | 'suspended' | 'cut' | 'unfinished';
  /** SQLSTATE of the failure, as the target sent it, or null. */
  readonly sqlstate: string | null;
  /** `SELECT`, `UPDATE`: the command tag without its counts; null unless completed. */
  readonly tag: string | null;
  /** Rows returned or affected, from the command tag, else counted. */
  readonly rows: number;
  /** Bytes of row messages as the client got them; of COPY FROM STDIN, as it sent them. */
  readonly bytes: number;
  /** Cells masked, per result column; null where nothing was masked. */
  readonly masked: readonly number[] | null;
}

export interface RequestOutcome {
  /** `failed`: the target gave no answer, or none that could be passed on. `unfinished`: cut off on the way to the client. */
  readonly result: 'completed' | 'failed' | 'unfinished';
  /** Of the target's answer; null where there was none. */
  readonly status: number | null;
  /** Bytes of the body as the client got them. */
  readonly bytes: number;
  /** Values masked, per field of the route's mask; null where nothing was masked. */
  readonly masked: readonly number[] | null;
}
