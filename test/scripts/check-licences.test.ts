import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { licenceReport } from '../../scripts/check-licences.ts';
import { allowsLicence } from '../../scripts/licence-expression.ts';

const expressions: readonly (readonly [string, boolean])[] = [
  ['MIT', true],
  ['ISC', true],
  ['BSD-2-Clause', true],
  ['BSD-3-Clause', true],
  ['Apache-2.0', true],
  ['0BSD', true],
  ['BlueOak-1.0.0', true],
  ['PostgreSQL', true],
  ['Unicode-3.0', true],
  ['GPL-3.0-only', false],
  ['AGPL-3.0-or-later', false],
  ['SSPL-1.0', false],
  ['BUSL-1.1', false],
  ['UNLICENSED', false],
  ['SEE LICENSE IN LICENSE.md', false],
  ['', false],
  ['MIT OR GPL-2.0-only', true],
  ['GPL-2.0-only OR MIT', true],
  ['MIT AND GPL-2.0-only', false],
  ['GPL-2.0-only AND MIT', false],
  ['MIT AND ISC', true],
  ['(MIT OR GPL-2.0-only) AND Apache-2.0', true],
  ['(GPL-2.0-only AND MIT) OR (ISC AND 0BSD)', true],
  ['(MIT', false],
  ['MIT)', false],
  ['MIT ISC', false],
  ['Apache-2.0 WITH LLVM-exception', false],
];

for (const [expression, allowed] of expressions) {
  test(`licence: ${expression || '(empty)'}`, () => assert.equal(allowsLicence(expression), allowed));
}

test('licences: what runs must be allowed, what only developers install is listed', () => {
  const { faults, notes } = reportOf({
    '': { license: 'MIT' },
    'node_modules/good': { version: '1.0.0', license: 'MIT' },
    'node_modules/good/node_modules/@scope/bad': { version: '2.0.0', license: 'GPL-3.0-only' },
    'node_modules/manifest': { version: '3.0.0' },
    'node_modules/silent': { version: '4.0.0' },
    'node_modules/tool': { version: '5.0.0', license: 'LGPL-3.0-only', dev: true },
    'node_modules/optional': { version: '6.0.0', license: 'AGPL-3.0-only', devOptional: true },
    'node_modules/quiet-tool': { version: '7.0.0', license: 'Unlicense', dev: true },
  });
  assert.deepEqual(faults, [
    '@scope/bad 2.0.0: GPL-3.0-only is not allowed at run time',
    'silent 4.0.0: states no licence',
    'optional 6.0.0: AGPL-3.0-only is not allowed at run time',
  ]);
  assert.deepEqual(notes, ['development only: tool 5.0.0: LGPL-3.0-only', '5 packages at run time']);
});

function reportOf(packages: Readonly<Record<string, object>>): ReturnType<typeof licenceReport> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-licences-'));
  try {
    mkdirSync(join(folder, 'node_modules/manifest'), { recursive: true });
    writeFileSync(join(folder, 'node_modules/manifest/package.json'), JSON.stringify({ license: 'ISC' }));
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify({ packages }));
    return licenceReport(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
