import { type Profile, profileNames } from '../../../src/identity/issuer-settings.ts';
import { noon } from '../fixture.ts';
import {
  accountUid,
  application,
  directory,
  entraV1Token,
  goodToken,
  managedIdentity,
  organisation,
  servicePrincipal,
} from '../profile-samples.ts';
import { type Row, row } from './row.ts';

/** What is wrong with a token for its profile. */
export const profileRows: readonly Row[] = [...requiredRows(), ...foreignRows(), ...actorRows(), ...ownRows()];

/** Claims that name the principal: absent, of every other type, empty, too long, and what only looks right. */
function requiredRows(): readonly Row[] {
  const claims: readonly [profile: Profile, claim: string, refused: string][] = [
    ['generic', 'sub', 'no usable claim "sub"'],
    ['github-actions', 'repository_id', 'no repository id (repository_id)'],
    ['gitlab-ci', 'project_id', 'no project (project_id)'],
    ['gitlab-ci', 'pipeline_id', 'no pipeline (pipeline_id)'],
    ['gitlab-ci', 'job_id', 'no job (job_id)'],
    ['azure-devops', 'org_id', 'no organisation (org_id)'],
    ['azure-devops', 'prj_id', 'no project (prj_id)'],
    ['azure-devops', 'def_id', 'no pipeline (def_id)'],
    ['azure-devops', 'run_id', 'no run (run_id)'],
    ['entra-app', 'tid', 'no directory (tid)'],
    ['entra-app', 'ver', 'no version (ver)'],
    ['entra-app', 'oid', 'no service principal (oid)'],
    ['entra-app', 'azp', 'no application (azp)'],
    ['kubernetes', 'kubernetes.io', 'does not name a service account as Kubernetes does'],
    ['kubernetes', 'sub', 'the subject of the token (sub) is another one'],
    ['spiffe', 'sub', 'names no issuer'],
    ['people', 'sub', 'no subject (sub)'],
  ];
  const wrong: readonly [name: string, value: unknown][] = [
    ['absent', undefined],
    ['null', null],
    ['a number', 1],
    ['a boolean', true],
    ['a list', ['1']],
    ['an object', {}],
    ['empty', ''],
    ['600 characters', '1'.repeat(600)],
    ['with a line break', '1\n2'],
  ];
  return claims.flatMap(([profile, claim, refused]) => {
    // Any text may be the subject of a service or a person; elsewhere it has a shape.
    const shaped = profile === 'generic' || profile === 'people' ? [] : [['a word', 'clinic'] as const];
    return [...wrong, ...shaped].map(([name, value]) =>
      row(profile, `${claim}: ${name}`, goodToken(profile, { [claim]: value }), { refused }),
    );
  });
}

/** A token that another platform would make, signed by the issuer of this profile all the same. */
function foreignRows(): readonly Row[] {
  const refusals: Partial<Record<Profile, string>> = {
    'github-actions': 'no repository id',
    'gitlab-ci': 'no project',
    'azure-devops': 'no organisation',
    'entra-app': 'no directory',
    kubernetes: 'does not name a service account as Kubernetes does',
    spiffe: 'names no issuer',
    people: 'issued to an application or a job',
  };
  return profileNames.flatMap((profile) => {
    const refused = refusals[profile];
    if (refused === undefined) return [];
    // A plain service cannot be told from a person by its claims: docs/identity.md says what to require.
    const others = profileNames.filter((other) => other !== profile && !(profile === 'people' && other === 'generic'));
    const { iss } = goodToken(profile);
    return others.map((other) => row(profile, `claims of ${other}`, goodToken(other, { iss }), { refused }));
  });
}

function actorRows(): readonly Row[] {
  const refusals: readonly [profile: Profile, refused: string][] = [
    ['github-actions', 'acts for nobody'],
    ['gitlab-ci', 'acts for nobody'],
    ['azure-devops', 'acts for nobody'],
    ['entra-app', 'acts for nobody'],
    ['kubernetes', 'acts for nobody'],
    ['spiffe', 'acts for nobody'],
    ['people', 'used by someone who acts for a person'],
  ];
  return refusals.map(([profile, refused]) =>
    row(profile, 'an actor (act)', goodToken(profile, { act: { sub: 'x' } }), { refused }),
  );
}

function ownRows(): readonly Row[] {
  const cases: readonly [profile: Profile, token: string, more: Record<string, unknown>, refused: string][] = [
    ['generic', 'a chain of actors', { act: { sub: 'a', act: { sub: 'b' } } }, 'a chain of actors'],
    ['generic', 'an actor that is text', { act: 'agent' }, 'is not an object'],
    ['github-actions', 'a path as repository id', { repository_id: 'clinic/etl' }, 'no repository id'],
    ['github-actions', 'Arabic digits as repository id', { repository_id: '١٢٣' }, 'no repository id'],
    ['gitlab-ci', 'a person who logged in', { pipeline_id: undefined, job_id: undefined, sub: '1' }, 'no pipeline'],
    ['gitlab-ci', 'a path as project id', { project_id: 'clinic/etl' }, 'no project'],
    [
      'azure-devops',
      'of a service connection',
      { sub: 'sc://clinic/etl/x', org_id: undefined, prj_id: undefined, def_id: undefined, run_id: undefined },
      'no organisation',
    ],
    ['azure-devops', 'of another organisation', { org_id: organisation.replace('0ca', '1ca') }, 'another organisation'],
    ['azure-devops', 'a project by name', { prj_id: 'etl' }, 'no project'],
    ['entra-app', 'a person (scp)', { scp: 'user_impersonation' }, 'delegated by a person (scp)'],
    ['entra-app', 'a person, with idtyp', { idtyp: 'user', scp: 'x' }, 'delegated by a person (scp)'],
    ['entra-app', 'an empty scp', { scp: '' }, 'delegated by a person (scp)'],
    ['entra-app', 'idtyp user', { idtyp: 'user' }, 'not issued to an application for itself'],
    ['entra-app', 'idtyp as a list', { idtyp: ['app'] }, 'not issued to an application for itself'],
    [
      'entra-app',
      'neither idtyp nor itself as subject',
      { idtyp: undefined, sub: 'pairwise' },
      'not issued to an application for itself',
    ],
    ['entra-app', 'of another directory', { tid: directory.replace('1111', '2222') }, 'another directory'],
    ['entra-app', 'version 1.0 of the issuer of 2.0', { ver: '1.0' }, 'another version'],
    ['entra-app', 'version 3.0', { ver: '3.0' }, 'no version'],
    ['entra-app', 'a public client', { azpacr: '0' }, 'did not authenticate itself'],
    ['entra-app', 'azpacr as a number', { azpacr: 1 }, 'did not authenticate itself'],
    ['entra-app', 'a managed identity as a list', { xms_mirid: [managedIdentity] }, 'not understood'],
    ['entra-app', 'group overage (_claim_names)', { _claim_names: { groups: 'src1' } }, 'group overage'],
    ['entra-app', 'group overage (hasgroups)', { hasgroups: true }, 'group overage'],
    ['entra-app', 'groups as an object', { groups: { a: 1 } }, 'the groups of the token cannot be read'],
    ['kubernetes', 'another subject than its account', { sub: 'system:serviceaccount:clinic:admin' }, 'is another one'],
    ['kubernetes', 'from a secret, without end', { exp: undefined, aud: undefined, ...legacy() }, 'states no expiry'],
    ['kubernetes', 'from a secret, with an end', { ...legacy() }, 'from a secret of a service account'],
    ['kubernetes', 'no uid', bound({ serviceaccount: { name: 'nightly-etl' } }), 'kubernetes.io/serviceaccount/uid'],
    [
      'kubernetes',
      'a uid that is none',
      bound({ serviceaccount: { name: 'nightly-etl', uid: 'x' } }),
      'kubernetes.io/serviceaccount/uid',
    ],
    ['kubernetes', 'no name', bound({ serviceaccount: { uid: accountUid } }), 'kubernetes.io/serviceaccount/name'],
    ['kubernetes', 'a namespace with a slash', bound({ namespace: 'a/b' }), 'kubernetes.io/namespace'],
    ['kubernetes', 'a namespace with a colon', bound({ namespace: 'a:b' }), 'kubernetes.io/namespace'],
    ['kubernetes', 'no account', bound({ serviceaccount: null }), 'kubernetes.io/serviceaccount'],
    ['spiffe', 'of another trust domain', { sub: 'spiffe://other.example/etl' }, 'an issuer that is not accepted here'],
    [
      'spiffe',
      'of another trust domain, with an issuer',
      { sub: 'spiffe://other.example/etl', iss: 'spiffe://clinic.example' },
      'an issuer that is not accepted here',
    ],
    ['spiffe', 'a trust domain with a Cyrillic letter', { sub: 'spiffe://clin\u0456c.example/etl' }, 'names no issuer'],
    ['spiffe', 'a trust domain in capitals', { sub: 'spiffe://CLINIC.example/etl' }, 'names no issuer'],
    ['spiffe', 'a trust domain with a port', { sub: 'spiffe://clinic.example:443/etl' }, 'names no issuer'],
    ['spiffe', 'the trust domain itself', { sub: 'spiffe://clinic.example' }, 'names no issuer'],
    ['spiffe', 'a slash at the end', { sub: 'spiffe://clinic.example/etl/' }, 'names no issuer'],
    ['spiffe', 'a dotted segment', { sub: 'spiffe://clinic.example/a/../b' }, 'names no issuer'],
    ['spiffe', 'percent-encoding', { sub: 'spiffe://clinic.example/%65tl' }, 'names no issuer'],
    ['spiffe', 'another scheme', { sub: 'https://clinic.example/etl' }, 'names no issuer'],
    ['people', 'an application of Entra (idtyp)', { idtyp: 'app' }, 'issued to an application'],
    ['people', 'an application of Entra (sub is oid)', { oid: 'dana' }, 'issued to an application'],
    ['people', 'a client that got it for itself', { client_id: 'dana' }, 'issued to an application'],
    ['people', 'an authorised party that is the subject', { azp: 'dana' }, 'issued to an application'],
    ['people', 'client credentials (gty)', { gty: 'client-credentials' }, 'issued to an application'],
    ['people', 'a service account as subject', { sub: 'system:serviceaccount:a:b' }, 'issued to an application'],
  ];
  return [
    ...cases.map(([profile, token, more, refused]) => row(profile, token, goodToken(profile, more), { refused })),
    row('entra-app v1', 'a person (scp)', entraV1Token({ scp: 'x' }), { refused: 'delegated by a person' }),
    row('entra-app v1', 'no appid', entraV1Token({ appid: undefined }), { refused: 'no application (appid)' }),
    row('entra-app v1', 'azp instead of appid', entraV1Token({ appid: undefined, azp: application }), {
      refused: 'no application (appid)',
    }),
    row('entra-app v1', 'a public client', entraV1Token({ appidacr: '0' }), { refused: 'did not authenticate itself' }),
    row('entra-app v1', 'of another directory', entraV1Token({ tid: servicePrincipal }), {
      refused: 'another directory',
    }),
    row('entra-app v1', 'version 2.0', entraV1Token({ ver: '2.0' }), { refused: 'another version' }),
    row('entra-app v1', 'expired', entraV1Token({ iat: noon - 900, exp: noon - 61 }), { refused: 'expired' }),
  ];
}

function legacy(): Record<string, unknown> {
  return {
    'kubernetes.io': undefined,
    'kubernetes.io/serviceaccount/namespace': 'clinic',
    'kubernetes.io/serviceaccount/service-account.name': 'nightly-etl',
    'kubernetes.io/serviceaccount/service-account.uid': accountUid,
  };
}

function bound(more: Record<string, unknown>): Record<string, unknown> {
  return { 'kubernetes.io': { ...(goodToken('kubernetes')['kubernetes.io'] as object), ...more } };
}
