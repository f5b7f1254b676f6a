import type { Execution } from '../../core/question.ts';
import type { RowPlan } from './rows.ts';

/**
 * The last answer about the rows of each ruling, for as long as the target describes them byte for byte the same. Keyed by
 * what was decided, not by statement: the same statement decided anew may be masked otherwise.
 */
export class ResultPlans {
  readonly #last = new WeakMap<object, { readonly description: Buffer; readonly plan: RowPlan }>();

  recall({ ruling }: Execution, bytes: Buffer, start: number, end: number): RowPlan | null {
    const last = ruling === null ? undefined : this.#last.get(ruling);
    if (last === undefined || last.description.length !== end - start) return null;
    return bytes.compare(last.description, 0, last.description.length, start, end) === 0 ? last.plan : null;
  }

  /** `description` is a copy: the chunk it came in belongs to its socket. */
  remember({ ruling }: Execution, description: Buffer, plan: RowPlan): void {
    if (ruling !== null) this.#last.set(ruling, { description, plan });
  }
}
