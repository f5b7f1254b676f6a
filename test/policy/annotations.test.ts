import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AnnotationFault, readTerms, type Terms } from '../../src/policy/annotations.ts';

function read(annotations: Readonly<Record<string, string>>, effect: 'permit' | 'forbid' = 'permit') {
  const faults: AnnotationFault[] = [];
  const terms = readTerms(effect, { id: 'a', ...annotations }, faults);
  return { terms, faults: faults.map(({ annotation, message }) => `${annotation}: ${message}`) };
}

const accepted: readonly (readonly [string, string, Partial<Terms>])[] = [
  ['description', ' why ', { description: 'why' }],
  ['approval', 'compliance', { approval: 'compliance' }],
  ['quorum', '2', { quorum: 2 }],
  ['scope', 'once', { scope: 'once' }],
  ['scope', 'session', { scope: 'session' }],
  ['scope', 'run', { scope: 'run' }],
  ['scope', 'window', { scope: 'window' }],
  ['ttl', '90s', { ttlMs: 90_000 }],
  ['ttl', '15m', { ttlMs: 900_000 }],
  ['wait', '8h', { waitMs: 28_800_000 }],
  ['wait', '2d', { waitMs: 172_800_000 }],
  ['reason', 'required', { reasonRequired: true }],
  ['purpose', 'required', { purposeRequired: true }],
  ['maxRows', '1', { maxRows: 1 }],
];

for (const [name, text, expected] of accepted) {
  test(`annotation @${name}("${text}")`, () => {
    const { terms, faults } = read({ approval: 'x', [name]: text });
    assert.deepEqual(faults, []);
    assert.deepEqual({ ...terms, ...expected }, terms);
  });
}

test('annotation @validUntil is a moment, in any zone', () => {
  const at = Date.parse('2027-06-30T00:00:00Z') * 1000;
  for (const text of [
    '2027-06-30T00:00:00Z',
    '2027-06-30T02:00:00+02:00',
    '2027-06-30T00:00:00.000000Z',
    '2027-06-30',
  ]) {
    assert.equal(read({ validUntil: text }).terms.validUntil, at);
  }
});

const refused: readonly (readonly [string, readonly string[]])[] = [
  ['id', ['', 'a b', '-a', 'é', 'a"b', 'x'.repeat(101)]],
  ['description', ['', ' ', 'two\nlines', 'nul\0', '\u202Ereversed', 'x'.repeat(501)]],
  ['approval', ['', ' ', 'a\nb']],
  ['quorum', ['', '0', '-1', '1.5', '01', 'two', '1e3']],
  ['scope', ['', 'Once', 'forever']],
  ['ttl', ['', '15', 'm', '0m', '1.5h', '15 m', '15min', '-5m', '1h30m', '1234567s']],
  ['wait', ['', '15', '0s', 'P1D']],
  ['reason', ['', 'yes', 'optional', 'Required']],
  ['purpose', ['', 'HOPERAT']],
  [
    'validUntil',
    ['', 'tomorrow', '2027-06', '2027-02-29', '2027-06-30T00:00:00', '2027-13-01T00:00:00Z', '2027-02-30T00:00:00Z'],
  ],
  ['maxRows', ['', '0', '-1', '10k', '1.0', '1000000001']],
];

for (const [name, texts] of refused) {
  for (const text of texts) {
    test(`annotation @${name}(${JSON.stringify(text)}) is a fault`, () => {
      const { faults } = read({ approval: 'x', [name]: text });
      assert.equal(faults.length, 1);
      assert.match(faults[0] ?? '', new RegExp(`^${name}: @${name} must be `));
    });
  }
}

test('annotations that belong to approvals are faults without one', () => {
  const { faults } = read({ quorum: '2', scope: 'once', ttl: '5m', wait: '5m' });
  assert.deepEqual(
    faults,
    ['quorum', 'scope', 'ttl', 'wait'].map((name) => `${name}: @${name} has no meaning without @approval`),
  );
});

test('a forbid takes an id and a description', () => {
  const { faults } = read(
    {
      description: 'd',
      approval: 'x',
      quorum: '2',
      reason: 'required',
      validUntil: '2027-06-30T00:00:00Z',
      maxRows: '1',
    },
    'forbid',
  );
  assert.deepEqual(
    faults,
    ['approval', 'quorum', 'reason', 'validUntil', 'maxRows'].map(
      (name) => `${name}: @${name} has no meaning on a forbid`,
    ),
  );
});

test('names from the prototype of objects are unknown annotations', () => {
  assert.match(read({ constructor: 'x' }).faults[0] ?? '', /unknown annotation @constructor/);
  assert.equal(read({}).terms.description, '');
});
