import type { Denial } from '../core/denial.ts';
import type { StatementId } from '../core/ids.ts';
import type { Notice } from '../core/judge.ts';

/** Where something is decided for, beside what it says. */
export interface Deciding<V> {
  /** Once, when the decision is durable. */
  readonly answer: (verdict: V) => void;
  /** Tells the client what it waits for. */
  inform(notice: Notice): void;
  /** Aborted when the client no longer wants it, or is gone. Asked for only by what must wait. */
  signal(): AbortSignal;
}

/** A statement that is refused in place, on whatever wire. */
export interface RefusedStatement {
  readonly kind: 'deny';
  readonly id: StatementId;
  readonly denial: Denial;
}
