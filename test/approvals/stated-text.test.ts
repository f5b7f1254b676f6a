import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { statedText } from '../../src/approvals/stated-text.ts';

describe('what people state for the record', () => {
  for (const [text, kept] of [
    ['  checked with intake  ', 'checked with intake'],
    ['abc', 'abc'],
    ['geprüft – ja', 'geprüft – ja'],
    ['x'.repeat(2000), 'x'.repeat(2000)],
  ] as const) {
    test(`is kept trimmed: ${kept.slice(0, 20)}`, () =>
      assert.deepEqual(statedText('rationale', text), { ok: true, value: kept }));
  }

  for (const [name, text] of [
    ['nothing', ''],
    ['blanks', '     '],
    ['two characters', ' ok '],
    ['too much', 'x'.repeat(2001)],
    ['a line break', 'one\ntwo'],
    ['an escape sequence', 'ok \u001b[31mred'],
    ['a NUL', 'ok \u0000 ok'],
    ['a line separator', 'one\u2028two'],
    ['text that runs backwards', 'one \u202etwo'],
  ] as const) {
    test(`is refused: ${name}`, () => {
      const stated = statedText('findings', text);
      assert.ok(!stated.ok);
      assert.equal(stated.error.code, 'invalid_request');
      assert.match(stated.error.message, /findings/);
    });
  }
});
