import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { unknownOrigin } from '../../../src/core/principal.ts';
import { entraAppIdentity } from '../../../src/identity/profiles/entra-app.ts';
import {
  application,
  entraV1Issuer,
  entraV1Token,
  goodToken,
  managedIdentity,
  profileEntry,
  servicePrincipal,
} from '../profile-samples.ts';

const entra = profileEntry('entra-app');
const entraV1 = profileEntry('entra-app', { issuer: entraV1Issuer });

describe('entra-app', () => {
  const expected = {
    ok: true,
    value: {
      kind: 'workload',
      key: servicePrincipal,
      display: application,
      nature: 'service',
      onBehalfOf: null,
      origin: { ...unknownOrigin, platform: 'entra', actorId: application },
    },
  };

  test('names an application by its service principal', () => {
    assert.deepEqual(entraAppIdentity(goodToken('entra-app'), entra), expected);
  });

  test('the same of version 1.0', () => {
    assert.deepEqual(entraAppIdentity(entraV1Token(), entraV1), expected);
  });

  test('knows a managed identity and where it is attached', () => {
    const vm = '/subscriptions/x/resourcegroups/clinic/providers/Microsoft.Compute/virtualMachines/etl-1';
    const identity = entraAppIdentity(
      goodToken('entra-app', { xms_mirid: managedIdentity, xms_az_rid: vm, display_name: 'anything' }),
      entra,
    );
    assert.ok(identity.ok);
    assert.equal(identity.value.key, servicePrincipal);
    assert.equal(identity.value.nature, 'managed-identity');
    assert.equal(identity.value.display, 'nightly-etl');
    assert.equal(identity.value.origin.actor, managedIdentity);
    assert.equal(identity.value.origin.runner, vm);
  });

  test('a person is refused with what to request instead', () => {
    const identity = entraAppIdentity(goodToken('entra-app', { scp: 'access_as_user', sub: 'pairwise' }), entra);
    assert.ok(!identity.ok);
    assert.equal(
      identity.error.message,
      'the token was delegated by a person (scp), and this entry is for applications',
    );
    assert.match(identity.error.hint ?? '', /with client credentials or a managed identity$/);
  });

  test('an issuer that is no directory makes nobody', () => {
    const identity = entraAppIdentity(
      goodToken('entra-app'),
      profileEntry('entra-app', { issuer: 'https://login.microsoftonline.com/common/v2.0' }),
    );
    assert.ok(!identity.ok);
    assert.match(identity.error.message, /is not a directory of Entra$/);
  });
});
