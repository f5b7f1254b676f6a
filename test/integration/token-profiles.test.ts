import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Profile } from '../../src/identity/issuer-settings.ts';
import { newSigner, type Signer } from '../identity/fixture.ts';
import { directory, goodToken, managedIdentity, organisation, servicePrincipal } from '../identity/profile-samples.ts';
import { json, LoopbackIssuer } from '../issuers/loopback-issuer.ts';
import { type ClinicGateway, startClinicGateway } from '../support/clinic-gateway.ts';

let clinic: ClinicGateway;
let platforms: LoopbackIssuer;
const signers = new Map<string, Signer>();
const withGroups = 'groups: [pipelines]';

/** Where each platform is on the one loopback server, and what its entry requires. */
const platformEntries: readonly (readonly [profile: Profile, path: string, rest: string])[] = [
  ['github-actions', '/github', `require: { repository_owner_id: "9919" }, ${withGroups}`],
  ['gitlab-ci', '/gitlab', `require: { namespace_id: "72" }, ${withGroups}`],
  ['azure-devops', `/${organisation}`, `require: { prj_id: 271ef6f7-0000-4000-8000-4b54d9129990 }, ${withGroups}`],
  ['entra-app', `/${directory}/v2.0`, 'groupsFrom: { claim: roles, mapping: { Pipelines: pipelines } }'],
  ['kubernetes', '/cluster', `require: { kubernetes.io/namespace: clinic }, ${withGroups}`],
  ['spiffe', '/bundle', withGroups],
];

before(async () => {
  clinic = await startClinicGateway();
  platforms = await LoopbackIssuer.start();
  for (const [profile, path] of platformEntries) {
    const signer = await newSigner('ES256', profile);
    signers.set(profile, signer);
    publish(path, signer);
  }
  const lines = platformEntries.map(
    ([profile, path, rest]) =>
      `    - { id: ${profile}, audience: sluice, profile: ${profile}, ${place(profile, path)}, ${rest} }`,
  );
  clinic.rewrite((yaml) => yaml.replace('  issuers:\n', `  issuers:\n${lines.join('\n')}\n`));
  const reloaded = await clinic.gateway.reload();
  assert.ok(reloaded.ok, JSON.stringify(reloaded));
});
after(async () => {
  await clinic.stop();
  await platforms.stop();
});

const outcomes: readonly (readonly [
  profile: Profile,
  more: Readonly<Record<string, unknown>>,
  principal: string,
  origin: Readonly<Record<string, string>>,
])[] = [
  ['github-actions', {}, 'github-actions/123456789', { runId: '4242', trigger: 'schedule', environment: 'production' }],
  ['gitlab-ci', {}, 'gitlab-ci/20', { runId: '574', job: '302', ref: 'refs/heads/main' }],
  [
    'azure-devops',
    {},
    'azure-devops/271ef6f7-0000-4000-8000-4b54d9129990/12',
    { runId: '345', platform: 'azure-devops' },
  ],
  ['entra-app', { xms_mirid: managedIdentity }, `entra-app/${servicePrincipal}`, { actor: managedIdentity }],
  ['kubernetes', {}, 'kubernetes/clinic/nightly-etl', { environment: 'clinic', runner: 'node-1' }],
  ['spiffe', {}, 'spiffe/ns/clinic/sa/nightly-etl', { platform: 'spiffe', runId: 'unknown' }],
];

describe('a driver logs in with a token of', () => {
  for (const [profile, more, principal, origin] of outcomes) {
    test(`${profile}: ${principal} is on record with its origin`, async () => {
      const client = await clinic.connect({ password: await fresh(profile, more) });
      const { rows } = await client.query('select id from patients where id = 1');
      assert.deepEqual(rows, [{ id: 1 }]);
      await client.end();
      const opened = (await clinic.entries()).findLast((entry) => entry['type'] === 'session.opened');
      assert.equal(opened?.['principal'], principal);
      const recorded = opened?.['origin'] as Record<string, string>;
      for (const [field, value] of Object.entries(origin)) assert.equal(recorded[field], value, field);
    });
  }
});

describe('a driver is refused with', () => {
  const refusals: readonly (readonly [
    profile: Profile,
    name: string,
    more: Record<string, unknown>,
    message: RegExp,
  ])[] = [
    ['entra-app', 'the token of a person (scp)', { scp: 'x' }, /was delegated by a person \(scp\)/],
    ['entra-app', 'group overage', { roles: undefined, _claim_names: { roles: 's' } }, /\(group overage\)/],
    ['gitlab-ci', 'another namespace', { namespace_id: '73' }, /another value of the claim "namespace_id"/],
    ['kubernetes', 'another namespace', otherNamespace(), /another value of the claim "kubernetes\.io\/namespace"/],
    ['spiffe', 'another trust domain', { sub: 'spiffe://other.example/a' }, /issuer that is not accepted here/],
  ];
  for (const [profile, name, more, message] of refusals) {
    test(`${name}, of ${profile}`, async () => {
      await assert.rejects(clinic.connect({ password: await fresh(profile, more) }), { code: '28000', message });
    });
  }
});

test('a platform that withdraws its key: after a reload its live sessions end, others do not', async () => {
  const doomed = await clinic.connect({ password: await fresh('gitlab-ci', {}) });
  const other = await clinic.connect({ password: await fresh('kubernetes', {}) });
  const ended = new Promise<Error>((resolve) => doomed.once('error', resolve));
  publish('/gitlab', await newSigner('ES256', 'next'));
  const reloaded = await clinic.gateway.reload();
  assert.ok(reloaded.ok);
  assert.match((await ended).message, /no longer publishes the key that signed the token/);
  assert.deepEqual((await other.query('select 1 as one')).rows, [{ one: 1 }]);
  await other.end();
});

function place(profile: Profile, path: string): string {
  return profile === 'spiffe'
    ? `issuer: "spiffe://clinic.example", jwksUri: "${platforms.url}${path}"`
    : `issuer: "${platforms.url}${path}"`;
}

function publish(path: string, { jwk }: Signer): void {
  const issuer = `${platforms.url}${path}`;
  const discovery = { issuer, jwks_uri: `${issuer}/keys` };
  platforms.answers.set(`${path}/.well-known/openid-configuration`, json(discovery));
  platforms.answers.set(`${path}/keys`, json({ keys: [jwk] }));
  platforms.answers.set('/bundle', json({ keys: [{ ...signers.get('spiffe')?.jwk, use: 'jwt-svid' }] }));
}

async function fresh(profile: Profile, more: Readonly<Record<string, unknown>>): Promise<string> {
  const [, path] = platformEntries.find(([known]) => known === profile) ?? [];
  const signer = signers.get(profile);
  assert.ok(path !== undefined && signer !== undefined);
  const now = Math.floor(Date.now() / 1000);
  const issuer = profile === 'spiffe' ? {} : { iss: `${platforms.url}${path}` };
  return signer.sign(goodToken(profile, { ...issuer, iat: now, nbf: now, exp: now + 300, ...more }));
}

function otherNamespace(): Record<string, unknown> {
  const claims = goodToken('kubernetes')['kubernetes.io'] as Record<string, unknown>;
  return { 'kubernetes.io': { ...claims, namespace: 'other' }, sub: 'system:serviceaccount:other:nightly-etl' };
}
