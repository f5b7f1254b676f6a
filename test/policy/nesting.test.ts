import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { deepestNesting, nestingOf } from '../../src/policy/nesting.ts';
import { PolicySet } from '../../src/policy/policy-set.ts';

const limited = 'context.statement.limited';
const rows = 'context.session.rows';

const shapes: Readonly<Record<string, (n: number) => string>> = {
  brackets: (n) => `${'('.repeat(n)}true${')'.repeat(n)}`,
  negations: (n) => `${'!('.repeat(n)}true${')'.repeat(n)}`,
  'and chains': (n) => Array(n).fill(limited).join(' && '),
  'or chains': (n) => Array(n).fill(limited).join(' || '),
  sums: (n) => `1 == ${Array(n).fill(rows).join(' + ')}`,
  products: (n) => `1 == ${Array(n).fill(rows).join('*')}`,
  conditionals: (n) => `${`if ${limited} then true else `.repeat(n)}true`,
  attributes: (n) => `context${'.a'.repeat(n)} == 1`,
  indices: (n) => `context${'["a"]'.repeat(n)} == 1`,
  calls: (n) => `ip("1.1.1.1")${'.isIpv4()'.repeat(n)}`,
  sets: (n) => `${'['.repeat(n)}1${']'.repeat(n)} == [1]`,
  records: (n) => `${'{a: '.repeat(n)}1${'}'.repeat(n)} == {a: 1}`,
  clauses: (n) => `true }${' unless { false }'.repeat(n)} when { true`,
  'chains in brackets': (n) => `${`(${limited} && `.repeat(n)}true${')'.repeat(n)}`,
};

function load(condition: string): 'loaded' | readonly string[] {
  const text = `@id("a") permit(principal, action == Action::"select", resource) when { ${condition} };`;
  const result = PolicySet.load([{ name: 'a.cedar', text }]);
  return result.ok ? 'loaded' : result.error.map(({ message }) => message);
}

const tooDeep = /^the policy nests, or chains operators, more than 64 deep/;

for (const [name, shape] of Object.entries(shapes)) {
  test(`nesting: ${name} are bounded before Cedar sees them, and Cedar lives on`, () => {
    for (const count of [100, 1000, 10_000]) {
      assert.ok(nestingOf(shape(count)) > deepestNesting);
      assert.match(String(load(shape(count))), tooDeep);
    }
    assert.doesNotMatch(String(load(shape(3))), tooDeep);
    assert.equal(load('true'), 'loaded');
  });
}

test('nesting: wide is not deep', () => {
  const tables = Array.from({ length: 2000 }, (_, index) => `Table::"clinic/public.t${index}"`);
  assert.equal(load(`resource in [${tables.join(', ')}]`), 'loaded');
  assert.equal(load(Array(16).fill(`${limited} == true`).join(' && ')), 'loaded');
  assert.equal(load(`context.statement.verb == "${'('.repeat(1000)}" // ${'('.repeat(1000)}\n`), 'loaded');
});

test('nesting: whatever the tokens, loading answers and Cedar lives on', () => {
  const words = [
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    '!',
    '-',
    '&&',
    '||',
    '+',
    '.a',
    'if',
    'then',
    'else',
    '"',
    '1',
    limited,
  ];
  const soup = fc.array(fc.tuple(fc.constantFrom(...words), fc.integer({ min: 1, max: 300 })), { maxLength: 6 });
  fc.assert(
    fc.property(soup, (parts) => {
      const condition = parts.map(([word, count]) => `${word} `.repeat(count)).join('');
      const answer = load(condition);
      assert.ok(answer === 'loaded' || answer.length > 0);
      assert.doesNotMatch(String(answer), /cannot be evaluated/);
    }),
    { numRuns: 100 },
  );
  assert.equal(load('true'), 'loaded');
});
