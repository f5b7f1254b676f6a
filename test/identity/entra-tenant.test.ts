import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entraTenant } from '../../src/identity/entra-tenant.ts';
import { directory } from './profile-samples.ts';

const cases: readonly [issuer: string, version: '1.0' | '2.0' | null][] = [
  [`https://sts.windows.net/${directory}/`, '1.0'],
  [`https://login.microsoftonline.com/${directory}/v2.0`, '2.0'],
  [`https://login.microsoftonline.us/${directory}/v2.0`, '2.0'],
  [`https://sts.windows.net/${directory}`, null],
  [`https://login.microsoftonline.com/${directory}/v2.0/`, null],
  [`https://login.microsoftonline.com/${directory}/v1.0`, null],
  [`https://login.microsoftonline.com/x/${directory}/v2.0`, null],
  [`https://login.microsoftonline.com/${directory.replaceAll('4', 'A')}/v2.0`, null],
  ['https://login.microsoftonline.com/common/v2.0', null],
  ['https://login.microsoftonline.com/organizations/v2.0', null],
  ['https://login.microsoftonline.com/{tenantid}/v2.0', null],
  ['https://login.microsoftonline.com/------------------------------------/v2.0', null],
];
for (const [issuer, version] of cases) {
  test(`${issuer} is ${version === null ? 'no directory' : `a directory, version ${version}`}`, () => {
    assert.deepEqual(entraTenant(issuer), version && { id: directory, version });
  });
}
