import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseSpiffeId, trustDomainUri } from '../../src/identity/spiffe-id.ts';

describe('parseSpiffeId', () => {
  const cases: readonly [text: unknown, id: readonly [trustDomain: string, path: string] | null][] = [
    ['spiffe://clinic.example/etl', ['clinic.example', 'etl']],
    ['spiffe://clinic.example/ns/prod/sa/etl', ['clinic.example', 'ns/prod/sa/etl']],
    ['spiffe://a_b-c.1/X.y_z-0', ['a_b-c.1', 'X.y_z-0']],
    ['spiffe://clinic.example/...', ['clinic.example', '...']],
    ['spiffe://clinic.example', null],
    ['spiffe://clinic.example/', null],
    ['spiffe://clinic.example/a/', null],
    ['spiffe://clinic.example//a', null],
    ['spiffe://clinic.example/a/./b', null],
    ['spiffe://clinic.example/a/..', null],
    ['spiffe://clinic.example/a?b', null],
    ['spiffe://clinic.example/a#b', null],
    ['spiffe://clinic.example/%61', null],
    ['spiffe://Clinic.example/a', null],
    ['spiffe://user@clinic.example/a', null],
    ['spiffe://clinic.example:1/a', null],
    ['SPIFFE://clinic.example/a', null],
    [' spiffe://clinic.example/a', null],
    ['spiffe://clinic.example/a\n', null],
    ['spiffe:///a', null],
    [`spiffe://clinic.example/${'a'.repeat(512)}`, null],
    [1, null],
    [null, null],
    [undefined, null],
  ];
  for (const [text, id] of cases) {
    test(`${JSON.stringify(text)?.slice(0, 60)} is ${id === null ? 'none' : 'one'}`, () => {
      assert.deepEqual(parseSpiffeId(text), id && { trustDomain: id[0], path: id[1] });
    });
  }

  test('whatever is taken is spelt in one way only', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^spiffe:\/\/[a-z.]{1,8}\/[ -~]{1,12}$/), (text) => {
        const id = parseSpiffeId(text);
        if (id !== null) assert.equal(`${trustDomainUri(id.trustDomain)}/${id.path}`, text);
      }),
    );
  });
});
