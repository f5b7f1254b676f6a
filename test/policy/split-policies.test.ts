import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { splitPolicies } from '../../src/policy/split-policies.ts';

const cases: readonly (readonly [string, string, readonly string[]])[] = [
  ['nothing', '', []],
  ['blanks and comments', ' \n// a; b "\n\t// c', []],
  ['two', 'permit(a);\nforbid(b);', ['permit(a);', 'forbid(b);']],
  ['a semicolon in a string', '@d("x;y") p; q;', ['@d("x;y") p;', 'q;']],
  ['an escaped quote', '@d("\\";") p; q;', ['@d("\\";") p;', 'q;']],
  ['an escaped backslash before the quote', '@d("\\\\") p; q;', ['@d("\\\\") p;', 'q;']],
  ['a comment inside a policy', 'p // ; "\n q;', ['p // ; "\n q;']],
  ['a comment mark in a string', '@d("http://x") p; q;', ['@d("http://x") p;', 'q;']],
  ['a comment ended by a carriage return', '// a\rp;', ['p;']],
  ['no end', 'p; q', ['p;', 'q']],
  ['a string without its end', 'p; "q;', ['p;', '"q;']],
  ['only semicolons', ';;', [';', ';']],
];

for (const [name, text, pieces] of cases) {
  test(`split: ${name}`, () =>
    assert.deepEqual(
      splitPolicies(text).map((piece) => piece.text),
      pieces,
    ));
}

test('split: pieces say where they are, and nothing but blanks and comments is left out', () => {
  const letters = fc.string({ unit: fc.constantFrom('p', ' ', '\n', ';', '"', '\\', '/', '//', 'é') });
  fc.assert(
    fc.property(letters, (text) => {
      let end = 0;
      for (const { text: piece, start } of splitPolicies(text)) {
        assert.equal(text.slice(start, start + piece.length), piece);
        assert.match(text.slice(end, start), /^(\s|\/\/[^\n\r]*([\n\r]|$))*$/);
        end = start + piece.length;
      }
      assert.match(text.slice(end), /^(\s|\/\/[^\n\r]*([\n\r]|$))*$/);
    }),
  );
});
