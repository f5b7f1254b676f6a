import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseRequestTarget, spellRequestTarget } from '../../../src/protocols/http/request-target.ts';

const spelt: readonly (readonly [string, string])[] = [
  ['/', '/v1/'],
  ['/?', '/v1/'],
  ['/a/b', '/v1/a/b'],
  ['/a%20b/%C3%A9', '/v1/a%20b/%C3%A9'],
  ['/%61', '/v1/a'],
  ['/1:archive', '/v1/1:archive'],
  ['/a+b', '/v1/a%2Bb'],
  ['/a?x=a+b&y=%2B&z', '/v1/a?x=a%20b&y=%2B&z='],
  ['/a?x=%26y%3D1', '/v1/a?x=%26y%3D1'],
  ['/a?x=1;y=2', '/v1/a?x=1%3By%3D2'],
];
for (const [given, sent] of spelt) {
  test(`target: ${given} is sent as ${sent}`, () => {
    const read = parseRequestTarget(given);
    assert.ok(read.ok);
    assert.equal(spellRequestTarget('/v1', read.value), sent);
  });
}

for (const text of [
  '',
  'a',
  '*',
  '/a#b',
  '/a b',
  '/é',
  '/a?&',
  '/a?=1',
  '/a?x=%',
  '/a?x=%0a',
  '/%',
  '/%2',
  '/a//b',
  '/..',
  '/a%25',
]) {
  test(`target: ${JSON.stringify(text)} is refused, and not repeated`, () => {
    const read = parseRequestTarget(text);
    assert.ok(!read.ok);
    assert.equal(read.error.code, 'invalid_request');
    if (text.length > 3) assert.ok(!JSON.stringify(read.error).includes(text));
  });
}

test('target: what is sent is read as what was read', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'/ab.%2eEfF?&=+;:~') }), (text) => {
      const read = parseRequestTarget(`/${text}`);
      if (!read.ok) return;
      const again = parseRequestTarget(spellRequestTarget('', read.value));
      assert.deepEqual(again, read);
    }),
    { numRuns: 3000 },
  );
});
