import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entryDigest } from '../../src/identity/entry-digest.ts';
import type { IssuerSettings } from '../../src/identity/issuer-settings.ts';
import { entry } from './fixture.ts';

const require = new Map([
  ['a', ['1', '2']],
  ['b', ['3']],
]);
const mapping = new Map([
  ['x', 'y'],
  ['z', 'y'],
]);
const base = entry({ require, groups: ['g'], groupsFrom: { claim: 'groups', mapping } });

const others: readonly Partial<IssuerSettings>[] = [
  { issuer: 'https://other.example' },
  { audience: 'other' },
  { profile: 'people' },
  { require: new Map([['a', ['1', '2']]]) },
  { require: new Map([...require, ['b', ['4']]]) },
  { groups: [] },
  { groupsFrom: null },
  { groupsFrom: { claim: 'roles', mapping } },
  { groupsFrom: { claim: 'groups', mapping: null } },
  { groupsFrom: { claim: 'groups', mapping: new Map([['x', 'y']]) } },
  { subject: 'client_id' },
];
for (const [index, other] of others.entries()) {
  test(`another ${Object.keys(other).join()} (${index}) is another digest`, () => {
    assert.notEqual(entryDigest({ ...base, ...other }), entryDigest(base));
  });
}

const same: readonly Partial<IssuerSettings>[] = [
  { require: new Map([...require].reverse()) },
  { require: new Map([...require, ['a', ['2', '1']]]) },
  { groupsFrom: { claim: 'groups', mapping: new Map([...mapping].reverse()) } },
  { jwksUri: 'https://issuer.example/other' },
  { ca: 'pem' },
];
for (const [index, other] of same.entries()) {
  test(`another order, or another place of the keys (${index}), is the same digest`, () => {
    assert.equal(entryDigest({ ...base, ...other }), entryDigest(base));
  });
}
