import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Authenticator } from '../../src/identity/authenticator.ts';
import { type IssuerSettings, profileNames } from '../../src/identity/issuer-settings.ts';
import { keySourceOf, newSigner, TestClock } from './fixture.ts';
import { commonRows } from './matrix/common-rows.ts';
import { goodRows } from './matrix/good-rows.ts';
import { profileRows } from './matrix/profile-rows.ts';
import type { Row } from './matrix/row.ts';
import { entraV1Issuer, profileEntry } from './profile-samples.ts';

const rows: readonly Row[] = [...goodRows, ...commonRows, ...profileRows];

/** An entry of every profile beside each other, each with keys of its own. */
const entries: readonly IssuerSettings[] = [
  ...profileNames.filter((profile) => profile !== 'entra-app').map((profile) => profileEntry(profile)),
  profileEntry('entra-app', { groupsFrom: { claim: 'groups', mapping: null } }),
  profileEntry('entra-app', { id: 'entra-v1', issuer: entraV1Issuer }),
];
const signers = new Map(await Promise.all(entries.map(async ({ id }) => [id, await newSigner()] as const)));
const stranger = await newSigner();
const keys = {
  keysFor: (entry: IssuerSettings, keyId: string | null) => keySourceOf(signerOf(entry.id)).keysFor(entry, keyId),
};

describe('profile        token                                            outcome', () => {
  for (const { profile, token, make, expect } of rows) {
    const outcome = 'principal' in expect ? expect.principal : `refused: ${expect.refused}`;
    test(`${profile.padEnd(14)} ${token.padEnd(48)} ${outcome}`, async () => {
      const own = signerOf(profile === 'entra-app v1' ? 'entra-v1' : profile);
      const authenticator = new Authenticator(entries, keys, new TestClock());
      const answer = await authenticator.authenticate(await make({ own, stranger }));
      if ('principal' in expect) {
        assert.ok(answer.ok, JSON.stringify(answer));
        assert.equal(answer.value.principal.id, expect.principal);
        return;
      }
      assert.ok(!answer.ok, 'the token was accepted');
      assert.equal(answer.error.code, 'token_refused');
      assert.ok(answer.error.message.includes(expect.refused), answer.error.message);
    });
  }
});

test('no row is there twice, and every profile has good and bad ones', () => {
  const names = rows.map(({ profile, token }) => `${profile} ${token}`);
  assert.deepEqual(
    names.filter((name, index) => names.indexOf(name) !== index),
    [],
  );
  for (const profile of profileNames) {
    const own = rows.filter((row) => row.profile === profile);
    const good = own.filter(({ expect }) => 'principal' in expect);
    assert.ok(good.length >= 1 && own.length - good.length >= 20, `${profile}: ${good.length} of ${own.length}`);
  }
});

function signerOf(id: string) {
  const signer = signers.get(id);
  assert.ok(signer !== undefined, id);
  return signer;
}
