import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Principal, principalId, unknownOrigin } from '../../src/core/principal.ts';
import { type Role, type RoleGroups, rolesOf } from '../../src/identity/roles.ts';

const roles: RoleGroups = { approver: ['compliance', 'medical'], auditor: ['audit'], admin: ['platform'] };

const cases: readonly [kind: Principal['kind'], groups: readonly string[], expected: readonly Role[]][] = [
  ['user', [], []],
  ['user', ['compliance'], ['approver']],
  ['user', ['medical', 'compliance'], ['approver']],
  ['user', ['audit', 'platform', 'other'], ['auditor', 'admin']],
  ['user', ['approver', 'admin'], []],
  ['workload', ['compliance', 'audit', 'platform'], []],
];
for (const [kind, groups, expected] of cases) {
  test(`a ${kind} in ${groups.join(', ') || 'no group'} holds ${expected.join(', ') || 'no role'}`, () => {
    const principal: Principal = {
      id: principalId('demo', 'someone'),
      kind,
      display: 'someone',
      issuer: 'demo',
      groups,
      nature: 'unknown',
      origin: unknownOrigin,
      onBehalfOf: null,
    };
    assert.deepEqual(rolesOf(principal, roles), expected);
  });
}
