import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { JWK } from 'jose';
import { verifySignature } from '../../src/identity/verify-signature.ts';
import { readPublishedKeys } from '../../src/issuers/published-keys.ts';
import { issuerUrl, newSigner } from '../identity/fixture.ts';

let key: JWK;
before(async () => {
  key = (await newSigner('ES256', 'good')).jwk;
});

describe('readPublishedKeys', () => {
  test('keeps keys that verify signatures and leaves out the others', () => {
    const others: readonly unknown[] = [
      { ...key, kid: 'for encryption', use: 'enc' },
      { ...key, kid: 'private', d: 'AAAA' },
      { ...key, kid: 'other algorithm', alg: 'ES256K' },
      { ...key, kid: 1 },
      { kty: 'oct', kid: 'shared', k: 'AAAA' },
      { kty: 'AKP', kid: 'unknown' },
      null,
      'key',
    ];
    const more = { ...key, kid: 'more', use: 'sig', alg: 'ES256' };
    const read = readPublishedKeys({ keys: [...others, key, more] }, issuerUrl);
    assert.ok(read.ok);
    assert.deepEqual([...read.value.keyIds], ['good', 'more']);
    assert.equal(read.value.count, 2);
  });

  test('the version is that of the keys', () => {
    const versions = [[key], [key, { ...key, kid: 'b' }], [{ ...key, kid: 'b' }]].map((keys) => {
      const read = readPublishedKeys({ keys }, issuerUrl);
      return read.ok ? read.value.version : '';
    });
    assert.equal(new Set(versions).size, 3);
    const again = readPublishedKeys({ keys: [key, { kty: 'oct' }], more: true }, issuerUrl);
    assert.equal(again.ok && again.value.version, versions[0]);
  });

  const kid = (keys: readonly unknown[], issuer: string): readonly string[] | string => {
    const read = readPublishedKeys({ keys }, issuer);
    return read.ok ? [...read.value.keyIds] : read.error;
  };

  test('of the bundle of a trust domain only keys for JWT-SVIDs count', () => {
    const domain = 'spiffe://clinic.example';
    const bundle = [
      { ...key, kid: 'x509', use: 'x509-svid' },
      { ...key, kid: 'jwt', use: 'jwt-svid' },
      { ...key, kid: 'plain' },
      { ...key, kid: 'sig', use: 'sig' },
    ];
    assert.deepEqual(kid(bundle, domain), ['jwt']);
    assert.deepEqual(kid(bundle.slice(2), domain), ['plain', 'sig']);
    assert.equal(kid(bundle.slice(0, 1), domain), 'it publishes no key that can verify a signature');
    // Elsewhere the uses of SPIFFE mean nothing.
    assert.deepEqual(kid(bundle, issuerUrl), ['plain', 'sig']);
  });

  test('a key for JWT-SVIDs verifies one, a key of EdDSA does not', async () => {
    const rsa = await newSigner('RS256', 'rsa');
    const edwards = await newSigner('EdDSA', 'edwards');
    const keys = [rsa, edwards].map(({ jwk }) => ({ ...jwk, use: 'jwt-svid' }));
    const read = readPublishedKeys({ keys }, 'spiffe://clinic.example');
    assert.ok(read.ok);
    assert.equal(await verifySignature(await rsa.sign({}), read.value), null);
    assert.match((await verifySignature(await edwards.sign({}), read.value))?.message ?? '', /does not publish/);
  });

  test('of the keys that Entra publishes together, only those for the directory count', () => {
    const directory = '11111111-2222-4333-8444-555555555555';
    const other = '9188040d-6c67-4c5b-b112-36a304b66dad';
    const keys = [
      { ...key, kid: 'any', issuer: 'https://login.microsoftonline.com/{tenantid}/v2.0' },
      { ...key, kid: 'own', issuer: `https://login.microsoftonline.com/${directory}/v2.0` },
      { ...key, kid: 'other', issuer: `https://login.microsoftonline.com/${other}/v2.0` },
      { ...key, kid: 'odd', issuer: 1 },
      { ...key, kid: 'silent' },
    ];
    assert.deepEqual(kid(keys, `https://login.microsoftonline.com/${directory}/v2.0`), ['any', 'own', 'silent']);
    assert.deepEqual(kid(keys, `https://sts.windows.net/${directory}/`), ['any', 'own', 'silent']);
    assert.equal(kid(keys, issuerUrl).length, 5);
  });

  const refused: readonly [document: unknown, fault: string][] = [
    [null, 'its key document is not a JWK Set'],
    [[], 'its key document is not a JWK Set'],
    [{ keys: {} }, 'its key document is not a JWK Set'],
    [{ keys: [] }, 'it publishes no key that can verify a signature'],
    [{ keys: [{ kty: 'oct', k: 'AAAA' }] }, 'it publishes no key that can verify a signature'],
    [{ keys: Array.from({ length: 101 }, () => ({ kty: 'EC' })) }, 'it publishes more than 100 keys'],
  ];
  for (const [document, fault] of refused) {
    test(`refuses ${JSON.stringify(document).slice(0, 40)}`, () => {
      assert.deepEqual(readPublishedKeys(document, issuerUrl), { ok: false, error: fault });
    });
  }
});
