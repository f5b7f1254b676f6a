/** Things that arrive, for a test that waits for the next one. */
export class Arrivals<T> {
  readonly #queue: T[] = [];
  readonly #waiting: ((item: T) => void)[] = [];

  add(item: T): void {
    const waiter = this.#waiting.shift();
    if (waiter === undefined) this.#queue.push(item);
    else waiter(item);
  }

  /** The next one, now or when it comes. */
  next(): Promise<T> {
    const item = this.#queue.shift();
    if (item !== undefined) return Promise.resolve(item);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** How many arrived that nobody took. */
  get size(): number {
    return this.#queue.length;
  }
}
