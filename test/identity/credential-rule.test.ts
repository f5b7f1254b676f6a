import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CredentialRule } from '../../src/core/connection.ts';
import { type Principal, principalId, unknownOrigin } from '../../src/core/principal.ts';
import { credentialFor } from '../../src/identity/credential-rule.ts';

const etl: Principal = {
  id: principalId('demo', 'nightly-etl'),
  kind: 'workload',
  display: 'nightly-etl',
  issuer: 'demo',
  groups: ['pipelines', 'demo/other'],
  nature: 'service',
  origin: unknownOrigin,
  onBehalfOf: principalId('staff', 'dana'),
};

const cases: readonly [rules: readonly (string | null)[], user: string | null][] = [
  [[], null],
  [[null], 'user0'],
  [['group:pipelines', null], 'user0'],
  [['group:agents', 'group:pipelines', null], 'user1'],
  [['demo/nightly-etl', 'group:pipelines'], 'user0'],
  [
    ['demo/Nightly-etl', 'nightly-etl', 'staff/dana', 'demo/other', 'pipelines', 'group:', 'group:demo/nightly-etl'],
    null,
  ],
];
for (const [rules, user] of cases) {
  test(`${JSON.stringify(rules)} serves with ${user ?? 'nothing'}`, () => {
    const made: CredentialRule[] = rules.map((whom, i) => ({ for: whom, user: `user${i}`, password: null }));
    assert.equal(credentialFor(made, etl)?.user ?? null, user);
  });
}
