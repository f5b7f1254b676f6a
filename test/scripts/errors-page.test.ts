import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { errorsPage } from '../../scripts/errors-page.ts';
import { root } from '../../scripts/step.ts';
import { errorCodes } from '../../src/core/error-codes.ts';

test('docs/errors.md is what the registry says; `npm run fix` writes it', () => {
  assert.equal(unpadded(readFileSync(join(root, 'docs', 'errors.md'), 'utf8')), unpadded(errorsPage()));
});

test('the page has one row per code', () => {
  const rows = errorsPage().match(/^\| `\w+` \| [0-9A-Z]{5} \| \d{3} \| [12] \| .+ \|$/gm) ?? [];
  assert.equal(rows.length, Object.keys(errorCodes).length);
});

/** The formatter may align the columns of a table. */
function unpadded(page: string): string {
  return page
    .replace(/ +\|/g, ' |')
    .replace(/-+/g, '-')
    .replace(/\| ?- ?(?=\|)/g, '|-');
}
