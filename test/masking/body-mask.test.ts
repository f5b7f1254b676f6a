import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { planBodyMask } from '../../src/masking/body-mask.ts';
import { parseFieldPath } from '../../src/masking/field-path.ts';
import type { MaskingSettings } from '../../src/masking/masking-settings.ts';
import { showBody } from '../../src/masking/shown-body.ts';

const settings: MaskingSettings = {
  preset: null,
  classes: new Map([
    ['phone', { kind: 'partial', keepLast: 4 }],
    ['birth_date', { kind: 'year' }],
    ['mrn', { kind: 'tokenize' }],
    ['note', { kind: 'null' }],
  ]),
};
const keys = { keyFor: () => Buffer.alloc(32, 7), currentYear: () => 2026 };

function masked(
  rules: Readonly<Record<string, string>>,
  body: string,
  unmasked: readonly string[] = [],
): string | null {
  const plan = planBodyMask(rulesOf(rules), unmasked, settings, keys);
  return plan.mask(Buffer.from(body))?.bytes.toString() ?? null;
}

function rulesOf(rules: Readonly<Record<string, string>>) {
  return Object.entries(rules).map(([path, name]) => ({ path, class: name }));
}

const cases: readonly (readonly [string, Readonly<Record<string, string>>, string, string])[] = [
  ['redact', { '$.a': 'ssn' }, '{"a":"x","b":"x"}', '{"a":"***","b":"x"}'],
  ['partial', { '$.a': 'phone' }, '{"a":"217 555-0100"}', '{"a":"*** ***-0100"}'],
  ['year', { '$.a': 'birth_date' }, '{"a":"1980-02-29"}', '{"a":"1980"}'],
  ['year of somebody over 89', { '$.a': 'birth_date' }, '{"a":"1920-02-29"}', '{"a":null}'],
  ['null', { '$.a': 'note' }, '{"a":"x"}', '{"a":null}'],
  ['an empty string', { '$.a': 'phone' }, '{"a":""}', '{"a":""}'],
  [
    'anywhere',
    { '$..a': 'ssn' },
    '{"a":"x","b":[{"a":"x","c":{"a":["x"]}}]}',
    '{"a":"***","b":[{"a":"***","c":{"a":["***"]}}]}',
  ],
  ['anywhere below', { '$.b..a': 'ssn' }, '{"a":"x","b":{"c":{"a":"x"}}}', '{"a":"x","b":{"c":{"a":"***"}}}'],
  [
    'anywhere, then each',
    { '$..a[*].b': 'ssn' },
    '{"z":{"a":[{"b":"x"},{"c":"x"}]}}',
    '{"z":{"a":[{"b":"***"},{"c":"x"}]}}',
  ],
  ['each at the top', { '$[*]': 'ssn' }, '["x",1,{"a":2}]', '["***",null,null]'],
  ['each member', { '$.a[*]': 'ssn' }, '{"a":{"b":"x","c":2}}', '{"a":{"b":"***","c":null}}'],
  ['a name in quotes', { "$['it''s a'].b": 'ssn' }, '{"it\'s a":{"b":"x"}}', '{"it\'s a":{"b":"***"}}'],
  [
    'names that every object has',
    { '$.__proto__': 'ssn' },
    '{"__proto__":"x","constructor":"y"}',
    '{"__proto__":"***","constructor":"y"}',
  ],
  ['two classes in one place', { '$.a': 'ssn', '$..a': 'phone' }, '{"a":"217 555-0100"}', '{"a":null}'],
  ['one class twice', { '$.a': 'ssn', '$..a': 'ssn' }, '{"a":"x"}', '{"a":"***"}'],
  ['a field within a field', { '$.a': 'ssn', '$.a.b': 'phone' }, '{"a":{"b":"217 555-0100"}}', '{"a":null}'],
  ['one name in another', { '$..a..a': 'ssn' }, '{"a":{"a":{"a":"x"}},"b":"x"}', '{"a":{"a":null},"b":"x"}'],
];
for (const [name, rules, body, seen] of cases) {
  test(`body mask: ${name}`, () => assert.equal(masked(rules, body), seen));
}

test('body mask: a token is the one that the same value has in a column', () => {
  const token = masked({ '$.a': 'mrn' }, '{"a":"MRN-1"}');
  assert.match(token ?? '', /^\{"a":"tok_[a-z2-7]{26}"\}$/);
  assert.equal(masked({ '$.a': 'mrn' }, '{"a":"\\u004dRN-1"}'), token);
});

test('body mask: what is granted stays, unless another field covers it', () => {
  const body = '{"a":"x","b":{"a":"y"}}';
  assert.equal(masked({ '$.a': 'ssn', '$..a': 'ssn' }, body, ['$.a']), '{"a":"***","b":{"a":"***"}}');
  assert.equal(masked({ '$..a': 'ssn' }, body, ['$..a']), body);
});

test('body mask: no protected value is left, and nothing else is changed', () => {
  const value = fc.jsonValue({ maxDepth: 4 });
  fc.assert(
    fc.property(value, value, fc.string(), (inside, beside, name) => {
      const text = JSON.stringify({ list: [{ ssn: inside, [`_${name}`]: beside }], beside });
      const seen = masked({ '$..ssn': 'ssn' }, text);
      if (seen === null) return;
      const { list, beside: kept } = JSON.parse(seen) as { list: [Record<string, unknown>]; beside: unknown };
      assert.deepEqual(
        leavesOf(list[0]['ssn']).filter((leaf) => leaf !== null && leaf !== '***'),
        [],
      );
      if (!text.includes('"ssn":', text.indexOf('"ssn":') + 1))
        assert.deepEqual(kept, JSON.parse(JSON.stringify(beside)));
    }),
  );
});

test('field path: what is none', () => {
  for (const text of [
    '',
    '$',
    'a',
    '.a',
    '$a',
    '$.',
    '$..',
    '$.a.',
    '$[0]',
    '$["a"]',
    '$.a[?]',
    '$.a b',
    "$['']",
    "$['a",
  ]) {
    assert.equal(parseFieldPath(text).ok, false, text);
  }
});

test('shown body: protected names are named by class, wherever they stand', () => {
  const rules = rulesOf({ '$.ssn': 'ssn', '$.contacts[*].phone': 'phone', '$..phone': 'number' });
  assert.equal(
    showBody(Buffer.from('{"patient":{"ssn":"x","phone":1},"status":"active"}'), rules),
    '{"patient":{"ssn":"‹ssn›","phone":"‹number phone›"},"status":"active"}',
  );
  assert.equal(showBody(Buffer.from('{"ssn":'), rules), '‹unreadable›');
  assert.equal(showBody(Buffer.from('{"a":"x"}'), rulesOf({ '$[*]': 'ssn' })), '{"a":"‹ssn›"}');
});

function leavesOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap(leavesOf);
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(leavesOf) : [value];
}
