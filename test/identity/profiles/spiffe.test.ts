import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { unknownOrigin } from '../../../src/core/principal.ts';
import { Authenticator } from '../../../src/identity/authenticator.ts';
import { spiffeIdentity } from '../../../src/identity/profiles/spiffe.ts';
import { entry, issuerUrl, keySourceOf, newSigner, TestClock } from '../fixture.ts';
import { goodToken, profileEntry } from '../profile-samples.ts';

const domain = profileEntry('spiffe');

describe('spiffe', () => {
  test('names a workload by the path of its SPIFFE ID', () => {
    assert.deepEqual(spiffeIdentity(goodToken('spiffe'), domain), {
      ok: true,
      value: {
        kind: 'workload',
        key: 'ns/clinic/sa/nightly-etl',
        display: 'spiffe://clinic.example/ns/clinic/sa/nightly-etl',
        nature: 'service',
        onBehalfOf: null,
        origin: { ...unknownOrigin, platform: 'spiffe' },
      },
    });
  });

  test('the bundle of one trust domain names nobody of another', () => {
    const identity = spiffeIdentity({ sub: 'spiffe://other.example/etl' }, domain);
    assert.ok(!identity.ok);
    assert.match(identity.error.message, /^the token is of another trust domain than that of issuer "spiffe"$/);
  });

  test('a subject that is no workload is refused', () => {
    for (const sub of [undefined, 'etl', 'spiffe://clinic.example']) {
      const identity = spiffeIdentity({ sub }, domain);
      assert.ok(!identity.ok);
      assert.match(identity.error.message, /is not the SPIFFE ID of a workload/);
    }
  });

  test('where an issuer and a trust domain sign with the same keys, a token that fits both is refused', async () => {
    const signer = await newSigner();
    const authenticator = new Authenticator([entry(), domain], keySourceOf(signer), new TestClock());
    const both = await authenticator.authenticate(await signer.sign(goodToken('spiffe', { iss: issuerUrl })));
    assert.ok(!both.ok);
    assert.equal(both.error.message, 'the token matches more than one issuer entry: "demo" and "spiffe"');
    const one = await authenticator.authenticate(await signer.sign(goodToken('spiffe')));
    assert.equal(one.ok && one.value.principal.id, 'spiffe/ns/clinic/sa/nightly-etl');
  });

  test('an entry of another profile is never chosen by its trust domain, nor one of a trust domain by iss', async () => {
    const signer = await newSigner();
    const entries = [entry({ issuer: 'spiffe://clinic.example' }), profileEntry('spiffe', { issuer: issuerUrl })];
    const authenticator = new Authenticator(entries, keySourceOf(signer), new TestClock());
    for (const iss of [undefined, issuerUrl]) {
      const answer = await authenticator.authenticate(await signer.sign(goodToken('spiffe', { iss })));
      assert.ok(!answer.ok);
      assert.equal(answer.error.message, 'the token is of an issuer that is not accepted here');
    }
  });
});
