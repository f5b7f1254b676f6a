import { parentPort } from 'node:worker_threads';
import type { CatalogueSnapshot } from '../core/catalogue.ts';
import { Analyser } from '../sql/analyse.ts';
import { CatalogueIndex } from '../sql/catalogue-index.ts';
import type { PoolAnswer, PoolJob } from './analysis-pool.ts';

// One worker of the pool. Keeps the latest few snapshots: a job names its own by number.
const analyser = await Analyser.load();
const indexes = new Map<number, CatalogueIndex>();

parentPort?.on('message', (job: PoolJob) => {
  const index = indexOf(job.snapshot, job.catalogue).withOwn(job.own);
  const analysis = analyser.analyse(Buffer.from(job.text), { catalogue: index, path: job.path });
  const answer: PoolAnswer = { id: job.id, analysis };
  parentPort?.postMessage(answer);
});

function indexOf(number: number, catalogue: CatalogueSnapshot | null): CatalogueIndex {
  const known = indexes.get(number);
  if (known !== undefined) return known;
  if (catalogue === null) throw new Error('a job without its catalogue');
  const index = new CatalogueIndex(catalogue);
  indexes.set(number, index);
  for (const oldest of indexes.keys()) {
    if (indexes.size <= KEPT) break;
    indexes.delete(oldest);
  }
  return index;
}

/** Snapshots a worker keeps; the pool sends one anew when it may have been forgotten. */
const KEPT = 8;
