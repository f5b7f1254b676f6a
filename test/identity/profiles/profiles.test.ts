import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Profile } from '../../../src/identity/issuer-settings.ts';
import { profiles } from '../../../src/identity/profiles/profiles.ts';
import { entry } from '../fixture.ts';

const natures: readonly [profile: Profile, nature: string][] = [
  ['generic', 'service'],
  ['github-actions', 'ci-job'],
  ['people', 'person'],
];
for (const [profile, nature] of natures) {
  test(`${profile} makes a ${nature}`, () => {
    const settings = entry({ profile });
    const identity = profiles[profile]({ sub: 'a', repository_id: '1' }, settings, [settings]);
    assert.equal(identity.ok && identity.value.nature, nature);
  });
}
