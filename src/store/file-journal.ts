import { rfc3339 } from '../base/clock.ts';
import { newEntryId } from '../core/ids.ts';
import type { LedgerStatus } from '../engine/control.ts';
import { addEntry, EntryFault } from '../ledger/entry.ts';
import type { LedgerEvent } from '../ledger/event.ts';
import type { Journal, JournalFault } from '../ledger/journal.ts';
import { LineBuffer } from '../ledger/line-buffer.ts';
import type { TreeHash } from '../ledger/merkle-hash.ts';
import type { MerkleTree } from '../ledger/merkle-tree.ts';
import type { HeadFile } from './head-file.ts';
import type { JournalLimits, JournalOptions } from './journal-options.ts';
import { journalDirectory } from './journal-reader.ts';
import { type TailEntry, tailEntries } from './journal-tail.ts';
import type { SegmentWriter } from './segment-writer.ts';

/** What {@link FileJournal} continues: the log as it was found. */
export interface OpenedLog {
  readonly tree: MerkleTree;
  readonly writer: SegmentWriter;
  readonly head: HeadFile;
}

type Done = (fault: JournalFault | null) => void;

/** Entries that go out in one write, and who waits for them. */
class Batch {
  readonly lines = new LineBuffer();
  leaves: TreeHash[] = [];
  waiting: Done[] = [];

  clear(): void {
    this.lines.clear();
    this.leaves = [];
    this.waiting = [];
  }
}

type State =
  | { readonly kind: 'writing' }
  /** Nothing may run. Leaves this state by itself, when a probe could write. */
  | { readonly kind: 'refusing'; readonly fault: string }
  | { readonly kind: 'closed' };

/**
 * The ledger of this instance, in files. Group commit: what is appended in one turn of the event loop, or while the disk is
 * busy, goes out in one write. Invariant: `tree.size` entries are durable and acknowledged; entries in flight, then those
 * in the queue follow them without a gap.
 */
export class FileJournal implements Journal {
  readonly #options: JournalOptions;
  readonly #limits: JournalLimits;
  readonly #tree: MerkleTree;
  readonly #writer: SegmentWriter;
  readonly #head: HeadFile;
  #state: State = { kind: 'writing' };
  #queue = new Batch();
  // Two take turns: one is filled while the disk has the other.
  #spare = new Batch();
  #inFlight = 0;
  #scheduled = false;
  #late: NodeJS.Timeout | null = null;
  #refused = 0;
  #timer: NodeJS.Timeout | null = null;
  #drained: (() => void) | null = null;
  #probing: Promise<void> = Promise.resolve();

  constructor(options: JournalOptions, limits: JournalLimits, log: OpenedLog) {
    this.#options = options;
    this.#limits = limits;
    this.#tree = log.tree;
    this.#writer = log.writer;
    this.#head = log.head;
  }

  append(event: LedgerEvent, done: Done): void {
    const fault = this.#refusal() ?? this.#seal(event, this.#queue);
    if (fault !== null) {
      queueMicrotask(() => done(fault));
      return;
    }
    this.#queue.waiting.push(done);
    this.#schedule();
  }

  note(event: LedgerEvent): void {
    const fault = this.#refusal() ?? this.#seal(event, this.#queue);
    if (fault === null) this.#scheduleLate();
  }

  appendAsync(event: LedgerEvent): Promise<JournalFault | null> {
    return new Promise((resolve) => this.append(event, resolve));
  }

  status(): LedgerStatus {
    return {
      state: this.#state.kind === 'writing' ? 'writing' : 'refusing',
      entries: String(this.#tree.size),
      directory: this.#options.directory,
      durability: this.#options.durability,
      fault: this.#state.kind === 'writing' ? null : this.#state.kind === 'closed' ? 'closed' : this.#state.fault,
    };
  }

  tail(count: number): Promise<readonly TailEntry[]> {
    return tailEntries(this.#options.directory, journalDirectory(this.#options.directory), count);
  }

  /** Writes what waits, covers it with a head, and makes both durable. Appends are refused from now on. */
  async close(): Promise<void> {
    if (this.#state.kind === 'closed') return;
    this.#state = { kind: 'closed' };
    this.#stopTimer();
    await this.#probing;
    this.#schedule();
    if (this.#inFlight > 0 || this.#queue.leaves.length > 0)
      await new Promise<void>((resolve) => (this.#drained = resolve));
    await this.#head.seal(this.#tree);
    await this.#writer.close();
  }

  #refusal(): JournalFault | null {
    if (this.#state.kind === 'closed') return { kind: 'closed', message: 'the ledger is closed' };
    if (this.#state.kind === 'refusing') {
      this.#refused++;
      return diskFault(this.#state.fault);
    }
    if (this.#queue.lines.length < this.#limits.queueBytes) return null;
    return { kind: 'queue', message: 'too many entries wait for the disk' };
  }

  #seal(event: LedgerEvent, batch: Batch): JournalFault | null {
    const { clock, instance, tenant } = this.#options;
    const index = this.#tree.size + this.#inFlight + batch.leaves.length;
    try {
      const now = clock.now();
      batch.leaves.push(
        addEntry(event, { id: newEntryId(now), time: rfc3339(now), instance, tenant }, index, batch.lines),
      );
      return null;
    } catch (fault) {
      if (fault instanceof EntryFault) return { kind: 'entry', message: fault.message };
      throw fault;
    }
  }

  #schedule(): void {
    if (this.#scheduled || this.#inFlight > 0) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  /** One timer for many notes; usually an entry that is waited for takes them along before it fires. */
  #scheduleLate(): void {
    this.#late ??= setTimeout(() => {
      this.#late = null;
      this.#schedule();
    }, noteMs).unref();
  }

  #flush(): void {
    const batch = this.#queue;
    if (batch.leaves.length === 0 || this.#inFlight > 0) return;
    this.#queue = this.#spare;
    this.#spare = batch;
    this.#inFlight = batch.leaves.length;
    this.#writer.write(this.#tree.size, batch.lines.bytes, (fault) => this.#settle(batch, fault));
  }

  #settle(batch: Batch, fault: string | null): void {
    this.#inFlight = 0;
    if (fault === null) {
      for (const leaf of batch.leaves) this.#tree.append(leaf);
      const { waiting } = batch;
      batch.clear();
      acknowledge(waiting, null);
      if (this.#state.kind === 'writing') this.#sealSoon();
    } else {
      this.#refuse(fault, [batch, this.#queue]);
    }
    if (this.#queue.leaves.length > 0) this.#schedule();
    else this.#drained?.();
  }

  /** Nothing of what waits is in the log, and nothing more is taken until a probe succeeds. */
  #refuse(fault: string, batches: readonly Batch[]): void {
    const waiting = batches.flatMap((batch) => batch.waiting);
    for (const batch of batches) {
      this.#refused += batch.leaves.length;
      batch.clear();
    }
    if (this.#state.kind !== 'closed') {
      this.#state = { kind: 'refusing', fault };
      this.#probeSoon();
    }
    acknowledge(waiting, diskFault(fault));
  }

  #sealSoon(): void {
    this.#timer ??= setTimeout(async () => {
      this.#timer = null;
      const fault = await this.#head.seal(this.#tree);
      if (this.#state.kind !== 'writing') return;
      if (fault !== null) this.#refuse(fault, [this.#queue]);
      else if (this.#head.sealed < this.#tree.size) this.#sealSoon();
    }, this.#limits.sealMs).unref();
  }

  #probeSoon(): void {
    this.#stopTimer();
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#probing = this.#probe();
    }, this.#limits.probeMs).unref();
  }

  /** Room first, then the head, then the entry that says so: the log must not flap on the last free block. */
  async #probe(): Promise<void> {
    if (this.#state.kind !== 'refusing') return;
    const fault = this.#inFlight > 0 ? this.#state.fault : await this.#tryAgain(this.#state.fault);
    if (this.#state.kind !== 'refusing') return;
    if (fault === null) {
      this.#state = { kind: 'writing' };
      this.#sealSoon();
    } else {
      this.#state = { kind: 'refusing', fault };
      this.#probeSoon();
    }
  }

  async #tryAgain(fault: string): Promise<string | null> {
    const noRoom = await new Promise<string | null>((resolve) => this.#writer.room(resolve));
    if (noRoom !== null) return noRoom;
    const noHead = await this.#head.seal(this.#tree);
    if (noHead !== null) return noHead;
    const refused = this.#refused;
    const resumed = new Batch();
    const noForm = this.#seal({ type: 'journal.resumed', fault, refused }, resumed);
    if (noForm !== null) return noForm.message;
    const noEntry = await new Promise<string | null>((resolve) =>
      this.#writer.write(this.#tree.size, resumed.lines.bytes, resolve),
    );
    if (noEntry !== null) return noEntry;
    for (const leaf of resumed.leaves) this.#tree.append(leaf);
    this.#refused -= refused;
    return null;
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}

/** How long an entry that nothing waits for may wait for company, milliseconds. */
const noteMs = 20;

function diskFault(message: string): JournalFault {
  return { kind: 'disk', message };
}

/** A callback that throws is a bug of its owner; the others are still told. */
function acknowledge(waiting: readonly Done[], fault: JournalFault | null): void {
  for (const done of waiting) {
    try {
      done(fault);
    } catch (bug) {
      process.nextTick(() => {
        throw bug;
      });
    }
  }
}
