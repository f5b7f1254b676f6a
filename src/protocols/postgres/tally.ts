import type { Outcome } from '../../core/fact.ts';
import type { Execution } from '../../core/question.ts';
import type { CommandTag } from './messages.ts';
import type { RowBound } from './row-bound.ts';
import type { RowMasker } from './rows.ts';
import type { Wire } from './wire.ts';

/** Counts what the execution that is answered now sends to the client. Rows of one execution at a time are under way. */
export class Tally {
  readonly #wire: Wire;
  rows = 0;
  bytes = 0;
  /** What masked the rows, if anything did. */
  masker: RowMasker | null = null;

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  /** Rows have left, so many bytes of them. */
  count(rows: number, bytes: number, bound: RowBound | null): void {
    this.rows += rows;
    this.bytes += bytes;
    bound?.took(rows);
  }

  complete(execution: Execution, tag: CommandTag | null): void {
    this.#note(execution, 'completed', null, tag?.tag ?? null, tag?.rows ?? this.rows);
  }

  end(execution: Execution, result: Exclude<Outcome['result'], 'completed'>, sqlstate: string | null): void {
    this.#note(execution, result, sqlstate, null, this.rows);
  }

  #note(
    execution: Execution,
    result: Outcome['result'],
    sqlstate: string | null,
    tag: string | null,
    rows: number,
  ): void {
    const masked = this.masker?.takeCounts() ?? null;
    this.#wire.out.note({
      kind: 'completed',
      execution,
      outcome: { result, sqlstate, tag, rows, bytes: this.bytes, masked },
    });
    this.rows = 0;
    this.bytes = 0;
    this.masker = null;
  }
}
