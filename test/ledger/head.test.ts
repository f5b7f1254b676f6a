import assert from 'node:assert/strict';
import { createHash, verify } from 'node:crypto';
import { test } from 'node:test';
import { isSignedBy, parseHead, signHead } from '../../src/ledger/head.ts';
import { leafHash } from '../../src/ledger/merkle-hash.ts';
import { ed25519Signer, verifierKeyOf } from '../../src/ledger/signer.ts';
import { formatVerifierKey, isKeyName, parseVerifierKey } from '../../src/ledger/verifier-key.ts';
import { newSigner } from './sample-events.ts';

// The example key of golang.org/x/mod/sumdb/note: vkey and skey of PeterNeumann, and the note that it signs.
const peter = {
  name: 'PeterNeumann',
  vkey: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n',
  seed: 'AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz',
};

const signer = newSigner('clinic-gateway');
const key = verifierKeyOf(signer);
const head = { origin: 'clinic-gateway', size: 42, root: leafHash('x') };

test('a head is a signed note: three lines, an empty one, a signature', async () => {
  const text = await signHead(head, signer);
  const [origin, size, root, empty, signature, end] = text.split('\n');
  assert.deepEqual([origin, size, root, empty, end], ['clinic-gateway', '42', head.root, '', '']);
  const [dash, name, block] = signature?.split(' ') ?? [];
  assert.deepEqual([dash, name], ['\u2014', 'clinic-gateway']);
  const bytes = Buffer.from(block ?? '', 'base64');
  const id = createHash('sha256').update('clinic-gateway\n').update(Buffer.of(1)).update(signer.publicKey).digest();
  assert.deepEqual(bytes.subarray(0, 4), id.subarray(0, 4));
  assert.equal(signer.publicKey.length, 32);
  const body = Buffer.from(`clinic-gateway\n42\n${head.root}\n`);
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: signer.publicKey.toString('base64url') };
  assert.equal(verify(null, body, { key: jwk, format: 'jwk' }, bytes.subarray(4)), true);
});

test('a head reads back as it was signed', async () => {
  const parsed = parseHead(await signHead(head, signer));
  assert.equal(parsed?.origin, head.origin);
  assert.equal(parsed?.size, head.size);
  assert.equal(parsed?.root, head.root);
  assert.equal(parsed !== null && isSignedBy(parsed, key), true);
});

test('a head is not accepted from another key, nor from the same key under another name', async () => {
  const parsed = parseHead(await signHead(head, signer));
  assert.equal(parsed !== null && isSignedBy(parsed, verifierKeyOf(newSigner('clinic-gateway'))), false);
  assert.equal(parsed !== null && isSignedBy(parsed, { ...key, name: 'other' }), false);
  assert.equal(parsed !== null && isSignedBy(parsed, { ...key, publicKey: newSigner('x').publicKey }), false);
});

test('no byte of a head is free: each one changed, dropped or doubled is noticed', async () => {
  const bytes = Buffer.from(await signHead(head, signer));
  for (let at = 0; at < bytes.length; at++) {
    for (const bit of [0x01, 0x20, 0x80]) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ bit;
      assert.equal(accepted(flipped), false, `byte ${at} xor ${bit}`);
    }
    assert.equal(accepted(Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1)])), false, `byte ${at} dropped`);
    assert.equal(accepted(Buffer.concat([bytes.subarray(0, at + 1), bytes.subarray(at)])), false, `byte ${at} doubled`);
  }
  assert.equal(accepted(bytes), true);
});

test('a key for verifiers has the form that other tools write', () => {
  const parsed = parseVerifierKey(peter.vkey);
  assert.equal(parsed?.name, peter.name);
  assert.equal(parsed?.id, 'c74f20a3');
  assert.equal(parsed !== null && formatVerifierKey(parsed), peter.vkey);
  assert.equal(parseVerifierKey(peter.vkey.trimEnd())?.id, 'c74f20a3');
});

test('the public key of a signer is the one that belongs to its secret', () => {
  const seed = Buffer.from(peter.seed, 'base64').subarray(1);
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
  const pem = `-----BEGIN PRIVATE KEY-----\n${der.toString('base64')}\n-----END PRIVATE KEY-----\n`;
  assert.equal(formatVerifierKey(verifierKeyOf(ed25519Signer(peter.name, pem))), peter.vkey);
});

test('a key for verifiers with any byte changed is no key', () => {
  const bytes = Buffer.from(formatVerifierKey(key));
  for (let at = 0; at < bytes.length - 1; at++) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 0x01;
    assert.equal(parseVerifierKey(changed.toString('utf8')), null, `byte ${at}`);
  }
});

test('key names hold neither white space nor a plus sign', () => {
  for (const name of ['clinic-gateway', 'sluice.example/clinic', 'hôpital']) assert.equal(isKeyName(name), true, name);
  for (const name of ['', 'a b', 'a+b', 'a\nb', 'a\u00a0b', 'a\u0000b', 'a\ud800'])
    assert.equal(isKeyName(name), false);
});

test('a signing key of another kind is refused', () => {
  assert.throws(() => ed25519Signer('x', 'not a key'));
});

function accepted(bytes: Buffer): boolean {
  const parsed = parseHead(bytes.toString('utf8'));
  return parsed !== null && isSignedBy(parsed, key);
}
