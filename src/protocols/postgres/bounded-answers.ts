import { WireError } from '../../base/wire-error.ts';
import { errorCodes } from '../../core/error-codes.ts';
import type { Execution } from '../../core/question.ts';
import { fromServer } from './messages.ts';
import type { ExecuteSlot, SimpleSlot } from './replies.ts';
import { type RowBound, sendSync } from './row-bound.ts';
import type { Session } from './session.ts';
import { standIn } from './stand-in.ts';
import type { Tally } from './tally.ts';
import type { Wire } from './wire.ts';

/** What the target answers to executions whose rows are bounded. */
export class BoundedAnswers {
  readonly #session: Session;
  readonly #wire: Wire;
  readonly #tally: Tally;

  constructor(session: Session, wire: Wire, tally: Tally) {
    this.#session = session;
    this.#wire = wire;
    this.#tally = tally;
  }

  /** Of the execution whose rows come now. */
  get head(): RowBound | null {
    const head = this.#session.replies.head;
    if (head?.kind === 'execute') return head.portal.bound;
    return head?.kind === 'simple' ? (head.bounded?.bound ?? null) : null;
  }

  /** True: the answer belongs to messages that the client did not send, or cut its rows, and is dealt with. */
  simple(slot: SimpleSlot, type: number): boolean {
    const { bounded } = slot;
    if (bounded === null || slot.failed) return false;
    switch (bounded.stage) {
      case 'parse':
        if (type !== fromServer.parseComplete) break;
        bounded.stage = 'bind';
        return true;
      case 'bind':
        if (type !== fromServer.bindComplete) break;
        bounded.stage = 'describe';
        return true;
      case 'describe':
        if (type !== fromServer.rowDescription && type !== fromServer.noData) break;
        bounded.stage = 'rows';
        return type === fromServer.noData;
      case 'rows': {
        const [execution] = slot.executions;
        if (this.#isCut(bounded.bound, type) && execution !== undefined) {
          this.#cut(slot, execution, bounded.bound, true);
          return true;
        }
        if (type !== fromServer.commandComplete && type !== fromServer.emptyQueryResponse) break;
        bounded.stage = 'ready';
        sendSync(this.#wire.toServer);
        return false;
      }
      case 'ready':
        return false;
    }
    throw new WireError('a query whose rows are bounded is answered out of order');
  }

  /** The target has reported an error: it waits for the Sync that the client knows nothing of. */
  failed({ bounded }: SimpleSlot): void {
    if (bounded === null || bounded.stage === 'ready') return;
    bounded.stage = 'ready';
    sendSync(this.#wire.toServer);
  }

  /** True: this was the end of rows that were cut. */
  execute(slot: ExecuteSlot, type: number): boolean {
    const { bound } = slot.portal;
    if (bound === null || !this.#isCut(bound, type)) return false;
    slot.portal.execution = null;
    this.#cut(slot, slot.execution, bound, false);
    return true;
  }

  #isCut(bound: RowBound, type: number): boolean {
    if (!bound.over) return false;
    if (type !== fromServer.portalSuspended) throw new WireError('more rows come than were asked for');
    return true;
  }

  /** Nothing was sent behind this: what stands in for it makes the target fail where the client is told that it failed. */
  #cut(slot: SimpleSlot | ExecuteSlot, execution: Execution, { limit }: RowBound, simple: boolean): void {
    this.#tally.end(execution, 'cut', errorCodes[limit.denial.code].sqlstate);
    this.#session.settle(slot);
    standIn(this.#session, this.#wire, limit.denial, execution.id, simple);
  }
}
