import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSteps } from '../../scripts/run-steps.ts';
import type { Step, StepOutcome } from '../../scripts/step.ts';

test('every step runs, and the last line sums them up', async () => {
  const ran: string[] = [];
  const lines = await linesOf([
    step('first', ran, async () => ({ passed: 0, failed: 1, output: 'what is wrong' })),
    step('second', ran, async () => {
      throw new Error('broken step');
    }),
    step('third', ran, async () => ({ passed: 40, failed: 2, output: '' })),
  ]);
  assert.deepEqual(ran, ['first', 'second', 'third']);
  assert.equal(lines.code, 1);
  assert.match(lines.text, /^what is wrong\nFAIL first \(\d+\.\d s\)\nError: broken step\n/);
  assert.match(lines.text, /\nfailed: first, second, third\n40 passed, 4 failed\n$/);
});

test('all good is exit code 0', async () => {
  const lines = await linesOf([
    step('types', [], async () => ({ passed: 0, failed: 0, output: '' })),
    step('tests', [], async () => ({ passed: 3, failed: 0, output: '' })),
  ]);
  assert.equal(lines.code, 0);
  assert.match(lines.text, /^ok {3}types \(\d+\.\d s\)\nok {3}tests \(\d+\.\d s\)\n3 passed, 0 failed\n$/);
});

async function linesOf(steps: readonly Step[]): Promise<{ readonly code: number; readonly text: string }> {
  let text = '';
  const code = await runSteps(steps, (part) => {
    text += part;
  });
  return { code, text };
}

function step(name: string, ran: string[], outcome: () => Promise<StepOutcome>): Step {
  return {
    name,
    run: () => {
      ran.push(name);
      return outcome();
    },
  };
}
