import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printable } from '../../src/cli/printable.ts';
import { fields, table } from '../../src/cli/table.ts';

test('columns are aligned, numbers to the right, NULL is visible', () => {
  const rows = [
    ['ann', '7', null],
    ['bartholomew', '1234.5', 'x'],
  ];
  assert.equal(
    table(['name', 'count', 'note'], rows),
    [
      'name        |  count | note',
      '------------+--------+-----',
      'ann         |      7 | NULL',
      'bartholomew | 1234.5 | x',
      '',
    ].join('\n'),
  );
});

test('no rows and no columns', () => {
  assert.equal(table(['a', 'bc'], []), 'a | bc\n--+---\n');
  assert.equal(table(['a'], [[]]), 'a\n----\nNULL\n');
});

test('fields are aligned', () => {
  assert.equal(
    fields([
      ['id', 'a'],
      ['owner', null],
    ]),
    'id     a\nowner  NULL\n',
  );
});

test('wide characters count once', () => {
  assert.equal(table(['n'], [['𝒳𝒴']]), 'n\n--\n𝒳𝒴\n');
});

const shown: readonly (readonly [string, string])[] = [
  ['plain ä 漢 😀', 'plain ä 漢 😀'],
  ['two\nlines\tand\r', 'two\\nlines\\tand\\r'],
  ['\u001b[2Jgone', '\\u001b[2Jgone'],
  ['\u009b31m', '\\u009b31m'],
  ['\u0000\u007f', '\\u0000\\u007f'],
  ['a\u202eb\u2066c\u200fd', 'a\\u202eb\\u2066c\\u200fd'],
  ['a\u200bb\ufeffc\u061cd\u{e0041}', 'a\\u200bb\\ufeffc\\u061cd\\u{e0041}'],
];
for (const [text, safe] of shown) {
  test(`${safe} is what a terminal gets`, () => {
    assert.equal(printable(text), safe);
    assert.ok(table([text], [[text]]).split('\n')[2] === safe);
  });
}
