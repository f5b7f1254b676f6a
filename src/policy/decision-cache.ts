import type { Decision, Facts } from './decision.ts';

/**
 * Decisions by the identity of their facts and a key. They go when the facts do; and all at once when there are too many,
 * which costs one evaluation each and keeps no order to pay for at every hit.
 */
export class DecisionCache {
  readonly #capacity: number;
  #byFacts = new WeakMap<object, Map<string, Decision>>();
  #size = 0;

  constructor(capacity = 50_000) {
    this.#capacity = capacity;
  }

  get(facts: Facts | null, key: string): Decision | undefined {
    return this.#byFacts.get(facts ?? noFacts)?.get(key);
  }

  set(facts: Facts | null, key: string, decision: Decision): void {
    if (this.#size >= this.#capacity) {
      this.#byFacts = new WeakMap();
      this.#size = 0;
    }
    this.#size++;
    const decisions = this.#byFacts.get(facts ?? noFacts);
    if (decisions !== undefined) decisions.set(key, decision);
    else this.#byFacts.set(facts ?? noFacts, new Map([[key, decision]]));
  }
}

/** Stands for the question whether a principal may connect, which has no facts. */
const noFacts = {};
