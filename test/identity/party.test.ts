import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { IssuerSettings } from '../../src/identity/issuer-settings.ts';
import { partyOf } from '../../src/identity/party.ts';
import { entry, issuerUrl } from './fixture.ts';

const cases: readonly (readonly [string, Record<string, unknown>, object | null])[] = [
  ['nobody', {}, null],
  ['an actor of the same issuer', { may_act: { sub: 'agent' } }, { issuer: issuerUrl, subject: 'agent' }],
  ['an actor of another', { may_act: { sub: 'agent', iss: 'https://o' } }, { issuer: 'https://o', subject: 'agent' }],
  ['an issuer that is not text', { may_act: { sub: 'agent', iss: 7 } }, null],
  ['no subject', { may_act: { iss: issuerUrl } }, null],
  ['text', { may_act: 'agent' }, null],
  ['what narrows it down', { may_act: { sub: 'agent', client_id: 'one' } }, null],
  ['a list', { may_act: [{ sub: 'agent' }] }, null],
];

for (const [name, claims, mayAct] of cases) {
  test(`may_act that names ${name}`, () => {
    assert.deepEqual(partyOf({ sub: 'dana', ...claims }, entry()), { issuer: issuerUrl, subject: 'dana', mayAct });
  });
}

const profiles: readonly (readonly [Partial<IssuerSettings>, string | null])[] = [
  [{ profile: 'generic' }, 'dana'],
  [{ profile: 'generic', subject: 'client_id' }, null],
  [{ profile: 'people' }, 'dana'],
  [{ profile: 'kubernetes' }, 'dana'],
  [{ profile: 'spiffe' }, 'dana'],
  [{ profile: 'github-actions' }, null],
  [{ profile: 'gitlab-ci' }, null],
  [{ profile: 'azure-devops' }, null],
  [{ profile: 'entra-app' }, null],
];
for (const [settings, subject] of profiles) {
  test(`${JSON.stringify(settings)} is ${subject === null ? 'not ' : ''}named by its sub`, () => {
    assert.equal(partyOf({ sub: 'dana' }, entry(settings)).subject, subject);
  });
}
