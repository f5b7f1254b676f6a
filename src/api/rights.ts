import type { Role } from '../engine/control.ts';

/**
 * What a route asks of its caller. `public` needs no login, `principal` any that is accepted, `person` any that is no machine;
 * the others need one of the roles.
 */
export type Right = 'public' | 'principal' | 'person' | keyof typeof rights;

/** Which roles hold which right; docs/api.md shows the same table. Workloads hold no role, so they hold none of these. */
export const rights = {
  read: ['auditor', 'approver', 'admin'],
  'read-ledger': ['auditor', 'admin'],
  decide: ['approver'],
  reveal: ['auditor', 'approver'],
  'revoke-grant': ['approver'],
  review: ['auditor'],
  'terminate-session': ['approver', 'admin'],
  revoke: ['approver', 'admin'],
  'change-principal': ['admin'],
  reload: ['admin'],
} as const satisfies Record<string, readonly Role[]>;

export function holds(roles: readonly Role[], right: keyof typeof rights): boolean {
  const needed: readonly Role[] = rights[right];
  return roles.some((role) => needed.includes(role));
}
