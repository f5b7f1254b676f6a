import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { JWK } from 'jose';
import { readPublishedKeys } from '../../src/issuers/published-keys.ts';
import { newSigner } from '../identity/fixture.ts';

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
    const read = readPublishedKeys({ keys: [...others, key, more] });
    assert.ok(read.ok);
    assert.deepEqual([...read.value.keyIds], ['good', 'more']);
    assert.equal(read.value.count, 2);
  });

  test('the version is that of the keys', () => {
    const versions = [[key], [key, { ...key, kid: 'b' }], [{ ...key, kid: 'b' }]].map((keys) => {
      const read = readPublishedKeys({ keys });
      return read.ok ? read.value.version : '';
    });
    assert.equal(new Set(versions).size, 3);
    const again = readPublishedKeys({ keys: [key, { kty: 'oct' }], more: true });
    assert.equal(again.ok && again.value.version, versions[0]);
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
      assert.deepEqual(readPublishedKeys(document), { ok: false, error: fault });
    });
  }
});
