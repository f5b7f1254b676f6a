/** Random choices that are the same at every run: the clinic is made, not stored. */
export class Draw {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Mulberry32: a number in [0, 1). */
  number(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number from `least` to `most`, both included. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.number() * (most - least + 1));
  }

  chance(share: number): boolean {
    return this.number() < share;
  }

  pick<T>(list: readonly T[]): T {
    const chosen = list[Math.floor(this.number() * list.length)];
    if (chosen === undefined) throw new Error('nothing to pick from');
    return chosen;
  }

  /** `count` different members, in the order of the list. */
  some<T>(list: readonly T[], count: number): readonly T[] {
    const left = new Set(list.keys());
    while (left.size > count) left.delete(this.pick([...left]));
    return list.filter((_, index) => left.has(index));
  }

  digits(count: number): string {
    return Array.from({ length: count }, () => this.integer(0, 9)).join('');
  }
}
