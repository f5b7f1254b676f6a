import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { unknownOrigin } from '../../../src/core/principal.ts';
import { peopleIdentity } from '../../../src/identity/profiles/people.ts';
import { entry } from '../fixture.ts';

const staff = entry({ id: 'staff', profile: 'people' });

describe('people', () => {
  test('names a person by the subject, whatever the entry says of other profiles', () => {
    assert.deepEqual(
      peopleIdentity(
        { sub: 'dana', name: 'Dana Example', client_id: 'console' },
        entry({ id: 'staff', subject: 'email' }),
      ),
      {
        ok: true,
        value: {
          kind: 'user',
          key: 'dana',
          display: 'Dana Example',
          nature: 'person',
          origin: unknownOrigin,
          onBehalfOf: null,
        },
      },
    );
  });

  const displays: readonly [claims: Record<string, unknown>, display: string][] = [
    [{ preferred_username: 'dana.e' }, 'dana.e'],
    [{ name: 'a\u202eb', preferred_username: 1 }, 'dana'],
    [{}, 'dana'],
  ];
  for (const [claims, display] of displays) {
    test(`shows ${JSON.stringify(claims)} as ${display}`, () => {
      const identity = peopleIdentity({ sub: 'dana', ...claims }, staff);
      assert.equal(identity.ok && identity.value.display, display);
    });
  }

  test('an origin is of workloads', () => {
    const identity = peopleIdentity({ sub: 'dana', repository: 'clinic/etl' }, staff);
    assert.deepEqual(identity.ok && identity.value.origin, unknownOrigin);
  });

  const refused: readonly [name: string, claims: Record<string, unknown>, message: RegExp][] = [
    ['no subject', {}, /no subject \(sub\), which names the people of issuer "staff"/],
    ['a token that an agent uses', { sub: 'dana', act: { sub: 'agent' } }, /by someone who acts for a person/],
    ['an empty actor', { sub: 'dana', act: null }, /by someone who acts for a person/],
    ['an application of Entra', { sub: 'x', idtyp: 'app' }, /issued to an application/],
    ['a client that got it for itself', { sub: 'etl', client_id: 'etl' }, /issued to an application/],
    ['an authorised party that is the subject', { sub: 'etl', azp: 'etl' }, /issued to an application/],
  ];
  for (const [name, claims, message] of refused) {
    test(`refuses ${name}`, () => {
      const identity = peopleIdentity(claims, staff);
      assert.ok(!identity.ok);
      assert.match(identity.error.message, message);
    });
  }
});
