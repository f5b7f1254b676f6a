import type { Limits } from '../../core/limits.ts';
import type { TransactionStatus } from '../../core/question.ts';
import type { Copy } from './copy-state.ts';
import { Replies, type Slot } from './replies.ts';
import { NameTable, type Portal, type Statement } from './statements.ts';

/** What the two directions of an open session share. */
export class Session {
  readonly limits: Limits;
  /** The connection protects something: what the target writes freely is rebuilt. */
  readonly scrub: boolean;
  readonly replies = new Replies();
  readonly statements = new NameTable<Statement>();
  readonly portals = new NameTable<Portal>();
  transaction: TransactionStatus = 'I';
  /** The target has reported an error since it was last ready. */
  failed = false;
  /** Counts ends of segments: see {@link NameTable}. */
  segment = 0;
  /** The segment in which something was executed last: until its end, whatever follows shares its transaction. */
  executedIn = -1;
  /** Counts statements after which names mean something else: a portal keeps what they meant when it was bound. */
  meaning = 0;
  /** The target skips, or will skip, whatever comes before the next Sync: it is not sent there. */
  skipping = false;
  /** The COPY under way. */
  copy: Copy | null = null;
  /** Nothing is read from the client until this is answered. */
  settling: Slot | null = null;

  constructor(limits: Limits, scrub: boolean) {
    this.limits = limits;
    this.scrub = scrub;
  }

  /** What a statement would run in that is asked about now: also where the target has not said so yet, `T`. */
  get runsIn(): TransactionStatus {
    const open = this.replies.running || this.executedIn === this.segment;
    return this.transaction === 'I' && open ? 'T' : this.transaction;
  }

  /** The target owes an answer that it will give without another word of the client. */
  get due(): boolean {
    return this.replies.due && !(this.copy?.kind === 'in' && this.copy.open);
  }

  /** The head of the queue is answered. */
  settle(slot: Slot): void {
    this.replies.shift();
    if (this.settling === slot) this.settling = null;
  }
}
