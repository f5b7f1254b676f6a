import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { member, parseJsonObject } from '../../src/identity/json-object.ts';

describe('parseJsonObject', () => {
  const accepted = [
    '{}',
    ' { "a" : 1 , "b" : [ {"a":1}, {"a":2} ] } ',
    '{"a":{"a":{"a":1}}}',
    '{"a":"\\"b\\":1,\\"b\\":2"}',
    '{"a\\"":1,"a":2}',
    '{"a":"b","b":"a"}',
  ];
  for (const text of accepted) {
    test(`takes ${text}`, () => {
      const parsed = parseJsonObject(Buffer.from(text));
      assert.ok(parsed.ok);
      assert.deepEqual(parsed.value, JSON.parse(text));
    });
  }

  const refused: readonly [text: string | Buffer, because: string][] = [
    ['', 'is not JSON'],
    ['{', 'is not JSON'],
    ['{"a":1,}', 'is not JSON'],
    ['\ufeff{}', 'is not JSON'],
    [Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), 'is not JSON'],
    ['[]', 'is not a JSON object'],
    ['null', 'is not a JSON object'],
    ['"a"', 'is not a JSON object'],
    ['{"aud":"a","aud":"b"}', 'states a member twice'],
    ['{"aud":"a","\\u0061ud":"b"}', 'states a member twice'],
    ['{"aud" :1,"x":{},"aud"\n:1}', 'states a member twice'],
    ['{"act":{"sub":"a","sub":"b"}}', 'states a member twice'],
    ['{"a":[{"b":1},{"b":1,"c":{"b":1},"b":2}]}', 'states a member twice'],
    ['{"__proto__":1,"__proto__":2}', 'states a member twice'],
  ];
  for (const [text, because] of refused) {
    test(`refuses ${JSON.stringify(String(text))}: ${because}`, () => {
      assert.deepEqual(parseJsonObject(Buffer.from(text)), { ok: false, error: because });
    });
  }

  test('finds a repeated member wherever it is, and only then', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), fc.boolean(), (object, name, repeat) => {
        const members = Object.entries({ ...object, [name]: 1 }).map(
          ([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`,
        );
        if (repeat) members.push(`${JSON.stringify(name)}:2`);
        const parsed = parseJsonObject(Buffer.from(`{"outer":[{${members.join(',')}}]}`));
        assert.equal(parsed.ok, !repeat);
      }),
    );
  });

  test('walks 64 KiB of anything in reasonable time', () => {
    for (const text of [
      `{"a":"${'\\\\'.repeat(30_000)}"}`,
      `{"a":${'['.repeat(3000)}${']'.repeat(3000)}}`,
      `{"a":"${'{'.repeat(60_000)}"}`,
    ]) {
      assert.ok(parseJsonObject(Buffer.from(text)).ok);
    }
  });
});

test('member reads what the text states, never what every object has', () => {
  const parsed = parseJsonObject(Buffer.from('{"sub":"a","__proto__":{"aud":"b"}}'));
  assert.ok(parsed.ok);
  assert.equal(member(parsed.value, 'sub'), 'a');
  for (const name of ['aud', 'constructor', 'toString', 'hasOwnProperty'])
    assert.equal(member(parsed.value, name), undefined);
});
