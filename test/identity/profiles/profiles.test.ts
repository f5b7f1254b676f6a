import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Profile, profileNames } from '../../../src/identity/issuer-settings.ts';
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

const unreadable: readonly (readonly [profile: Profile, claim: string, more: Readonly<Record<string, unknown>>])[] = [
  ['generic', 'ref', { ref: 'refs/heads/\u200bmain' }],
  ['github-actions', 'ref', { ref: 'refs/heads/\u200bmain' }],
  ['github-actions', 'workflow_ref', { workflow_ref: 'clinic/etl/a.yml@refs/heads/\u200bmain' }],
  ['gitlab-ci', 'environment', { environment: ['production'] }],
  ['azure-devops', 'rpo_ref', { rpo_ref: `refs/heads/${'b'.repeat(511)}` }],
  ['azure-devops', 'sub', { sub: 'p://clinic/etl/\u202e' }],
  ['entra-app', 'xms_az_rid', { xms_az_rid: 'a\nb' }],
];
for (const [profile, claim, more] of unreadable) {
  test(`${profile} refuses an origin that it cannot read in ${claim}`, () => {
    const settings = profileEntry(profile);
    const identity = profiles[profile](goodToken(profile, more), settings, [settings]);
    assert.ok(!identity.ok);
    assert.match(identity.error.message, new RegExp(`^the origin of the token cannot be read: the claim "${claim}"`));
  });
}

test('kubernetes refuses a pod or a node that it cannot read', () => {
  const settings = profileEntry('kubernetes');
  const good = goodToken('kubernetes');
  for (const bad of [{ pod: 'one' }, { pod: { name: 'a\u200b' } }, { node: { name: ['node-1'] } }]) {
    const bound = { ...(good['kubernetes.io'] as object), ...bad };
    const identity = profiles.kubernetes({ ...good, 'kubernetes.io': bound }, settings, [settings]);
    assert.match(identity.ok ? 'accepted' : identity.error.message, /^the origin of the token cannot be read/);
  }
});
