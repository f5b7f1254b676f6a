import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { layoutReport } from '../../scripts/check-layout.ts';

// Written in two parts so that this file does not break the rule it tests.
const unfinished = ['TO', 'DO'].join('');

const cases: readonly {
  readonly name: string;
  readonly path: string;
  readonly text: string;
  readonly fault: RegExp | null;
}[] = [
  { name: 'a plain file', path: 'src/sql/tables.ts', text: 'export const a = 1;\n', fault: null },
  { name: '500 lines', path: 'src/a.ts', text: '//\n'.repeat(500), fault: null },
  { name: '501 lines', path: 'src/a.ts', text: '//\n'.repeat(501), fault: /^src\/a\.ts: 501 lines/ },
  { name: 'a long test', path: 'test/a.test.ts', text: '//\n'.repeat(501), fault: /^test\/a\.test\.ts: 501 lines/ },
  { name: 'camel case', path: 'src/aB.ts', text: '', fault: /aB\.ts: not in kebab-case/ },
  { name: 'snake case', path: 'src/a_b.ts', text: '', fault: /a_b\.ts: not in kebab-case/ },
  { name: 'a folder in camel case', path: 'src/aB/c.ts', text: '', fault: /folder aB is not in kebab-case/ },
  { name: 'a folder of leftovers', path: 'src/utils/c.ts', text: '', fault: /"utils" says nothing/ },
  { name: 'a file of leftovers', path: 'src/common.ts', text: '', fault: /"common" says nothing/ },
  { name: 'a helper', path: 'test/wire-helpers.ts', text: '', fault: /"wire-helpers" says nothing/ },
  { name: 'a manager', path: 'src/session-manager.ts', text: '', fault: /"session-manager" says nothing/ },
  { name: 'types', path: 'src/api/types.ts', text: '', fault: /"types" says nothing/ },
  { name: 'a word that only contains one', path: 'src/typesetting.ts', text: '', fault: null },
  { name: 'a default export', path: 'src/a.ts', text: '\nexport default 1;\n', fault: /^src\/a\.ts:2: default export/ },
  { name: 'an enum', path: 'src/a.ts', text: 'export enum A { B }\n', fault: /a\.ts:1: enum/ },
  { name: 'a const enum', path: 'src/a.ts', text: 'const enum A { B }\n', fault: /a\.ts:1: enum/ },
  {
    name: 'unfinished work',
    path: 'src/a.ts',
    text: `const a = 1; // ${unfinished}: more\n`,
    fault: /a\.ts:1: unfinished/,
  },
  {
    name: 'unfinished work in a block',
    path: 'src/a.ts',
    text: `/** ${unfinished} */\n`,
    fault: /a\.ts:1: unfinished/,
  },
  { name: 'a masked number in a comment', path: 'src/a.ts', text: '// XXX-XX-6789\n', fault: null },
  { name: 'captured files', path: 'test/fixtures/Some File.hex', text: '', fault: null },
];

for (const { name, path, text, fault } of cases) {
  test(`layout: ${name}`, () => {
    const { faults } = reportOf({ [path]: text });
    if (fault === null) assert.deepEqual(faults, []);
    else {
      assert.equal(faults.length, 1);
      assert.match(faults[0] ?? '', fault);
    }
  });
}

test('layout: says how long the files are', () => {
  const files = Object.fromEntries([10, 20, 30, 40].map((lines) => [`src/a-${lines}.ts`, '//\n'.repeat(lines)]));
  assert.deepEqual(reportOf(files).notes, ['src: 4 files, median 30 lines, p90 40']);
});

function reportOf(files: Readonly<Record<string, string>>): ReturnType<typeof layoutReport> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-layout-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return layoutReport(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
