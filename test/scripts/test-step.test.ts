import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../scripts/step.ts';

const imports = `import { before, describe, test } from 'node:test';\n`;
const good = `test('good', () => undefined);\n`;

const cases: readonly {
  readonly name: string;
  readonly files: readonly string[];
  readonly outcome: object;
}[] = [
  { name: 'tests that pass', files: [imports + good, imports + good + good], outcome: { passed: 3, failed: 0 } },
  {
    name: 'a test that fails',
    files: [`${imports}${good}test('bad', () => Promise.reject(new Error('no')));\n`],
    outcome: { passed: 1, failed: 1 },
  },
  {
    name: 'a hook that fails: its tests never ran',
    files: [`${imports}describe('d', () => { before(() => { throw new Error('no'); }); ${good}${good} });\n`],
    outcome: { passed: 0, failed: 2 },
  },
  {
    name: 'a file that does not load',
    files: [`import './nothing.ts';\n`, imports + good],
    outcome: { passed: 1, failed: 1 },
  },
  {
    name: 'a file that does not end',
    files: [`${imports}${good}setInterval(() => undefined, 1000);\n`, imports + good],
    outcome: { passed: 2, failed: 1 },
  },
  { name: 'no file at all', files: [], outcome: { passed: 0, failed: 1 } },
];

for (const { name, files, outcome } of cases) {
  test(`test step: ${name}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-step-'));
    try {
      for (const [index, source] of files.entries()) writeFileSync(join(folder, `planted-${index}.test.ts`), source);
      const { passed, failed } = outcomeIn(folder, name.endsWith('not end') ? 4000 : 60_000);
      assert.deepEqual({ passed, failed }, outcome);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

/** In a process of its own, and not as a child of this runner: a run within a run does nothing. */
function outcomeIn(folder: string, deadlineMs: number): { readonly passed: number; readonly failed: number } {
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const script = join(folder, 'run.ts');
  writeFileSync(
    script,
    `import { testStep } from ${JSON.stringify(join(root, 'scripts', 'test-step.ts'))};
    const outcome = await testStep([${JSON.stringify(join(folder, '*.test.ts'))}], ${deadlineMs}).run();
    console.log('\\nOUTCOME ' + JSON.stringify(outcome));`,
  );
  const { stdout } = spawnSync(process.execPath, [script], { env, encoding: 'utf8' });
  return JSON.parse(/^OUTCOME (.*)$/m.exec(stdout)?.[1] ?? '{}');
}
