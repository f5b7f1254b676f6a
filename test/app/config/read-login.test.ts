import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadConfiguration } from '../../../src/app/config/load-configuration.ts';
import { assertFaults, changed, type FaultCase } from './faults-of.ts';

/** The sound file with a second issuer, of people. */
const withPeople = {
  16: '      profile: generic\n    - { id: sso, issuer: "https://sso.example", audience: sluice, profile: people }',
};
const api = (login: string) => ({ ...withPeople, 4: `api: { address: 127.0.0.1:8400, login: ${login} }` });

function read(login: string) {
  const loaded = loadConfiguration(changed(api(login)), '/etc/sluice/sluice.yaml');
  assert.ok(loaded.ok, JSON.stringify(loaded));
  return loaded.value.api.login;
}

test('what is not said has a default', () => {
  const expected = { issuer: 'sso', clientId: 'sluice', clientSecret: null, scopes: ['openid'] };
  assert.deepEqual(read('{ issuer: sso, clientId: sluice }'), expected);
});

test('everything that can be said is read', () => {
  const text =
    '{ issuer: sso, clientId: sluice, clientSecret: { file: client.secret }, scopes: [openid, profile, groups] }';
  assert.deepEqual(read(text), {
    issuer: 'sso',
    clientId: 'sluice',
    clientSecret: { file: '/etc/sluice/client.secret' },
    scopes: ['openid', 'profile', 'groups'],
  });
});

/** Where the value of `login` begins. */
const at = 40;
const faults: readonly FaultCase[] = [
  {
    name: 'an issuer that is not there',
    change: api('{ issuer: other, clientId: sluice }'),
    faults: [[4, at + 10, 'api.login.issuer', /no issuer of this id/]],
  },
  {
    name: 'an issuer of workloads',
    change: api('{ issuer: ci, clientId: sluice }'),
    faults: [[4, at + 10, 'api.login.issuer', /only people log in with a browser/]],
  },
  {
    name: 'a client that no token would be for',
    change: api('{ issuer: sso, clientId: other }'),
    faults: [[4, at, 'api.login', /`clientId` must be the `audience` of the issuer/]],
  },
  {
    name: 'a secret in the file',
    change: api('{ issuer: sso, clientId: sluice, clientSecret: hunter2 }'),
    faults: [[4, at + 47, 'api.login.clientSecret', /^secrets do not stand in this file/]],
  },
  {
    name: 'scopes without openid',
    change: api('{ issuer: sso, clientId: sluice, scopes: [profile] }'),
    faults: [[4, at + 41, 'api.login.scopes', /no ID token; add it/]],
  },
  {
    name: 'a scope of two words',
    change: api('{ issuer: sso, clientId: sluice, scopes: [openid, "a b"] }'),
    faults: [[4, at + 50, 'api.login.scopes[1]', /must be a scope/]],
  },
  {
    name: 'pages below a path',
    change: {
      ...withPeople,
      4: 'api: { publicUrl: "https://a.example/sluice", login: { issuer: sso, clientId: sluice } }',
    },
    faults: [[4, 6, 'api', /need a host of their own/]],
  },
  {
    name: 'nothing that is required',
    change: api('{}'),
    faults: [
      [4, at, 'api.login', /`issuer` is missing/],
      [4, at, 'api.login', /`clientId` is missing/],
    ],
  },
];

describe('faults of a login', () => {
  for (const { name, change, faults: expected } of faults) test(name, () => assertFaults({ change, faults: expected }));
});
