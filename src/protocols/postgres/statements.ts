import type { BoundParameters, Execution, Prepared } from '../../core/question.ts';
import type { RowBound } from './row-bound.ts';
import type { RowPlan } from './rows.ts';

/** A prepared statement as the machine knows it. */
export interface Statement extends Kept {
  readonly prepared: Prepared;
}

/** Something that is kept by name. */
export interface Kept {
  /** How much of the client's own bytes is kept with it. */
  readonly bytes: number;
}

/** One Bind and what became of it. */
export class Portal implements Kept {
  readonly prepared: Prepared;
  readonly bind: BoundParameters;
  readonly bytes: number;
  /** See {@link Session.meaning}: the target has planned it by what names meant then. */
  readonly meaning: number;
  /** Decided and on its way or suspended: further Executes continue it without a question. */
  execution: Execution | null = null;
  /** How many rows of that execution may still leave; null: all. */
  bound: RowBound | null = null;
  /** A Describe of this portal is on its way or answered. */
  described = false;
  /** RowDescription as the target sent it, or that there are no rows; null while not known. */
  description: Buffer | 'no-rows' | null = null;
  /** How its rows leave; null while not answered. */
  plan: RowPlan | null = null;

  constructor(prepared: Prepared, bind: BoundParameters, bytes: number, meaning: number) {
    this.prepared = prepared;
    this.bind = bind;
    this.bytes = bytes;
    this.meaning = meaning;
  }
}

/** What a name stands for. `wait`: it hangs on the outcome of messages that the target has not answered. */
export type Lookup<Entry> = { readonly kind: 'found'; readonly entry: Entry } | { readonly kind: 'unknown' | 'wait' };

/** A Parse, Bind or Close on its way. A null entry takes the name away. */
export interface Change<Entry> {
  readonly name: string;
  readonly entry: Entry | null;
  readonly segment: number;
}

/**
 * Names as the target will know them: what it has confirmed, and what is on its way to it.
 *
 * A *segment* is what runs or fails as one: the messages up to a Sync, or up to a simple query. Within its segment a change can
 * be relied on at once: should it fail, the target skips whatever follows it there. Behind the end of its segment it cannot:
 * a Parse of a taken name fails and leaves the OLD statement, so that look-ups wait until the target has answered.
 */
export class NameTable<Entry extends Kept> {
  readonly #confirmed = new Map<string, Entry>();
  /** The last change of each name that is on its way. */
  readonly #pending = new Map<string, Change<Entry>>();
  #bytes = 0;

  /** Of the client's own bytes, with the entries that are known or on their way. */
  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#confirmed.size + this.#pending.size;
  }

  has(name: string): boolean {
    return this.#confirmed.has(name) || this.#pending.has(name);
  }

  find(name: string, segment: number): Lookup<Entry> {
    const change = this.#pending.get(name);
    if (change !== undefined && change.segment !== segment) return wait;
    const entry = change === undefined ? this.#confirmed.get(name) : change.entry;
    return entry === undefined || entry === null ? unknown : { kind: 'found', entry };
  }

  /** A message on its way changes what `name` stands for. */
  change(name: string, entry: Entry | null, segment: number): Change<Entry> {
    const change = { name, entry, segment };
    this.#pending.set(name, change);
    this.#bytes += entry?.bytes ?? 0;
    return change;
  }

  /** The target has done it. Changes are confirmed in the order they were made. */
  confirm(change: Change<Entry>): void {
    this.forget(change.name);
    if (change.entry !== null) this.#confirmed.set(change.name, change.entry);
    this.#settled(change);
  }

  /** The target will not do it: the name means what it meant. */
  drop(change: Change<Entry>): void {
    this.#bytes -= change.entry?.bytes ?? 0;
    this.#settled(change);
  }

  /** The target has taken this name away by itself. */
  forget(name: string): void {
    const known = this.#confirmed.get(name);
    if (known === undefined) return;
    this.#bytes -= known.bytes;
    this.#confirmed.delete(name);
  }

  /** The target has taken every name away by itself. */
  forgetAll(): void {
    if (this.#confirmed.size === 0) return;
    for (const { bytes } of this.#confirmed.values()) this.#bytes -= bytes;
    this.#confirmed.clear();
  }

  #settled(change: Change<Entry>): void {
    if (this.#pending.get(change.name) === change) this.#pending.delete(change.name);
  }
}

const wait = { kind: 'wait' } as const;
const unknown = { kind: 'unknown' } as const;
