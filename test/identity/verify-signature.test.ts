import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLocalJWKSet, exportSPKI, importJWK, type JWK, SignJWT } from 'jose';
import type { KeySet } from '../../src/identity/key-source.ts';
import { verifySignature } from '../../src/identity/verify-signature.ts';
import { claims, newSigner, rawToken } from './fixture.ts';

test('a signature is taken or refused with a sentence', async () => {
  const signer = await newSigner();
  const twin = await newSigner();
  const token = await signer.sign(claims());
  const unnamed = await signer.sign(claims(), { kid: undefined });
  const broken: JWK = { kty: 'EC', crv: 'P-256', kid: 'key-1', x: 'AAAA', y: 'AAAA' };
  const cases: readonly [token: string, keys: readonly JWK[], message: RegExp | null][] = [
    [token, [signer.jwk], null],
    [unnamed, [signer.jwk], null],
    [unnamed, [signer.jwk, { ...twin.jwk, kid: 'key-2' }], /does not say which of the keys/],
    [token, [signer.jwk, twin.jwk], /does not say which of the keys/],
    [token, [twin.jwk], /^the signature of the token is not valid$/],
    [token, [{ ...signer.jwk, kid: 'key-2' }], /a key that its issuer does not publish/],
    [token, [broken], /^the signature of the token cannot be verified$/],
    [rawToken('{"alg":"HS256","kid":"key-1"}', '{}'), [signer.jwk], /^the signature of the token cannot be verified$/],
  ];
  for (const [presented, keys, message] of cases) {
    const denial = await verifySignature(presented, keySet(keys));
    if (message === null) assert.equal(denial, null);
    else assert.match(denial?.message ?? 'accepted', message);
  }
});

test('a public key is no shared secret', async () => {
  const signer = await newSigner('RS256');
  const key = await importJWK(signer.jwk, 'RS256');
  assert.ok(!(key instanceof Uint8Array));
  const forged = await new SignJWT(claims())
    .setProtectedHeader({ alg: 'HS256', kid: 'key-1' })
    .sign(Buffer.from(await exportSPKI(key)));
  assert.notEqual(await verifySignature(forged, keySet([signer.jwk])), null);
  // Not even where a key source were to hand one out.
  const spki = Buffer.from(await exportSPKI(key));
  assert.notEqual(await verifySignature(forged, { version: 'v', find: async () => spki }), null);
});

function keySet(keys: readonly JWK[]): KeySet {
  return { version: 'v', find: createLocalJWKSet({ keys: [...keys] }) };
}
