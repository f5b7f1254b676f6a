import { Worker } from 'node:worker_threads';
import type { CatalogueSnapshot } from '../core/catalogue.ts';
import type { Denial } from '../core/denial.ts';
import type { StatementAnalysis } from '../engine/ports.ts';
import { type Analyser, type Analysis, LARGE_STATEMENT_BYTES, type NameScope } from '../sql/analyse.ts';
import type { CatalogueIndex } from '../sql/catalogue-index.ts';
import type { OwnObjects } from '../sql/own-objects.ts';

export interface PoolJob {
  readonly id: number;
  readonly text: Uint8Array;
  readonly path: NameScope['path'];
  /** Names the snapshot; the same number is always the same snapshot. */
  readonly snapshot: number;
  readonly catalogue: CatalogueSnapshot | null;
  readonly own: OwnObjects;
}

export interface PoolAnswer {
  readonly id: number;
  readonly analysis: Analysis;
}

/**
 * Analysis of what is small at once, on the main thread, and of what is large on a worker, so that nobody waits behind a
 * megabyte of SQL. A worker that dies or takes too long is replaced; its statements are refused.
 */
export class AnalysisPool implements StatementAnalysis {
  readonly #analyser: Analyser;
  readonly #waiting = new Map<number, Waiting>();
  readonly #numbers = new WeakMap<CatalogueIndex, number>();
  #worker: Worker | null = null;
  #sent = new Set<number>();
  #nextJob = 1;
  #nextSnapshot = 1;

  constructor(analyser: Analyser) {
    this.#analyser = analyser;
  }

  analyse(text: Buffer, scope: NameScope): Analysis | Promise<Analysis> {
    if (text.length <= LARGE_STATEMENT_BYTES) return this.#analyser.analyse(text, scope);
    if (this.#waiting.size >= MAX_WAITING) return refused(busy);
    return new Promise((resolve) => this.#post(text, scope, resolve));
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
  }

  #post(text: Buffer, scope: NameScope, resolve: (analysis: Analysis) => void): void {
    const worker = this.#ensureWorker();
    const id = this.#nextJob++;
    const snapshot = this.#numberOf(scope.catalogue.shared);
    const job: PoolJob = {
      id,
      text: Uint8Array.from(text),
      path: scope.path,
      snapshot,
      // Sent again after a few others: the worker keeps only so many.
      catalogue: this.#sent.has(snapshot) ? null : scope.catalogue.snapshot,
      own: scope.catalogue.own,
    };
    if (this.#sent.size >= MAX_SENT) this.#sent = new Set();
    this.#sent.add(snapshot);
    const timer = setTimeout(() => this.#replace('took too long'), JOB_MS);
    this.#waiting.set(id, { resolve, timer });
    worker.postMessage(job);
  }

  #ensureWorker(): Worker {
    if (this.#worker !== null) return this.#worker;
    const worker = new Worker(new URL('./analysis-worker.ts', import.meta.url), {
      resourceLimits: { maxOldGenerationSizeMb: 1024 },
    });
    worker.unref();
    worker.on('message', (answer: PoolAnswer) => {
      const waiting = this.#waiting.get(answer.id);
      if (waiting === undefined) return;
      this.#waiting.delete(answer.id);
      clearTimeout(waiting.timer);
      waiting.resolve(answer.analysis);
    });
    const died = () => {
      if (this.#worker === worker) this.#replace('failed');
    };
    worker.on('error', died);
    worker.on('exit', died);
    this.#worker = worker;
    this.#sent = new Set();
    return worker;
  }

  /** Everything that waited is refused, and the next large statement gets a new worker. */
  #replace(why: string): void {
    const worker = this.#worker;
    this.#worker = null;
    void worker?.terminate();
    for (const waiting of this.#waiting.values()) {
      clearTimeout(waiting.timer);
      waiting.resolve(
        refused({
          code: 'not_analysable',
          message: `the analysis of this statement ${why}`,
          hint: 'send a shorter statement',
        }),
      );
    }
    this.#waiting.clear();
  }

  #numberOf(index: CatalogueIndex): number {
    const known = this.#numbers.get(index);
    if (known !== undefined) return known;
    const number = this.#nextSnapshot++;
    this.#numbers.set(index, number);
    return number;
  }
}

interface Waiting {
  readonly resolve: (analysis: Analysis) => void;
  readonly timer: NodeJS.Timeout;
}

function refused(denial: Denial): Analysis {
  return { kind: 'refused', denial };
}

const busy: Denial = {
  code: 'limit_exceeded',
  message: 'too many large statements are waiting for analysis (largeStatements)',
  hint: 'try again in a moment, or send smaller statements',
};

/** Large statements in analysis at a time, all sessions together. */
const MAX_WAITING = 64;
/** Less than a worker keeps, so that what the pool believes it has, it has. */
const MAX_SENT = 6;
/** A megabyte takes about a second; what takes longer is an attack or a bug. */
const JOB_MS = 20_000;
