import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { err } from '../../src/base/result.ts';
import { Authenticator } from '../../src/identity/authenticator.ts';
import type { KeySource } from '../../src/identity/key-source.ts';
import type { TokenSource } from '../../src/identity/token-source.ts';
import { claims, entry, keySourceOf, newSigner, type Signer, TestClock } from './fixture.ts';

let signer: Signer;
let other: Signer;
before(async () => {
  signer = await newSigner();
  other = await newSigner('ES256', 'key-2');
});

async function sourceOf(authenticator: Authenticator, token: string): Promise<TokenSource> {
  const answer = await authenticator.authenticate(token);
  assert.ok(answer.ok);
  const [source, another] = answer.value.sources;
  assert.ok(source !== undefined && another === undefined);
  return source;
}

describe('a token is taken back', () => {
  const withdrawn = 'issuer "demo" no longer publishes the key that signed the token';

  test('when its issuer withdraws the key, and not while it has it', async () => {
    const keys = keySourceOf(signer);
    const authenticator = new Authenticator([entry()], keys, new TestClock());
    const source = await sourceOf(authenticator, await signer.sign(claims()));
    assert.equal(await authenticator.takenBack(source), null);
    keys.publish(other, signer);
    assert.equal(await authenticator.takenBack(source), null);
    keys.publish(other);
    assert.equal((await authenticator.takenBack(source))?.message, withdrawn);
  });

  test('when another key goes by the same id', async () => {
    const keys = keySourceOf(signer);
    const authenticator = new Authenticator([entry()], keys, new TestClock());
    const source = await sourceOf(authenticator, await signer.sign(claims()));
    keys.publish(await newSigner());
    assert.equal((await authenticator.takenBack(source))?.message, withdrawn);
  });

  test('without a key id by the key itself', async () => {
    const keys = keySourceOf(signer);
    const authenticator = new Authenticator([entry()], keys, new TestClock());
    const source = await sourceOf(authenticator, await signer.sign(claims(), { kid: undefined }));
    keys.publish(other, signer);
    assert.equal(await authenticator.takenBack(source), null);
    keys.publish(other);
    assert.equal((await authenticator.takenBack(source))?.message, withdrawn);
  });

  test('when its issuer is no longer configured', async () => {
    const keys = keySourceOf(signer);
    const source = await sourceOf(new Authenticator([entry()], keys, new TestClock()), await signer.sign(claims()));
    const without = new Authenticator([entry({ id: 'renamed' })], keys, new TestClock());
    assert.equal((await without.takenBack(source))?.message, 'issuer "demo" is no longer accepted here');
  });

  test('when its entry accepts other tokens, or makes other principals of them', async () => {
    const keys = keySourceOf(signer);
    const source = await sourceOf(new Authenticator([entry()], keys, new TestClock()), await signer.sign(claims()));
    const same = new Authenticator([entry({ jwksUri: 'https://issuer.example/keys' })], keys, new TestClock());
    assert.equal(await same.takenBack(source), null);
    const changes = [{ require: new Map([['team', ['etl']]]) }, { groups: ['pipelines'] }, { audience: 'other' }];
    for (const change of changes) {
      const changed = await new Authenticator([entry(change)], keys, new TestClock()).takenBack(source);
      assert.equal(changed?.message, 'issuer entry "demo" was changed since it accepted the token');
      assert.match(changed.hint ?? '', /exchange again/);
    }
  });

  test('and never because its issuer cannot be reached', async () => {
    const source = await sourceOf(
      new Authenticator([entry()], keySourceOf(signer), new TestClock()),
      await signer.sign(claims()),
    );
    const down: KeySource = { keysFor: async () => err({ code: 'issuer_unavailable', message: 'down' }) };
    assert.equal(await new Authenticator([entry()], down, new TestClock()).takenBack(source), null);
  });
});
