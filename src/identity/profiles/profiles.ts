import type { Profile } from '../issuer-settings.ts';
import { azureDevopsIdentity } from './azure-devops.ts';
import type { ReadIdentity } from './claimed-identity.ts';
import { entraAppIdentity } from './entra-app.ts';
import { genericIdentity } from './generic.ts';
import { githubActionsIdentity } from './github-actions.ts';
import { gitlabCiIdentity } from './gitlab-ci.ts';
import { kubernetesIdentity } from './kubernetes.ts';
import { peopleIdentity } from './people.ts';
import { spiffeIdentity } from './spiffe.ts';

/** How each profile reads verified claims. */
export const profiles: Readonly<Record<Profile, ReadIdentity>> = {
  generic: genericIdentity,
  'github-actions': githubActionsIdentity,
  'gitlab-ci': gitlabCiIdentity,
  'azure-devops': azureDevopsIdentity,
  'entra-app': entraAppIdentity,
  kubernetes: kubernetesIdentity,
  spiffe: spiffeIdentity,
  people: peopleIdentity,
};
