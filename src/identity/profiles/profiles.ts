import type { Profile } from '../issuer-settings.ts';
import type { ReadIdentity } from './claimed-identity.ts';
import { genericIdentity } from './generic.ts';
import { githubActionsIdentity } from './github-actions.ts';
import { peopleIdentity } from './people.ts';

/** How each profile reads verified claims. */
export const profiles: Readonly<Record<Profile, ReadIdentity>> = {
  generic: genericIdentity,
  'github-actions': githubActionsIdentity,
  people: peopleIdentity,
};
