import type { Denial } from '../../core/denial.ts';
import type { StatementId } from '../../core/ids.ts';
import type { Execution } from '../../core/question.ts';
import type { RowBound } from './row-bound.ts';
import type { RowPlan } from './rows.ts';
import type { Change, Portal, Statement } from './statements.ts';

/** What the target still owes for one message that was sent to it. */
export type Slot =
  | { readonly kind: 'parse'; readonly change: Change<Statement> }
  | { readonly kind: 'bind'; readonly change: Change<Portal> }
  | { readonly kind: 'close'; readonly statement: Change<Statement> | null; readonly portal: Change<Portal> | null }
  | DescribeStatementSlot
  | DescribePortalSlot
  | DescribeCursorSlot
  | ExecuteSlot
  /** An Execute of a text without a statement. */
  | { readonly kind: 'execute-nothing' }
  | { readonly kind: 'sync' }
  | SimpleSlot
  | StandInSlot;

export interface DescribeStatementSlot {
  readonly kind: 'describe-statement';
  /** ParameterDescription has come; RowDescription or NoData is next. */
  parameters: boolean;
}

export interface DescribePortalSlot {
  readonly kind: 'describe-portal';
  readonly portal: Portal;
  /** Sluice asked, not the client: the answer is swallowed. */
  readonly injected: boolean;
}

/** Of a portal that is none of the protocol's: its answer passes. */
export interface DescribeCursorSlot {
  readonly kind: 'describe-cursor';
}

export interface ExecuteSlot {
  readonly kind: 'execute';
  readonly portal: Portal;
  readonly execution: Execution;
}

export interface SimpleSlot {
  readonly kind: 'simple';
  readonly executions: readonly Execution[];
  /** Which of them the target is at. */
  index: number;
  /** Of the execution it is at: how rows leave; null until they are described and decided. */
  plan: RowPlan | null;
  /** Only ReadyForQuery is left. */
  failed: boolean;
  /** Its rows are bounded: it was sent as messages of the extended protocol. */
  readonly bounded: BoundedQuery | null;
}

export interface BoundedQuery {
  readonly bound: RowBound;
  /** What is answered next; `ready`: the Sync is sent. */
  stage: 'parse' | 'bind' | 'describe' | 'rows' | 'ready';
}

/** A message that cannot but fail, in the place of one that was denied. */
export interface StandInSlot {
  readonly kind: 'stand-in';
  readonly denial: Denial;
  readonly id: StatementId | null;
  /** Stands for a simple query: ReadyForQuery follows its error. */
  readonly simple: boolean;
  failed: boolean;
}

/** Everything the target owes, in the order it was asked. An answer that does not fit the head ends the session. */
export class Replies {
  readonly #slots: Slot[] = [];
  #head = 0;
  /** How many of the oldest will be answered without another word of the client. */
  #due = 0;
  #statements = 0;

  get length(): number {
    return this.#slots.length - this.#head;
  }

  /** An answer will come without another word of the client. */
  get due(): boolean {
    return this.#due > 0;
  }

  /** Something that was decided is on its way through the target. */
  get running(): boolean {
    return this.#statements > 0;
  }

  get head(): Slot | undefined {
    return this.#slots[this.#head];
  }

  /** What is still owed, oldest first. */
  rest(): readonly Slot[] {
    return this.#slots.slice(this.#head);
  }

  push(slot: Slot): void {
    this.#slots.push(slot);
    if (isStatement(slot)) this.#statements += 1;
  }

  /** The target must answer everything that was sent, and now: a Sync, a Flush, a simple query, a failure (manual 54.2.3). */
  demand(): void {
    this.#due = this.length;
  }

  /** The target says nothing further before the client does. */
  relent(): void {
    this.#due = 0;
  }

  shift(): void {
    if (isStatement(this.head)) this.#statements -= 1;
    this.#head += 1;
    if (this.#due > 0) this.#due -= 1;
    if (this.#head === this.#slots.length) {
      this.#slots.length = 0;
      this.#head = 0;
    } else if (this.#head === compactAt) {
      this.#slots.splice(0, this.#head);
      this.#head = 0;
    }
  }
}

function isStatement(slot: Slot | undefined): boolean {
  return slot?.kind === 'simple' || slot?.kind === 'execute';
}

// Answered slots must not be kept alive by a pipeline that never runs dry.
const compactAt = 1024;
