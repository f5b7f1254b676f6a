import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { isTokenId, tokenIdOf } from '../../src/identity/token-id.ts';
import { twinOf } from './twin-signature.ts';

const secret = 's'.repeat(43);
const ticket = `slt_tkt_019aa9b0-0000-7000-8000-000000000000.${secret}`;
const jwt = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJldGwifQ.c2lnbmF0dXJl';
const broken = `${Buffer.from('{\n"alg":"ES256"}').toString('base64url')}.${Buffer.from(' {}').toString('base64url')}.c2ln`;

const cases: readonly (readonly [text: unknown, id: boolean])[] = [
  ['0b1f7a6e-0000-4000-8000-000000000000', true],
  [`sha256:${'0'.repeat(64)}`, true],
  ['AT.kTPvyu-synthetic', true],
  ['urn:job/4711#2', true],
  ['x'.repeat(512), true],
  ['x'.repeat(513), false],
  ['', false],
  [7, false],
  [ticket, false],
  [` ${ticket}`, false],
  [`"${ticket}"`, false],
  [`PGPASSWORD=${ticket}`, false],
  [ticket.replace('slt_', 'SLT_'), false],
  [ticket.slice(4), false],
  ['tkt_019aa9b0-0000-7000-8000-000000000000', false],
  [jwt, false],
  [`Bearer ${jwt}`, false],
  [`Bearer:${jwt}`, false],
  [`"${jwt}"`, false],
  [broken, false],
  [`${jwt.slice(0, jwt.lastIndexOf('.'))}.`, false],
  ['two words', false],
  ['a\tb', false],
  ['a\u200bb', false],
];
describe('isTokenId', () => {
  for (const [text, id] of cases) {
    test(`${JSON.stringify(text).slice(0, 40)} is ${id ? 'an id' : 'none'}`, () => assert.equal(isTokenId(text), id));
  }
});

describe('tokenIdOf', () => {
  const digest = createHash('sha256')
    .update(jwt.slice(0, jwt.lastIndexOf('.')))
    .digest('hex');

  test('is what the token says, else the digest of what was signed', () => {
    assert.equal(tokenIdOf(jwt, { jti: 'j', uti: 'u' }), 'j');
    assert.equal(tokenIdOf(jwt, { uti: 'u' }), 'u');
    assert.equal(tokenIdOf(jwt, {}), `sha256:${digest}`);
  });

  test('is never an id that could not be denied, or would be a secret in the ledger', () => {
    for (const jti of [ticket, jwt, 'two words', 'tkt_1', 'x'.repeat(513), 1]) {
      assert.equal(tokenIdOf(jwt, { jti }), `sha256:${digest}`);
      assert.equal(tokenIdOf(jwt, { jti, uti: 'u' }), 'u');
    }
  });

  test('is the same for another signature of the same', () => {
    const token = `${jwt.slice(0, jwt.lastIndexOf('.'))}.${Buffer.alloc(64, 1).toString('base64url')}`;
    assert.notEqual(twinOf(token), token);
    assert.equal(tokenIdOf(twinOf(token), {}), tokenIdOf(token, {}));
  });
});
