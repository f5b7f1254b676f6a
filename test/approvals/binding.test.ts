import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type Bound, bindingOf, runOf, textDigest } from '../../src/approvals/binding.ts';
import type { ConnectionName } from '../../src/core/ids.ts';
import { unknownOrigin } from '../../src/core/principal.ts';
import { clinic, idOf, originOf, workload } from '../support/approval-samples.ts';

const key = Buffer.alloc(32, 1);
const exact = ['clinic', 'app,public', "update t set a = 'x' where id = $1", '\u0000\u0001', '7'];
const bound: Bound = {
  subject: 'statement',
  principal: workload(),
  connection: clinic,
  exact: exact.map((part) => Buffer.from(part)),
  normalisedDigest: 'f'.repeat(64),
  tables: ['update public.t'],
  policies: 'p',
};
const digest = (changes: Partial<Bound> = {}, by = key) => bindingOf({ ...bound, ...changes }, by).digest;
const exactly = (parts: readonly string[]) => digest({ exact: parts.map((part) => Buffer.from(part)) });

describe('the digest of what once covers', () => {
  const changed: Readonly<Record<string, string>> = {
    'the database': exactly(exact.with(0, 'clinic2')),
    'the search path': exactly(exact.with(1, 'public,app')),
    whitespace: exactly(exact.with(2, "update  t set a = 'x' where id = $1")),
    'a comment': exactly(exact.with(2, "update t set a = 'x' where id = $1 -- now")),
    'a literal': exactly(exact.with(2, "update t set a = 'y' where id = $1")),
    'letter case': exactly(exact.with(2, "UPDATE t set a = 'x' where id = $1")),
    'a trailing semicolon': exactly(exact.with(2, `${exact[2]};`)),
    'the format of a parameter': exactly(exact.with(3, '\u0000\u0000')),
    'a parameter': exactly(exact.with(4, '8')),
    'one parameter more': exactly([...exact, '']),
    'one parameter less': exactly(exact.slice(0, -1)),
    'the principal': digest({ principal: workload('other') }),
    'the person it acts for': digest({ principal: workload('nightly-etl', { onBehalfOf: idOf('dana') }) }),
    'the connection': digest({ connection: 'records' as ConnectionName }),
    'what it is': digest({ subject: 'connect' }),
    'the key': digest({}, Buffer.alloc(32, 2)),
  };
  for (const [what, other] of Object.entries(changed)) {
    test(`changes with ${what}`, () => assert.notEqual(other, digest()));
  }

  test('is the same for the same, and for nothing else that the table has', () => {
    assert.equal(digest(), exactly(exact));
    assert.match(digest(), /^[0-9a-f]{64}$/);
    assert.equal(new Set(Object.values(changed)).size, Object.keys(changed).length);
  });

  test('is of the parts, not of what they come to when joined', () => {
    const parts = fc.array(fc.string({ maxLength: 4 }), { maxLength: 6 });
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        const same = one.length === other.length && one.every((part, index) => part === other[index]);
        assert.equal(exactly(one) === exactly(other), same);
      }),
      { numRuns: 500 },
    );
  });

  test('changes wherever the same bytes are cut into parts differently, or a part moves', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2, maxLength: 40 }), fc.nat(), fc.nat(), (bytes, first, second) => {
        const all = Buffer.from(bytes);
        const cuts = [first % all.length, second % all.length];
        const [one, other] = cuts.map((at) => digest({ exact: [all.subarray(0, at), all.subarray(at)] }));
        assert.equal(one === other, cuts[0] === cuts[1]);
      }),
    );
    assert.notEqual(exactly(exact.toReversed()), exactly(exact));
  });
});

test('wider scopes go by the normalised statement, its tables, the run and the policies', () => {
  const { fingerprint, tables, run, policies } = bindingOf(bound, key);
  assert.deepEqual([fingerprint, tables, policies], [bound.normalisedDigest, bound.tables, bound.policies]);
  assert.equal(run, runOf(originOf('42')));
  assert.match(bindingOf({ ...bound, normalisedDigest: null }, key).fingerprint, /^[0-9a-f]{64}$/);
});

test('a run is what platform, repository, number and attempt say together', () => {
  const origin = originOf('42');
  const runs = [
    origin,
    originOf('43'),
    { ...origin, attempt: '2' },
    { ...origin, repository: 'a' },
    { ...origin, platform: 'b' },
  ];
  assert.equal(new Set(runs.map(runOf)).size, runs.length);
  assert.equal(runOf({ ...origin, job: 'another job' }), runOf(origin));
  assert.equal(runOf(unknownOrigin), null);
  assert.equal(runOf({ ...origin, runId: 'unknown' }), null);
});

test('the digest of a text cannot be compared without the key, nor with that of a statement', () => {
  assert.notEqual(textDigest(key, 'why'), textDigest(Buffer.alloc(32, 2), 'why'));
  assert.notEqual(textDigest(key, 'why'), textDigest(key, 'why '));
  assert.equal(textDigest(key, 'why'), textDigest(key, 'why'));
});
