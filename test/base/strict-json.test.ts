import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isStrictJson, type JsonVisitor, mostJsonDepth, walkJson } from '../../src/base/strict-json.ts';

const good = [
  '{}',
  ' [ ] ',
  '0',
  '-0',
  '-1.5e+10',
  '1E5',
  '"\\u00e9\\n\\/"',
  'true',
  'null',
  '{"a":{"a":1},"b":[{"a":1},{"a":2}]}',
  '{"":1}',
  '"\\ud83d\\ude00"',
];
const bad = [
  '',
  ' ',
  '01',
  '1.',
  '.5',
  '+1',
  '1e',
  '--1',
  'NaN',
  'Infinity',
  'tru',
  'truex',
  "'a'",
  '"a',
  '"\\x"',
  '"\\u12g4"',
  '"\t"',
  '"\u0000"',
  '{',
  '{"a"}',
  '{"a":}',
  '{"a":1,}',
  '{,}',
  '{a:1}',
  '[1,]',
  '[1 2]',
  '{"a":1}{}',
  '{"a":1}x',
  '\ufeff{}',
  '{"a":1,"a":1}',
  '{"a":1,"\\u0061":1}',
  '{"\\ud800":1}',
  '/**/{}',
  '\u00a0{}',
];

for (const text of good) test(`strict JSON: ${text}`, () => assert.equal(isStrictJson(Buffer.from(text)), true));
for (const text of bad) {
  test(`not strict JSON: ${JSON.stringify(text)}`, () => assert.equal(isStrictJson(Buffer.from(text)), false));
}

test('strict JSON: bytes that are not UTF-8', () => {
  assert.equal(isStrictJson(Buffer.from([0x22, 0xff, 0x22])), false);
  assert.equal(isStrictJson(Buffer.from([0x22, 0xc0, 0x80, 0x22])), false);
});

test('strict JSON: depth is bounded', () => {
  const deep = (depth: number) => Buffer.from('['.repeat(depth) + ']'.repeat(depth));
  assert.equal(isStrictJson(deep(mostJsonDepth)), true);
  assert.equal(isStrictJson(deep(mostJsonDepth + 1)), false);
  assert.equal(isStrictJson(deep(1_000_000)), false);
});

test('strict JSON: whatever JSON.stringify writes is, and its values are found where they stand', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(3), (value, indent) => {
      const bytes = Buffer.from(JSON.stringify(value, null, indent));
      const leaves: unknown[] = [];
      const visitor: JsonVisitor<null> = {
        member: () => null,
        element: () => null,
        value: (_, kind, start, end) => {
          if (kind !== 'object' && kind !== 'array') leaves.push(JSON.parse(bytes.toString('utf8', start, end)));
        },
      };
      // Names of a half surrogate are refused; everything else is walked.
      if (!walkJson(bytes, null, visitor)) return /\\ud[89a-f]/i.test(bytes.toString());
      assert.deepEqual(leaves, leavesOf(JSON.parse(bytes.toString())));
      return true;
    }),
  );
});

test('strict JSON: nothing that JSON.parse refuses', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:01.e-\\utrfalsn ') }), (text) => {
      if (isStrictJson(Buffer.from(text))) JSON.parse(text);
    }),
    { numRuns: 5000 },
  );
});

function leavesOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : [value];
}
