import assert from 'node:assert/strict';
import { test } from 'node:test';
import { certificateFits } from '../../src/base/certificate-fits.ts';
import { selfSigned } from '../support/certificates.ts';

test('a certificate fits its own key, alone and with a chain behind it', async () => {
  const [own, other, edwards] = await Promise.all([
    selfSigned('ECDSA with SHA-256'),
    selfSigned('ECDSA with SHA-256'),
    selfSigned('Ed25519'),
  ]);
  for (const [certificate, key, fits] of [
    [own.cert, own.key, true],
    [own.cert + other.cert, own.key, true],
    [other.cert + own.cert, own.key, false],
    [own.cert, other.key, false],
    [own.cert, edwards.key, false],
    [own.cert, 'no key', false],
    ['no certificate', own.key, false],
    [own.key, own.cert, false],
  ] as const) {
    assert.equal(certificateFits(certificate, key), fits);
  }
});
