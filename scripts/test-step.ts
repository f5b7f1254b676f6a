import { globSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { root, type Step } from './step.ts';

/** Two files at once: the tests start real servers, and the machines that run them have two cores. */
const concurrency = 2;
/** A test that waits for ever, and a file that does not end after its tests, must end the run with their names. */
const testTimeoutMs = 5 * 60 * 1000;
const allTestsMs = 15 * 60 * 1000;

/** The tests themselves, on Node's runner: every `*.test.ts` that the patterns match. */
export function testStep(patterns: readonly string[], deadlineMs = allTestsMs): Step {
  return {
    name: 'tests',
    run: async () => {
      const files = globSync([...patterns], { cwd: root }).sort();
      if (files.length === 0) return { passed: 0, failed: 1, output: `no test file matches ${patterns.join(' ')}` };
      return { ...(await runTests(files, deadlineMs)), output: '' };
    },
  };
}

async function runTests(
  files: readonly string[],
  deadlineMs: number,
): Promise<{ readonly passed: number; readonly failed: number }> {
  // Hundreds of processes load the same modules: each compiles only what none before it has.
  process.env['NODE_COMPILE_CACHE'] ??= join(root, 'node_modules', '.cache', 'sluice-tests');
  const events = run({
    cwd: root,
    files: [...files],
    concurrency,
    timeout: testTimeoutMs,
    signal: AbortSignal.timeout(deadlineMs),
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  let totals: { readonly passed: number; readonly failed: number } | null = null;
  events.on('test:summary', ({ file, counts }) => {
    // The summary without a file is the one of the whole run. Counts stated at run time include what was cancelled.
    if (file === undefined) totals = { passed: counts.passed, failed: failures(counts) };
  });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const report = events.compose(new spec());
  report.on('end', resolve);
  report.on('error', reject);
  report.pipe(process.stdout, { end: false });
  await promise;
  if (totals === null) throw new Error('the test runner ended without a summary');
  return totals;
}

function failures(counts: object): number {
  const failed = 'failed' in counts && typeof counts.failed === 'number' ? counts.failed : 0;
  const cancelled = 'cancelled' in counts && typeof counts.cancelled === 'number' ? counts.cancelled : 0;
  return failed + cancelled;
}
