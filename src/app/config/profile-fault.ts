import type { IssuerSettings, Profile } from '../../identity/issuer-settings.ts';
import { either } from './spot.ts';

/** What is wrong with an entry that is sound but for its profile, as a sentence; null where nothing is. */
export function profileFault(entry: IssuerSettings, hasSubject: boolean): string | null {
  const { who, claims, names = [] } = crowds[entry.profile] ?? { who: '', claims: [] };
  const isOpen = claims.length > 0 && !claims.some((claim) => entry.require.has(claim));
  // What only the groups of the entry let in would be everybody.
  const name = names.find((claim) => entry.require.has(claim));
  if (isOpen && name !== undefined) {
    return `whoever registers that name later can get a token with the same ${name}; add \`require\` with ${either(claims)}.`;
  }
  if (isOpen && (entry.profile !== 'entra-app' || entry.groups.length > 0)) {
    return `${who} can get a token of this issuer; add \`require\` with ${either(claims)}.`;
  }
  if (entry.profile === 'spiffe' && entry.jwksUri === null)
    return 'a trust domain has no discovery; add `jwksUri` with the URL of its bundle.';
  if (entry.profile !== 'generic' && hasSubject)
    return '`subject` belongs to the profile generic; the others know which claim names the principal.';
  return null;
}

/** Who shares an issuer with the workloads that are meant, and the claims that tell those apart. */
interface Crowd {
  readonly who: string;
  readonly claims: readonly string[];
  /** Claims that tell them apart only until a name is given up, and registered by somebody else. */
  readonly names?: readonly string[];
}

const crowds: Partial<Record<Profile, Crowd>> = {
  'github-actions': {
    who: 'every repository on the platform',
    claims: ['repository_owner_id', 'repository_id', 'enterprise_id'],
    names: ['repository', 'repository_owner', 'enterprise'],
  },
  'gitlab-ci': {
    who: 'every project of the instance',
    claims: ['namespace_id', 'project_id'],
    names: ['project_path', 'namespace_path'],
  },
  'azure-devops': { who: 'every pipeline of the organisation', claims: ['prj_id'] },
  'entra-app': { who: 'every application of the directory', claims: ['oid', 'azp', 'appid'] },
  kubernetes: {
    who: 'every pod of the cluster',
    claims: ['kubernetes.io/namespace', 'kubernetes.io/serviceaccount/uid', 'sub'],
  },
};
