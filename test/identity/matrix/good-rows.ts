import { noon } from '../fixture.ts';
import { entraV1Token, goodToken, managedIdentity, servicePrincipal } from '../profile-samples.ts';
import { type Row, row } from './row.ts';

const project = '271ef6f7-0000-4000-8000-4b54d9129990';

/** Every documented shape of a good token. */
export const goodRows: readonly Row[] = [
  row('generic', 'as documented', goodToken('generic'), to('generic/nightly-etl')),
  row(
    'generic',
    'of an agent (act)',
    goodToken('generic', { sub: 'dana', act: { sub: 'agent' } }),
    to('generic/agent'),
  ),
  row('generic', 'audience in a list', goodToken('generic', { aud: ['other', 'sluice'] }), to('generic/nightly-etl')),
  row('generic', 'typ at+jwt', goodToken('generic'), to('generic/nightly-etl'), { typ: 'at+jwt' }),
  row(
    'generic',
    'a SPIFFE ID as sub',
    goodToken('generic', { sub: 'spiffe://other.example/a' }),
    to('generic/spiffe://other.example/a'),
  ),

  row('github-actions', 'as documented', goodToken('github-actions'), to('github-actions/123456789')),
  row('github-actions', 'sub customised', goodToken('github-actions', { sub: 'x' }), to('github-actions/123456789')),
  row(
    'github-actions',
    'repository renamed',
    goodToken('github-actions', { repository: 'a/b' }),
    to('github-actions/123456789'),
  ),
  row(
    'github-actions',
    'of a pull request',
    goodToken('github-actions', { event_name: 'pull_request', ref: 'refs/pull/1/merge' }),
    to('github-actions/123456789'),
  ),

  row('gitlab-ci', 'as documented', goodToken('gitlab-ci'), to('gitlab-ci/20')),
  row('gitlab-ci', 'sub customised', goodToken('gitlab-ci', { sub: 'project_path:x' }), to('gitlab-ci/20')),
  row('gitlab-ci', 'project renamed', goodToken('gitlab-ci', { project_path: 'a/b' }), to('gitlab-ci/20')),
  row(
    'gitlab-ci',
    'of an older instance, without ci_config',
    goodToken('gitlab-ci', { ci_config_ref_uri: undefined, ci_config_sha: undefined }),
    to('gitlab-ci/20'),
  ),
  row(
    'gitlab-ci',
    'of a fork, run in its parent',
    goodToken('gitlab-ci', { project_id: '21', job_project_id: '20' }),
    to('gitlab-ci/21'),
  ),

  row('azure-devops', 'as documented', goodToken('azure-devops'), to(`azure-devops/${project}/12`)),
  row(
    'azure-devops',
    'pipeline renamed',
    goodToken('azure-devops', { sub: 'p://a/b/c' }),
    to(`azure-devops/${project}/12`),
  ),

  row('entra-app', 'version 2.0', goodToken('entra-app'), to(`entra-app/${servicePrincipal}`)),
  row(
    'entra-app',
    'version 2.0, without idtyp',
    goodToken('entra-app', { idtyp: undefined }),
    to(`entra-app/${servicePrincipal}`),
  ),
  row(
    'entra-app',
    'version 2.0, with a certificate',
    goodToken('entra-app', { azpacr: '2' }),
    to(`entra-app/${servicePrincipal}`),
  ),
  row(
    'entra-app',
    'a managed identity',
    goodToken('entra-app', { xms_mirid: managedIdentity }),
    to(`entra-app/${servicePrincipal}`),
  ),
  row(
    'entra-app',
    'lives 24 hours (CAE)',
    goodToken('entra-app', { exp: noon + 24 * 3600 }),
    to(`entra-app/${servicePrincipal}`),
  ),
  row('entra-app v1', 'version 1.0', entraV1Token(), to(`entra-v1/${servicePrincipal}`)),
  row(
    'entra-app v1',
    'a managed identity',
    entraV1Token({ idtyp: undefined, xms_mirid: managedIdentity }),
    to(`entra-v1/${servicePrincipal}`),
  ),

  row('kubernetes', 'as documented', goodToken('kubernetes', { aud: ['sluice'] }), to('kubernetes/clinic/nightly-etl')),
  row(
    'kubernetes',
    'without a pod (TokenRequest)',
    goodToken('kubernetes', withoutPod()),
    to('kubernetes/clinic/nightly-etl'),
  ),

  row('spiffe', 'as documented', goodToken('spiffe'), to('spiffe/ns/clinic/sa/nightly-etl')),
  row('spiffe', 'typ JOSE', goodToken('spiffe'), to('spiffe/ns/clinic/sa/nightly-etl'), { typ: 'JOSE' }),
  row(
    'spiffe',
    'with an issuer nobody configured',
    goodToken('spiffe', { iss: 'https://spire.example' }),
    to('spiffe/ns/clinic/sa/nightly-etl'),
  ),

  row('people', 'as documented', goodToken('people'), to('people/dana')),
  row(
    'people',
    'of Entra, delegated (scp)',
    goodToken('people', { scp: 'access', idtyp: 'user', oid: servicePrincipal }),
    to('people/dana'),
  ),
];

function to(principal: string): { readonly principal: string } {
  return { principal };
}

function withoutPod(): Record<string, unknown> {
  const { pod, node, ...bound } = goodToken('kubernetes')['kubernetes.io'] as Record<string, unknown>;
  return { 'kubernetes.io': bound };
}
