import { rfc3339 } from '../base/clock.ts';
import { newEntryId } from '../core/ids.ts';
import type { LedgerStatus } from '../engine/control.ts';
import { EntryFault, sealEntry } from '../ledger/entry.ts';
import type { LedgerEvent } from '../ledger/event.ts';
import type { Journal, JournalFault } from '../ledger/journal.ts';
import { journalLine } from '../ledger/journal-line.ts';
import { leafHash, type TreeHash } from '../ledger/merkle-hash.ts';
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

interface Pending {
  readonly line: string;
  readonly leaf: TreeHash;
  readonly done: (fault: JournalFault | null) => void;
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
  #queue: Pending[] = [];
  #queuedBytes = 0;
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

  append(event: LedgerEvent, done: (fault: JournalFault | null) => void): void {
    const refusal = this.#refusal();
    if (refusal !== null) {
      queueMicrotask(() => done(refusal));
      return;
    }
    const pending = this.#seal(event, this.#tree.size + this.#inFlight + this.#queue.length, done);
    if ('kind' in pending) {
      queueMicrotask(() => done(pending));
      return;
    }
    this.#queue.push(pending);
    this.#queuedBytes += pending.line.length;
    this.#schedule();
  }

  note(event: LedgerEvent): void {
    if (this.#refusal() !== null) return;
    const pending = this.#seal(event, this.#tree.size + this.#inFlight + this.#queue.length, nobodyWaits);
    if ('kind' in pending) return;
    this.#queue.push(pending);
    this.#queuedBytes += pending.line.length;
    this.#scheduleLate();
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
    if (this.#inFlight > 0 || this.#queue.length > 0) await new Promise<void>((resolve) => (this.#drained = resolve));
    await this.#head.seal(this.#tree);
    await this.#writer.close();
  }

  #refusal(): JournalFault | null {
    if (this.#state.kind === 'closed') return { kind: 'closed', message: 'the ledger is closed' };
    if (this.#state.kind === 'refusing') {
      this.#refused++;
      return diskFault(this.#state.fault);
    }
    if (this.#queuedBytes < this.#limits.queueBytes) return null;
    return { kind: 'queue', message: 'too many entries wait for the disk' };
  }

  #seal(event: LedgerEvent, index: number, done: Pending['done']): Pending | JournalFault {
    const { clock, instance, tenant } = this.#options;
    try {
      const now = clock.now();
      const entry = sealEntry(event, { id: newEntryId(now), time: rfc3339(now), instance, tenant });
      const leaf = leafHash(entry);
      return { line: journalLine(index, leaf, entry), leaf, done };
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
    if (batch.length === 0 || this.#inFlight > 0) return;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#inFlight = batch.length;
    let lines = '';
    for (const pending of batch) lines += pending.line;
    this.#writer.write(this.#tree.size, Buffer.from(lines), (fault) => this.#settle(batch, fault));
  }

  #settle(batch: readonly Pending[], fault: string | null): void {
    this.#inFlight = 0;
    if (fault === null) {
      for (const pending of batch) this.#tree.append(pending.leaf);
      acknowledge(batch, null);
      if (this.#state.kind === 'writing') this.#sealSoon();
    } else {
      this.#refuse(fault, batch);
    }
    if (this.#queue.length > 0) this.#schedule();
    else this.#drained?.();
  }

  /** Nothing of what waits is in the log, and nothing more is taken until a probe succeeds. */
  #refuse(fault: string, batch: readonly Pending[]): void {
    const waiting = [...batch, ...this.#queue];
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#refused += waiting.length;
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
      if (fault !== null) this.#refuse(fault, []);
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
    const resumed = this.#seal({ type: 'journal.resumed', fault, refused }, this.#tree.size, () => undefined);
    if ('kind' in resumed) return resumed.message;
    const noEntry = await new Promise<string | null>((resolve) =>
      this.#writer.write(this.#tree.size, Buffer.from(resumed.line), resolve),
    );
    if (noEntry !== null) return noEntry;
    this.#tree.append(resumed.leaf);
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

function nobodyWaits(): void {
  return;
}

function diskFault(message: string): JournalFault {
  return { kind: 'disk', message };
}

/** A callback that throws is a bug of its owner; the others are still told. */
function acknowledge(batch: readonly Pending[], fault: JournalFault | null): void {
  for (const pending of batch) {
    try {
      pending.done(fault);
    } catch (bug) {
      process.nextTick(() => {
        throw bug;
      });
    }
  }
}
