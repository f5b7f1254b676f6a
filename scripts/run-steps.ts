import type { Step, StepOutcome } from './step.ts';

/**
 * Runs every step, whatever the ones before it found, and ends with a line `N passed, N failed` of its own. Returns the
 * exit code.
 */
export async function runSteps(steps: readonly Step[], print: (text: string) => void): Promise<0 | 1> {
  let passed = 0;
  let failed = 0;
  const failedSteps: string[] = [];
  for (const step of steps) {
    const started = performance.now();
    const outcome = await outcomeOf(step);
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    if (outcome.output !== '') print(outcome.output.endsWith('\n') ? outcome.output : `${outcome.output}\n`);
    print(`${outcome.failed === 0 ? 'ok  ' : 'FAIL'} ${step.name} (${seconds} s)\n`);
    passed += outcome.passed;
    failed += outcome.failed;
    if (outcome.failed > 0) failedSteps.push(step.name);
  }
  if (failedSteps.length > 0) print(`failed: ${failedSteps.join(', ')}\n`);
  print(`${passed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

/** A step that breaks is a step that failed: it must not hide the others. */
async function outcomeOf(step: Step): Promise<StepOutcome> {
  try {
    return await step.run();
  } catch (error) {
    return { passed: 0, failed: 1, output: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
