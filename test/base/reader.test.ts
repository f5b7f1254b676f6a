import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Reader } from '../../src/base/reader.ts';
import { WireError } from '../../src/base/wire-error.ts';
import { Writer } from '../../src/base/writer.ts';

test('what a writer wrote a reader reads', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 255 }),
      fc.integer({ min: 0, max: 65535 }),
      fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      fc.string().filter((text) => !text.includes('\0')),
      fc.uint8Array(),
      (a, b, c, text, bytes) => {
        const written = new Writer(1).uint8(a).int16(b).int32(c).string(text).bytes(Buffer.from(bytes)).finish();
        const reader = new Reader(written);
        assert.equal(reader.uint8(), a);
        assert.equal(reader.uint16(), b);
        assert.equal(reader.int32(), c);
        assert.equal(reader.string(), Buffer.from(text).toString());
        assert.deepEqual(reader.span(bytes.length), Buffer.from(bytes));
        reader.finish();
      },
    ),
  );
});

const broken: readonly { readonly name: string; readonly read: (reader: Reader) => unknown; readonly bytes: string }[] =
  [
    { name: 'an integer that is cut', read: (reader) => reader.int32(), bytes: '000000' },
    { name: 'a span that is cut', read: (reader) => reader.span(2), bytes: '00' },
    { name: 'a negative length', read: (reader) => reader.span(-1), bytes: '0000' },
    { name: 'a string without its NUL', read: (reader) => reader.string(), bytes: '6161' },
    { name: 'a string that is not UTF-8', read: (reader) => reader.string(), bytes: 'ff00' },
    { name: 'bytes left over', read: (reader) => reader.finish(), bytes: '00' },
  ];

for (const { name, read, bytes } of broken) {
  test(`${name} is a WireError`, () => {
    assert.throws(() => read(new Reader(Buffer.from(bytes, 'hex'))), WireError);
  });
}

test('a reader never sees bytes outside of its span', () => {
  const bytes = Buffer.from('61620063', 'hex');
  assert.throws(() => new Reader(bytes, 0, 2).string(), WireError);
  assert.throws(() => new Reader(bytes, 2, 9), WireError);
  assert.equal(new Reader(bytes, 0, 3).string(), 'ab');
});
