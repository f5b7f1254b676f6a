import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isOfMachine } from '../../../src/identity/profiles/machine-marks.ts';

const cases: readonly [claims: Record<string, unknown>, machine: boolean][] = [
  [{ sub: 'dana' }, false],
  [{ sub: 'dana', client_id: 'console', azp: 'console' }, false],
  [{ sub: 'pairwise', oid: 'o-1', scp: 'access', idtyp: 'user' }, false],
  [{ sub: 'o-1', oid: 'o-1', scp: 'access' }, false],
  [{ sub: 'o-1', oid: 'o-1' }, true],
  [{ sub: 'etl', client_id: 'etl' }, true],
  [{ sub: 'etl', appid: 'etl' }, true],
  [{ sub: 'x', idtyp: 'device' }, true],
  [{ sub: 'x', idtyp: null }, true],
  [{ sub: 'x@clients', gty: 'client-credentials' }, true],
  [{ sub: 'dana', gty: ['password', 'refresh_token'], cid: 'console', preferred_username: 'dana' }, false],
  [{ sub: '0oa1synthetic', cid: '0oa1synthetic', scp: ['read'] }, true],
  [{ sub: 'abc@clients' }, true],
  [{ sub: 'x', gty: ['client-credentials'] }, true],
  [{ sub: 'x', gty: ['refresh_token', 'client_credentials'] }, true],
  [{ sub: 'x', preferred_username: 'service-account-etl' }, true],
  [{ sub: 'x', preferred_username: 'Service-Account-etl' }, true],
  [{ sub: 'service-account-etl' }, true],
  [{ sub: 'sc://clinic/etl/deploy' }, true],
  [{ sub: 'SPIFFE://clinic.example/etl' }, true],
  [{ sub: 'spiffe://Clinic.example/%65tl' }, true],
  [{ sub: 'x', xms_mirid: '/x' }, true],
  [{ sub: 'x', repository_id: '1' }, true],
  [{ sub: 'x', pipeline_id: '1' }, true],
  [{ sub: 'x', def_id: '1' }, true],
  [{ sub: 'x', 'kubernetes.io': {} }, true],
  [{ sub: 'system:serviceaccount:a:b' }, true],
  [{ sub: 'spiffe://clinic.example/etl' }, true],
  [{}, true],
  [{ sub: 1 }, true],
];
for (const [claims, machine] of cases) {
  test(`${JSON.stringify(claims)} is ${machine ? 'of a machine' : 'of a person, as far as it says'}`, () => {
    assert.equal(isOfMachine(claims), machine);
  });
}
