import assert from 'node:assert/strict';
import { test } from 'node:test';
import { redact } from '../../../src/masking/transforms/redact.ts';
import { builtInTypes, maskedText, resultColumn, textLikeOids } from '../masked.ts';

for (const { name, oid } of builtInTypes) {
  for (const format of [0, 1]) {
    const expected = textLikeOids.includes(oid) ? '***' : null;
    test(`${name} in ${format === 0 ? 'text' : 'binary'} becomes ${expected ?? 'NULL'}`, () => {
      const mask = redact(resultColumn(oid, format));
      for (const cell of ['', '9', '999-12-3456', 'x'.repeat(1000)]) assert.equal(maskedText(mask, cell), expected);
    });
  }
}
