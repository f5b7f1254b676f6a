import assert from 'node:assert/strict';
import { test } from 'node:test';
import { partyOf } from '../../src/identity/party.ts';
import { issuerUrl } from './fixture.ts';

const cases: readonly (readonly [string, Record<string, unknown>, object | null])[] = [
  ['nobody', {}, null],
  ['an actor of the same issuer', { may_act: { sub: 'agent' } }, { issuer: issuerUrl, subject: 'agent' }],
  ['an actor of another', { may_act: { sub: 'agent', iss: 'https://o' } }, { issuer: 'https://o', subject: 'agent' }],
  ['an issuer that is not text', { may_act: { sub: 'agent', iss: 7 } }, null],
  ['no subject', { may_act: { iss: issuerUrl } }, null],
  ['text', { may_act: 'agent' }, null],
  ['a list', { may_act: [{ sub: 'agent' }] }, null],
];

for (const [name, claims, mayAct] of cases) {
  test(`may_act that names ${name}`, () => {
    assert.deepEqual(partyOf({ sub: 'dana', ...claims }, issuerUrl), { issuer: issuerUrl, subject: 'dana', mayAct });
  });
}
