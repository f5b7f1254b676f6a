import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CanonicalFault, canonicalJson } from '../../src/ledger/canonical.ts';

const vectors: readonly { readonly name: string; readonly value: unknown; readonly text: string }[] = [
  {
    // RFC 8785, 3.2.3: keys in the order of UTF-16 code units.
    name: 'the sorting example of the RFC',
    value: {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    },
    text: '{"\\r":"Carriage Return","1":"One","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis","\u20ac":"Euro Sign","\ud83d\ude00":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
  },
  {
    name: 'the string and literals of the RFC example',
    value: { string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"\u002f', literals: [null, true, false] },
    text: '{"literals":[null,true,false],"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  },
  { name: 'nested objects, each sorted', value: { b: [{ d: 1, c: 2 }], a: {} }, text: '{"a":{},"b":[{"c":2,"d":1}]}' },
  { name: 'minus zero', value: -0, text: '0' },
  {
    name: 'the largest safe integers',
    value: [9007199254740991, -9007199254740991],
    text: '[9007199254740991,-9007199254740991]',
  },
  { name: 'all short escapes', value: '\b\t\n\f\r"\\', text: '"\\b\\t\\n\\f\\r\\"\\\\"' },
  { name: 'delete and line separators are not escaped', value: '\u007f\u2028\u2029', text: '"\u007f\u2028\u2029"' },
  { name: 'an empty string', value: '', text: '""' },
];

for (const { name, value, text } of vectors) {
  test(`canonical JSON: ${name}`, () => assert.equal(canonicalJson(value), text));
}

const refused: readonly { readonly name: string; readonly value: unknown }[] = [
  { name: 'a fraction', value: { a: 0.5 } },
  { name: 'an unsafe integer', value: 9007199254740992 },
  { name: 'not a number', value: Number.NaN },
  { name: 'infinity', value: Number.POSITIVE_INFINITY },
  { name: 'undefined in an object', value: { a: undefined } },
  { name: 'a bigint', value: 1n },
  { name: 'a function', value: () => 1 },
  { name: 'a lone surrogate', value: 'x\ud800' },
  { name: 'a lone surrogate in a key', value: { '\udc00': 1 } },
  { name: 'a date', value: new Date(0) },
  { name: 'a map', value: new Map() },
  { name: 'a buffer', value: Buffer.of(1) },
];

for (const { name, value } of refused) {
  test(`canonical JSON refuses ${name}`, () => assert.throws(() => canonicalJson(value), CanonicalFault));
}

test('canonical JSON does not depend on the order in which keys were set', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.tuple(fc.string({ unit: 'grapheme' }), fc.integer()), { selector: ([key]) => key }),
      (members) => {
        assert.equal(
          canonicalJson(Object.fromEntries(members)),
          canonicalJson(Object.fromEntries([...members].reverse())),
        );
      },
    ),
  );
});

test('canonical JSON reads back as the same value, and is a fixed point', () => {
  const leaf = fc.oneof(fc.string({ unit: 'grapheme' }), fc.maxSafeInteger(), fc.boolean(), fc.constant(null));
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      leaf,
      fc.array(tie('value')),
      fc.dictionary(fc.string({ unit: 'grapheme' }), tie('value'), { noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(value, (any) => {
      const text = canonicalJson(any);
      const back: unknown = JSON.parse(text);
      assert.equal(canonicalJson(back), text);
      assert.deepEqual(back, JSON.parse(JSON.stringify(any)));
    }),
  );
});

test('keys that hold the separator of the shape cache are not confused', () => {
  for (const value of [{ a: 1, b: 2 }, { 'a\nb': 1 }, { 'a\nb': 1, c: 2 }, { a: 1, 'b\nc': 2 }, { a: 1, b: 2, c: 3 }]) {
    assert.deepEqual(JSON.parse(canonicalJson(value)), value);
  }
});
