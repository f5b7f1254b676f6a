import type { Principal } from '../core/principal.ts';

/** A human role. An approver decides on requests, an auditor sees, an admin configures. */
export type Role = 'approver' | 'auditor' | 'admin';

/** Groups that hold each role, as configured. */
export type RoleGroups = Readonly<Record<Role, readonly string[]>>;

/** Roles by group. A workload holds none, whatever its groups: no machine approves. */
export function rolesOf(principal: Principal, roles: RoleGroups): readonly Role[] {
  if (principal.kind !== 'user') return [];
  const held = new Set(principal.groups);
  return (['approver', 'auditor', 'admin'] as const).filter((role) => roles[role].some((group) => held.has(group)));
}
