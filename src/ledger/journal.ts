import type { LedgerEvent } from './event.ts';

/** Where entries go. What is acknowledged is durable at the configured level; the order of entries is the order of calls. */
export interface Journal {
  /**
   * `done` is called exactly once and never within the call: with null when the entry is durable, with a fault when it is
   * not in the ledger and what it stands for must not happen.
   */
  append(event: LedgerEvent, done: (fault: JournalFault | null) => void): void;
  appendAsync(event: LedgerEvent): Promise<JournalFault | null>;
  /**
   * An entry that nothing waits for, such as the end of a statement: written with the next one that something waits for, or a
   * moment later. Where it cannot be written, nothing runs any more, and the journal says so itself.
   */
  note(event: LedgerEvent): void;
}

export interface JournalFault {
  readonly kind: /** The disk refused. */
    | 'disk'
    /** The event cannot be an entry: too large, or not representable. Others are not affected. */
    | 'entry'
    /** More is waiting than the journal holds. */
    | 'queue'
    | 'closed';
  /** A lowercase phrase that is safe to show: `no space left on device`. */
  readonly message: string;
}
