import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { type CompactVerifyGetKey, createLocalJWKSet } from 'jose';
import { ok } from '../../src/base/result.ts';
import { Authenticator } from '../../src/identity/authenticator.ts';
import type { KeySource } from '../../src/identity/key-source.ts';
import { claims, entry, keySourceOf, newSigner, noon, type Signer, TestClock } from './fixture.ts';

let signer: Signer;
before(async () => {
  signer = await newSigner();
});

describe('a token that was verified once', () => {
  test('is not verified again while it is good', async () => {
    const { keys, verifications } = counted(signer);
    const authenticator = new Authenticator([entry()], keys, new TestClock());
    const token = await signer.sign(claims());
    const first = await authenticator.authenticate(token);
    const looked = verifications();
    assert.ok(looked > 0);
    const second = await authenticator.authenticate(token);
    assert.ok(first.ok && second.ok);
    assert.equal(second.value, first.value);
    assert.equal(verifications(), looked);
  });

  test('expires all the same', async () => {
    const clock = new TestClock();
    const authenticator = new Authenticator([entry()], keySourceOf(signer), clock);
    const token = await signer.sign(claims());
    assert.ok((await authenticator.authenticate(token)).ok);
    clock.seconds = noon + 300 + 59;
    assert.ok((await authenticator.authenticate(token)).ok);
    clock.seconds = noon + 300 + 60;
    const late = await authenticator.authenticate(token);
    assert.ok(!late.ok);
    assert.equal(late.error.message, 'the token expired 60 seconds ago');
  });

  test('is refused once its issuer has removed the key', async () => {
    const keys = keySourceOf(signer);
    const authenticator = new Authenticator([entry()], keys, new TestClock());
    const token = await signer.sign(claims());
    assert.ok((await authenticator.authenticate(token)).ok);
    keys.publish(await newSigner('ES256', 'key-2'));
    const after = await authenticator.authenticate(token);
    assert.ok(!after.ok);
    assert.equal(after.error.message, 'the token is signed with a key that its issuer does not publish');
  });

  test('is verified again when its issuer has added a key', async () => {
    const keys = keySourceOf(signer);
    const authenticator = new Authenticator([entry()], keys, new TestClock());
    const token = await signer.sign(claims());
    assert.ok((await authenticator.authenticate(token)).ok);
    keys.publish(signer, await newSigner('ES256', 'key-2'));
    assert.ok((await authenticator.authenticate(token)).ok);
  });

  test('is another token with one character more', async () => {
    const authenticator = new Authenticator([entry()], keySourceOf(signer), new TestClock());
    const token = await signer.sign(claims());
    assert.ok((await authenticator.authenticate(token)).ok);
    for (const changed of [`${token}A`, `${token}=`, `${token}\n`, ` ${token}`, token.slice(0, -1)]) {
      assert.ok(!(await authenticator.authenticate(changed)).ok);
    }
  });
});

function counted(published: Signer): { readonly keys: KeySource; verifications(): number } {
  let count = 0;
  const local = createLocalJWKSet({ keys: [published.jwk] });
  const find: CompactVerifyGetKey = (header, token) => {
    count += 1;
    return local(header, token);
  };
  return { keys: { keysFor: async () => ok({ version: 'v', find }) }, verifications: () => count };
}
