import assert from 'node:assert/strict';
import { test } from 'node:test';
import { profileNames } from '../../../src/identity/issuer-settings.ts';
import { profiles } from '../../../src/identity/profiles/profiles.ts';
import { goodToken, profileEntry } from '../profile-samples.ts';

const natures: Readonly<Record<(typeof profileNames)[number], string>> = {
  generic: 'service',
  'github-actions': 'ci-job',
  'gitlab-ci': 'ci-job',
  'azure-devops': 'ci-job',
  'entra-app': 'service',
  kubernetes: 'service',
  spiffe: 'service',
  people: 'person',
};
for (const profile of profileNames) {
  test(`${profile} makes a ${natures[profile]}`, () => {
    const settings = profileEntry(profile);
    const identity = profiles[profile](goodToken(profile), settings, [settings]);
    assert.equal(identity.ok && identity.value.nature, natures[profile]);
  });
}
