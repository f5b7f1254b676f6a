import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadConfiguration } from '../../../src/app/config/load-configuration.ts';
import { type Profile, profileNames } from '../../../src/identity/issuer-settings.ts';
import { assertFaults, changed, type FaultCase } from './faults-of.ts';

const directory = '11111111-2222-4333-8444-555555555555';
const organisation = 'https://vstoken.dev.azure.com/0ca3ddd9-0000-4000-8000-5866526961b6';

/** What each profile needs beside id and audience. */
const sound: Readonly<Record<Profile, readonly [issuer: string, rest: string]>> = {
  generic: ['https://ci.example', ''],
  'github-actions': ['https://ci.example', ', require: { repository_owner_id: "9919" }'],
  'gitlab-ci': ['https://gitlab.clinic.example', ', require: { namespace_id: "72" }'],
  'azure-devops': [organisation, ', require: { prj_id: "271ef6f7-0000-4000-8000-4b54d9129990" }'],
  'entra-app': [`https://login.microsoftonline.com/${directory}/v2.0`, ', groupsFrom: roles'],
  kubernetes: ['https://cluster.clinic.example', ', require: { kubernetes.io/namespace: [clinic, etl] }'],
  spiffe: ['spiffe://clinic.example', ', jwksUri: "https://spire.clinic.example/keys"'],
  people: ['https://login.clinic.example', ', require: { amr: [mfa] }'],
};

describe('an entry of each profile', () => {
  for (const profile of profileNames) {
    test(`${profile} is read`, () => {
      const [issuer, rest] = sound[profile];
      const loaded = loadConfiguration(changed(entry(profile, issuer, rest)), '/etc/sluice/sluice.yaml');
      assert.ok(loaded.ok, JSON.stringify(loaded));
      const [read] = loaded.value.identity.issuers;
      assert.deepEqual([read?.profile, read?.issuer], [profile, issuer]);
    });
  }
});

const cases: readonly [profile: Profile, name: string, issuer: string, rest: string, message: RegExp][] = [
  [
    'gitlab-ci',
    'for every project',
    'https://gitlab.com',
    '',
    /^every project of the instance can get .* namespace_id/,
  ],
  [
    'gitlab-ci',
    'for a path alone',
    'https://gitlab.com',
    ', require: { project_path: clinic/etl, ref_protected: "true" }',
    /^whoever registers that name later can get a token with the same project_path; .* namespace_id or project_id\.$/,
  ],
  [
    'github-actions',
    'for a name alone',
    'https://ci.example',
    ', require: { repository: clinic/etl }',
    /^whoever registers that name later .* the same repository; .* repository_owner_id, repository_id or enterprise_id\.$/,
  ],
  [
    'github-actions',
    'for the name of an owner alone',
    'https://ci.example',
    ', require: { repository_owner: clinic }',
    /^whoever registers that name later .* the same repository_owner; /,
  ],
  ['azure-devops', 'for every pipeline', organisation, '', /^every pipeline of the organisation .* prj_id\.$/],
  [
    'entra-app',
    'that gives groups to every application',
    `https://sts.windows.net/${directory}/`,
    ', groups: [pipelines]',
    /^every application of the directory can get .* oid, azp or appid\.$/,
  ],
  ['kubernetes', 'for every pod', 'https://c.example', '', /^every pod of the cluster .* kubernetes\.io\/namespace/],
  ['spiffe', 'without a bundle', 'spiffe://clinic.example', '', /^a trust domain has no discovery; add `jwksUri`/],
  ['people', 'with a subject', 'https://l.example', ', subject: email', /^`subject` belongs to the profile generic/],
];

test('an entry that requires a name beside an id is read', () => {
  for (const require of [
    'repository_owner_id: "9919", repository: clinic/etl',
    'repository_id: "77"',
    'enterprise_id: "5"',
  ]) {
    const change = entry('github-actions', 'https://ci.example', `, require: { ${require} }`);
    assert.ok(loadConfiguration(changed(change), '/etc/sluice/sluice.yaml').ok, require);
  }
});

describe('an entry is refused', () => {
  for (const [profile, name, issuer, rest, message] of cases) {
    test(`${profile} ${name}`, () =>
      assertFaults({ change: entry(profile, issuer, rest), faults: [[13, 7, 'identity.issuers[0]', message]] }));
  }

  const names: readonly [profile: Profile, issuer: string, message: RegExp][] = [
    ['entra-app', 'https://login.microsoftonline.com/common/v2.0', /^this must be one directory of Entra by its id/],
    ['entra-app', `https://sts.windows.net/${directory}`, /^this must be one directory of Entra by its id/],
    ['azure-devops', 'https://vstoken.dev.azure.com', /^this must be one organisation of Azure DevOps by its id/],
    ['azure-devops', `${organisation}/`, /^this must be one organisation of Azure DevOps by its id/],
    ['spiffe', 'https://clinic.example', /^this must be a trust domain, such as spiffe:\/\//],
    ['spiffe', 'spiffe://clinic.example/etl', /^this must be a trust domain/],
    ['spiffe', 'spiffe://Clinic.example', /^this must be a trust domain/],
    ['generic', 'spiffe://clinic.example', /^this must be a URL/],
    ['kubernetes', 'kubernetes/serviceaccount', /^this must be a URL/],
  ];
  for (const [profile, issuer, message] of names) {
    test(`${profile} with the issuer ${issuer}`, () => {
      const rest = sound[profile][1];
      const column = `    - { id: ci, profile: ${profile}, issuer: `.length + 1;
      assertFaults({
        change: entry(profile, issuer, rest),
        faults: [[13, column, 'identity.issuers[0].issuer', message]],
      });
    });
  }

  test('an authority that is no file, and one that holds no certificate', () => {
    const absent = entry('generic', 'https://ci.example', ', ca: nowhere.pem');
    const other = entry('generic', 'https://ci.example', `, ca: "${import.meta.filename}"`);
    const column = `    - { id: ci, profile: generic, issuer: "https://ci.example", audience: sluice, ca: `.length + 1;
    assertFaults({ change: absent, faults: [[13, column, 'identity.issuers[0].ca', /^there is no file at/]] });
    assertFaults({ change: other, faults: [[13, column, 'identity.issuers[0].ca', /holds no certificate in PEM/]] });
  });
});

function entry(profile: Profile, issuer: string, rest: string): FaultCase['change'] {
  return {
    13: `    - { id: ci, profile: ${profile}, issuer: "${issuer}", audience: sluice${rest} }`,
    14: null,
    15: null,
    16: null,
  };
}
