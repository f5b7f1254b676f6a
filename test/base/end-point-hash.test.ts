import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { endPointHash } from '../../src/base/end-point-hash.ts';
import { type Signature, selfSigned } from '../support/certificates.ts';

const cases: readonly (readonly [Signature, string | null])[] = [
  ['RSA with SHA-1', 'sha256'],
  ['RSA with SHA-256', 'sha256'],
  ['RSA with SHA-384', 'sha384'],
  ['RSA with SHA-512', 'sha512'],
  ['RSA-PSS with SHA-256', 'sha256'],
  ['RSA-PSS with SHA-384', 'sha384'],
  ['ECDSA with SHA-256', 'sha256'],
  ['ECDSA with SHA-384', 'sha384'],
  ['ECDSA with SHA-512', 'sha512'],
  ['Ed25519', null],
];

for (const [signature, hash] of cases) {
  test(`${signature}: ${hash ?? 'cannot be bound'}`, async () => {
    const { der } = await selfSigned(signature);
    const expected = hash === null ? null : createHash(hash).update(der).digest();
    assert.deepEqual(endPointHash(der), expected);
  });
}

const tlv = (tag: number, ...content: readonly Buffer[]) => {
  const bytes = Buffer.concat(content);
  return Buffer.concat([Buffer.from([tag, bytes.length]), bytes]);
};
const pss = tlv(0x06, Buffer.from('2a864886f70d01010a', 'hex'));
const withAlgorithm = (...algorithm: readonly Buffer[]) => tlv(0x30, tlv(0x30), tlv(0x30, ...algorithm), tlv(0x03));
const saltLength = tlv(0xa2, tlv(0x02, Buffer.from([20])));

for (const [name, parameters, bound] of [
  ['no parameter given: SHA-1, so SHA-256', tlv(0x30), true],
  ['no hash given: SHA-1, so SHA-256', tlv(0x30, saltLength), true],
  ['MD5, so SHA-256', tlv(0x30, tlv(0xa0, tlv(0x30, tlv(0x06, Buffer.from('2a864886f70d0205', 'hex'))))), true],
  ['a hash that is not known', tlv(0x30, tlv(0xa0, tlv(0x30, tlv(0x06, Buffer.from('2a03', 'hex'))))), false],
  ['something else in place of the hash', tlv(0x30, tlv(0xa0, tlv(0x02, Buffer.from([1])))), false],
] as const) {
  test(`RSA-PSS, ${name}`, () => {
    const certificate = withAlgorithm(pss, parameters);
    assert.deepEqual(endPointHash(certificate), bound ? createHash('sha256').update(certificate).digest() : null);
  });
}

test('what is no certificate cannot be bound, and is no bug', () => {
  for (const bytes of ['', '30', '3000', '3080', '30850000000001', '308400000001', '30030201', '02010130']) {
    assert.equal(endPointHash(Buffer.from(bytes, 'hex')), null, bytes);
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      assert.equal(endPointHash(Buffer.from(bytes)), null);
    }),
  );
});
