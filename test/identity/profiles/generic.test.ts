import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { unknownOrigin } from '../../../src/core/principal.ts';
import { genericIdentity } from '../../../src/identity/profiles/generic.ts';
import { entry } from '../fixture.ts';

const generic = entry();
const people = entry({ id: 'staff', profile: 'people' });

describe('generic', () => {
  test('names a service by its subject', () => {
    assert.deepEqual(genericIdentity({ sub: 'nightly-etl', name: 'Nightly ETL' }, generic, [generic]), {
      ok: true,
      value: {
        kind: 'workload',
        key: 'nightly-etl',
        display: 'Nightly ETL',
        nature: 'service',
        origin: unknownOrigin,
        onBehalfOf: null,
      },
    });
  });

  test('names it by another claim where the configuration says so', () => {
    const identity = genericIdentity({ sub: 'a', client_id: 'b' }, entry({ subject: 'client_id' }), []);
    assert.equal(identity.ok && identity.value.key, 'b');
  });

  test('keeps the origin that the token states', () => {
    const identity = genericIdentity({ sub: 'a', repository: 'clinic/etl', sha: 'c0ffee', run_id: '7' }, generic, [
      generic,
    ]);
    assert.deepEqual(identity.ok && identity.value.origin, {
      ...unknownOrigin,
      repository: 'clinic/etl',
      declaredCommit: 'c0ffee',
      runId: '7',
    });
  });

  test('names an agent by its actor, for the person of the entry for people', () => {
    const claims = { sub: 'dana', name: 'Dana', act: { sub: 'coding-agent' } };
    const identity = genericIdentity(claims, generic, [generic, people]);
    assert.deepEqual(identity, {
      ok: true,
      value: {
        kind: 'workload',
        key: 'coding-agent',
        display: 'coding-agent',
        nature: 'agent',
        origin: unknownOrigin,
        onBehalfOf: 'staff/dana',
      },
    });
    const alone = genericIdentity(claims, generic, [generic]);
    assert.equal(alone.ok && alone.value.onBehalfOf, 'demo/dana');
  });

  const refused: readonly [name: string, claims: Record<string, unknown>, message: RegExp][] = [
    ['no subject', {}, /no usable claim "sub", which names the principals of issuer "demo"/],
    ['a number as subject', { sub: 1 }, /no usable claim "sub"/],
    ['a subject with a line break', { sub: 'a\nb' }, /no usable claim "sub"/],
    ['an actor that is text', { sub: 'dana', act: 'agent' }, /actor \(act\) of the token is not an object/],
    ['no actor at all', { sub: 'dana', act: null }, /actor \(act\) of the token is not an object/],
    ['an actor without subject', { sub: 'dana', act: {} }, /actor \(act\) of the token has no subject/],
    ['a chain of actors', { sub: 'dana', act: { sub: 'a', act: { sub: 'b' } } }, /chain of actors/],
    ['an actor for nobody', { act: { sub: 'a' } }, /no usable claim "sub"/],
  ];
  for (const [name, claims, message] of refused) {
    test(`refuses ${name}`, () => {
      const identity = genericIdentity(claims, generic, [generic, people]);
      assert.ok(!identity.ok);
      assert.match(identity.error.message, message);
    });
  }

  test('refuses an agent where two entries could name its person', () => {
    const siblings = [generic, people, entry({ id: 'contractors', profile: 'people' })];
    const identity = genericIdentity({ sub: 'dana', act: { sub: 'a' } }, generic, siblings);
    assert.ok(!identity.ok);
    assert.match(identity.error.message, /ambiguous: "staff" and "contractors"/);
    assert.ok(genericIdentity({ sub: 'etl' }, generic, siblings).ok);
  });
});
