/** What a watch heard, and a promise of its next change. */
export interface Heard<T> {
  readonly all: readonly T[];
  /** Resolves with everything once this many were heard; the time that took, milliseconds. */
  until(count: number): Promise<number>;
}

/** Listens from now on. */
export function heard<T>(watch: (listener: (change: T) => void) => void): Heard<T> {
  const all: T[] = [];
  let told: () => void = () => undefined;
  watch((change) => {
    all.push(change);
    told();
  });
  return {
    all,
    async until(count) {
      const from = performance.now();
      while (all.length < count) {
        await new Promise<void>((resolve) => {
          told = resolve;
        });
      }
      return performance.now() - from;
    },
  };
}

/** Resolves when `ask` says so, asked again and again; the time that took, milliseconds. The test's own time-out ends it. */
export async function until(ask: () => boolean): Promise<number> {
  const from = performance.now();
  while (!ask()) await new Promise((resolve) => setImmediate(resolve));
  return performance.now() - from;
}
