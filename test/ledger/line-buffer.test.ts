import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { canonicalJson } from '../../src/ledger/canonical.ts';
import { journalLine } from '../../src/ledger/journal-line.ts';
import { LineBuffer } from '../../src/ledger/line-buffer.ts';
import { leafHash } from '../../src/ledger/merkle-hash.ts';

const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 200 }),
  fc.string({ unit: 'binary-ascii', maxLength: 90 }),
);

test('a line is what journalLine makes of its entry, whatever was written before it or given up', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ text: anyText, kept: fc.boolean() }), { maxLength: 8 }),
      fc.nat(),
      (entries, first) => {
        const lines = new LineBuffer();
        let expected = '';
        let index = first;
        for (const { text, kept } of entries) {
          lines.begin(index);
          lines.raw(Buffer.from('{"a":'));
          lines.string(text);
          lines.raw(Buffer.from('}'));
          const entry = `{"a":${canonicalJson(text)}}`;
          assert.equal(lines.entryBytes, Buffer.byteLength(entry));
          if (!kept) {
            lines.drop();
            continue;
          }
          const leaf = lines.end();
          assert.equal(leaf, leafHash(entry));
          expected += journalLine(index++, leaf, entry);
        }
        assert.equal(lines.bytes.toString(), expected);
      },
    ),
  );
});

test('it grows as far as it must, and begins anew when it is cleared', () => {
  const lines = new LineBuffer();
  const long = '\u20ac'.repeat(700_000);
  for (const index of [0, 1]) {
    lines.begin(index);
    lines.string(long);
    const leaf = lines.end();
    assert.equal(lines.bytes.toString(), journalLine(index, leaf, `"${long}"`));
    lines.clear();
    assert.equal(lines.length, 0);
  }
});
