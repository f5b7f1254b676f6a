import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { root, runProgram } from '../../scripts/step.ts';

/** One file per case, breaking one rule; `lends` is a file that it needs to exist. */
interface Planted {
  readonly rule: string;
  readonly file: string;
  readonly source: string;
  readonly lends?: { readonly file: string; readonly source: string };
}

const planted: readonly Planted[] = [
  {
    rule: 'no-cycles',
    file: 'src/base/planted-one.ts',
    source: `import { two } from './planted-two.ts';\nexport const one = () => two;\n`,
    lends: {
      file: 'src/base/planted-two.ts',
      source: `import { one } from './planted-one.ts';\nexport const two = () => one;\n`,
    },
  },
  {
    rule: 'base-imports-nothing',
    file: 'src/base/planted.ts',
    source: `export { newSessionId } from '../core/ids.ts';\n`,
  },
  { rule: 'core-imports-base', file: 'src/core/planted.ts', source: `import 'pino';\n` },
  {
    rule: 'core-imports-base',
    file: 'src/core/planted-type.ts',
    source: `import type { Control } from '../engine/control.ts';\nexport type Planted = Control;\n`,
  },
  { rule: 'protocols-are-pure', file: 'src/protocols/planted/clock.ts', source: `import 'node:os';\n` },
  {
    rule: 'protocols-are-pure',
    file: 'src/protocols/planted/type.ts',
    source: `import type { Decision } from '../../policy/decision.ts';\nexport type Planted = Decision;\n`,
  },
  {
    rule: 'protocols-do-not-meet',
    file: 'src/protocols/planted/meets.ts',
    source: `import '../planted-sibling/frame.ts';\n`,
    lends: { file: 'src/protocols/planted-sibling/frame.ts', source: 'export const frame = 1;\n' },
  },
  { rule: 'sql-is-pure', file: 'src/sql/planted.ts', source: `import 'jose';\n` },
  {
    rule: 'policy-is-pure',
    file: 'src/policy/planted.ts',
    source: `import type { Transform } from '../masking/masking-settings.ts';\nexport type Planted = Transform;\n`,
  },
  {
    rule: 'masking-is-pure',
    file: 'src/masking/planted.ts',
    source: `import type { Decision } from '../policy/decision.ts';\nexport type Planted = Decision;\n`,
  },
  { rule: 'identity-is-pure', file: 'src/identity/planted.ts', source: `import 'undici';\n` },
  { rule: 'ledger-is-pure', file: 'src/ledger/planted.ts', source: `import 'pg';\n` },
  { rule: 'approvals-are-pure', file: 'src/approvals/planted.ts', source: `import 'kysely';\n` },
  {
    rule: 'the-outside-does-not-meet',
    file: 'src/notifiers/planted.ts',
    source: `import '../store/planted-lent.ts';\n`,
  },
  {
    rule: 'engine-knows-no-wire',
    file: 'src/engine/planted.ts',
    source: `import '../protocols/planted-sibling/frame.ts';\n`,
  },
  {
    rule: 'engine-knows-no-wire',
    file: 'src/engine/planted-package.ts',
    source: `import type { FastifyInstance } from 'fastify';\nexport type Planted = FastifyInstance;\n`,
  },
  {
    rule: 'net-is-handed-its-protocols',
    file: 'src/net/planted.ts',
    source: `import '../protocols/planted-sibling/frame.ts';\n`,
  },
  {
    rule: 'the-outside-does-not-meet',
    file: 'src/targets/planted-meets.ts',
    source: `import '../store/planted-lent.ts';\n`,
    lends: { file: 'src/store/planted-lent.ts', source: 'export const lent = 1;\n' },
  },
  { rule: 'sockets-live-outside', file: 'src/store/planted-socket.ts', source: `import 'node:net';\n` },
  { rule: 'files-live-outside', file: 'src/targets/planted-file.ts', source: `import 'node:fs';\n` },
  {
    rule: 'surfaces-stay-out-of-the-wire',
    file: 'src/api/planted.ts',
    source: `import '../store/planted-lent.ts';\n`,
  },
  {
    rule: 'only-app-knows-everyone',
    file: 'src/exports/planted.ts',
    source: `import '../app/planted-lent.ts';\n`,
    lends: { file: 'src/app/planted-lent.ts', source: 'export const lent = 1;\n' },
  },
];

describe('rings: a planted violation is found and named', () => {
  const copy = mkdtempSync(join(tmpdir(), 'sluice-rings-'));
  const found = new Map<string, Set<string>>();

  before(async () => {
    cpSync(join(root, 'src'), join(copy, 'src'), { recursive: true });
    for (const name of ['tsconfig.json', 'package.json', '.dependency-cruiser.cjs']) {
      cpSync(join(root, name), join(copy, name));
    }
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    for (const { file, source, lends } of planted) {
      write(join(copy, file), source);
      if (lends !== undefined) write(join(copy, lends.file), lends.source);
    }
    for (const { rule, from } of await violations(copy)) found.set(from, (found.get(from) ?? new Set()).add(rule));
  });
  after(() => rmSync(copy, { recursive: true, force: true }));

  for (const { rule, file } of planted) {
    test(`${rule}: ${file}`, () => assert.deepEqual([...(found.get(file) ?? [])], [rule]));
  }

  test('every rule has a planted violation', () => {
    const { forbidden }: { readonly forbidden: readonly { readonly name: string }[] } = createRequire(import.meta.url)(
      join(root, '.dependency-cruiser.cjs'),
    );
    assert.deepEqual(new Set(planted.map(({ rule }) => rule)), new Set(forbidden.map(({ name }) => name)));
  });
});

async function violations(folder: string): Promise<readonly { readonly rule: string; readonly from: string }[]> {
  const options = ['src', '--config', '.dependency-cruiser.cjs', '--output-type', 'json'];
  const { output } = await runProgram('dependency-cruiser/bin/dependency-cruiser.mjs', options, folder);
  const report: {
    readonly summary: {
      readonly violations: readonly { readonly from: string; readonly rule: { readonly name: string } }[];
    };
  } = JSON.parse(output);
  return report.summary.violations.map(({ from, rule }) => ({ from, rule: rule.name }));
}

function write(path: string, source: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, source);
}
