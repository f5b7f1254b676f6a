import type { IssuerSettings, Profile } from '../../src/identity/issuer-settings.ts';
import { entry, noon } from './fixture.ts';

/** Tokens as each platform documents them, with synthetic values. */
export const directory = '11111111-2222-4333-8444-555555555555';
export const organisation = '0ca3ddd9-0000-4000-8000-5866526961b6';
export const servicePrincipal = 'aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee';
export const application = '99999999-8888-4777-8666-555555555555';
export const accountUid = '7c1f3a52-1111-4222-8333-444455556666';

const times = { iat: noon, nbf: noon, exp: noon + 300 };
const commit = '0123456789abcdef0123456789abcdef01234567';

const issuers: Readonly<Record<Profile, string>> = {
  generic: 'https://issuer.example',
  'github-actions': 'https://token.actions.githubusercontent.com',
  'gitlab-ci': 'https://gitlab.clinic.example',
  'azure-devops': `https://vstoken.dev.azure.com/${organisation}`,
  'entra-app': `https://login.microsoftonline.com/${directory}/v2.0`,
  kubernetes: 'https://oidc.eks.eu-central-1.amazonaws.com/id/EXAMPLE',
  spiffe: 'spiffe://clinic.example',
  people: 'https://login.clinic.example',
};

/** The entry that accepts {@link goodToken} of the profile. */
export function profileEntry(profile: Profile, settings: Partial<IssuerSettings> = {}): IssuerSettings {
  return entry({ id: profile, profile, issuer: issuers[profile], ...settings });
}

/** The claims of a good token of the profile; undefined among `more` removes a claim. */
export function goodToken(profile: Profile, more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    ...(profile === 'spiffe' ? {} : { iss: issuers[profile] }),
    aud: 'sluice',
    ...times,
    ...bodies[profile],
    ...more,
  };
}

/** Entra, version 1.0: another issuer, `appid` for `azp`. */
export const entraV1Issuer = `https://sts.windows.net/${directory}/`;
export function entraV1Token(more: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  const { azp, azpacr, ...body } = bodies['entra-app'];
  return { iss: entraV1Issuer, aud: 'sluice', ...times, ...body, ver: '1.0', appid: azp, appidacr: azpacr, ...more };
}

export const managedIdentity = `/subscriptions/${directory}/resourcegroups/clinic/providers/Microsoft.ManagedIdentity/userAssignedIdentities/nightly-etl`;

const bodies = {
  generic: { sub: 'nightly-etl' },
  'github-actions': {
    jti: 'jti-gh',
    sub: 'repo:clinic/etl:environment:production',
    repository: 'clinic/etl',
    repository_id: '123456789',
    repository_owner: 'clinic',
    repository_owner_id: '9919',
    repository_visibility: 'private',
    ref: 'refs/heads/main',
    ref_type: 'branch',
    ref_protected: 'true',
    sha: commit,
    workflow: 'nightly',
    workflow_ref: 'clinic/etl/.github/workflows/nightly.yml@refs/heads/main',
    workflow_sha: commit,
    job_workflow_ref: 'clinic/shared/.github/workflows/load.yml@refs/tags/v1',
    job_workflow_sha: commit,
    event_name: 'schedule',
    run_id: '4242',
    run_number: '17',
    run_attempt: '1',
    check_run_id: '31415926535',
    runner_environment: 'github-hosted',
    environment: 'production',
    actor: 'dana',
    actor_id: '5',
  },
  'gitlab-ci': {
    jti: 'jti-gl',
    sub: 'project_path:clinic/etl:ref_type:branch:ref:main',
    namespace_id: '72',
    namespace_path: 'clinic',
    project_id: '20',
    project_path: 'clinic/etl',
    user_id: '1',
    user_login: 'dana',
    user_email: 'dana@clinic.example',
    pipeline_id: '574',
    pipeline_source: 'schedule',
    job_id: '302',
    ref: 'main',
    ref_type: 'branch',
    ref_path: 'refs/heads/main',
    ref_protected: 'true',
    environment: 'production',
    environment_protected: 'true',
    runner_id: 1,
    runner_environment: 'self-hosted',
    sha: commit,
    ci_config_ref_uri: 'gitlab.clinic.example/clinic/etl//.gitlab-ci.yml@refs/heads/main',
    ci_config_sha: commit,
    project_visibility: 'private',
  },
  'azure-devops': {
    jti: 'jti-ado',
    sub: 'p://clinic/etl/nightly',
    org_id: organisation,
    prj_id: '271ef6f7-0000-4000-8000-4b54d9129990',
    def_id: '12',
    rpo_id: 'clinic/etl',
    rpo_uri: 'https://github.com/clinic/etl.git',
    rpo_ver: commit,
    rpo_ref: 'refs/heads/main',
    run_id: '345',
  },
  'entra-app': {
    aio: 'opaque',
    azp: application,
    azpacr: '1',
    idtyp: 'app',
    oid: servicePrincipal,
    sub: servicePrincipal,
    tid: directory,
    rh: 'opaque',
    uti: 'uti-1',
    ver: '2.0',
    roles: ['Pipelines'],
  },
  kubernetes: {
    jti: 'jti-k8s',
    sub: 'system:serviceaccount:clinic:nightly-etl',
    'kubernetes.io': {
      namespace: 'clinic',
      serviceaccount: { name: 'nightly-etl', uid: accountUid },
      pod: { name: 'nightly-etl-28390-x7k2p', uid: '5e0c9b1a-1111-4222-8333-444455556666' },
      node: { name: 'node-1', uid: 'c0ffee00-1111-4222-8333-444455556666' },
      warnafter: noon + 200,
    },
  },
  spiffe: { sub: 'spiffe://clinic.example/ns/clinic/sa/nightly-etl' },
  people: {
    sub: 'dana',
    name: 'Dana Example',
    azp: 'console',
    auth_time: noon - 60,
    amr: ['pwd', 'otp'],
    acr: 'urn:example:aal2',
  },
} as const satisfies Record<Profile, Record<string, unknown>>;
