/** What happened within one slot of time. */
export interface Slot {
  /** Number of the slot since 1970. */
  readonly at: number;
  statements: number;
  rows: number;
  bytes: number;
}

/**
 * Sums over the latest stretch of time, slot by slot. The oldest slot counts until all of it is over: a window is never
 * shorter than it is called. A clock that is set back goes on counting in the slot it had reached.
 */
export class RollingSum {
  readonly #slotMs: number;
  readonly #slots: number;
  /** Oldest first, none of them empty. */
  readonly #kept: Slot[];
  #statements = 0;
  #rows = 0;
  #bytes = 0;

  constructor(slotMs: number, slots: number, kept: readonly Slot[] = []) {
    this.#slotMs = slotMs;
    this.#slots = slots;
    this.#kept = kept.map((slot) => ({ ...slot }));
    for (const slot of kept) this.#sum(slot, 1);
  }

  add(nowMs: number, statements: number, rows: number, bytes: number): void {
    const slot = this.#slotAt(nowMs);
    slot.statements += statements;
    slot.rows += rows;
    slot.bytes += bytes;
    this.#statements += statements;
    this.#rows += rows;
    this.#bytes += bytes;
  }

  /** Forgets what is older than the window. */
  advance(nowMs: number): this {
    const oldest = Math.floor(nowMs / this.#slotMs) - this.#slots;
    for (let first = this.#kept[0]; first !== undefined && first.at < oldest; first = this.#kept[0]) {
      this.#sum(first, -1);
      this.#kept.shift();
    }
    return this;
  }

  get statements(): number {
    return this.#statements;
  }

  get rows(): number {
    return this.#rows;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get slots(): readonly Slot[] {
    return this.#kept;
  }

  #slotAt(nowMs: number): Slot {
    this.advance(nowMs);
    const last = this.#kept.at(-1);
    const at = Math.max(Math.floor(nowMs / this.#slotMs), last?.at ?? 0);
    if (last?.at === at) return last;
    const slot: Slot = { at, statements: 0, rows: 0, bytes: 0 };
    this.#kept.push(slot);
    return slot;
  }

  #sum({ statements, rows, bytes }: Slot, sign: 1 | -1): void {
    this.#statements += sign * statements;
    this.#rows += sign * rows;
    this.#bytes += sign * bytes;
  }
}
