// `npm test`: everything that must hold before a change is taken. `npm test -- 'test/api/**/*.test.ts'` narrows the tests.
import { layoutReport } from './check-layout.ts';
import { licenceReport } from './check-licences.ts';
import { runSteps } from './run-steps.ts';
import { checkStep, programStep, root } from './step.ts';
import { testStep } from './test-step.ts';

const patterns = process.argv.length > 2 ? process.argv.slice(2) : ['test/**/*.test.ts'];

process.exitCode = await runSteps(
  [
    programStep('types', 'typescript/bin/tsc', ['-p', '.']),
    programStep('lint', '@biomejs/biome/bin/biome', ['ci', '--colors=off']),
    programStep('rings', 'dependency-cruiser/bin/dependency-cruiser.mjs', [
      'src',
      '--config',
      '.dependency-cruiser.cjs',
    ]),
    checkStep('layout', () => layoutReport(root)),
    checkStep('licences', () => licenceReport(root)),
    testStep(patterns),
  ],
  (text) => process.stdout.write(text),
);
