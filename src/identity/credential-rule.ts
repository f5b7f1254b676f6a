import type { CredentialHolders } from '../core/connection.ts';
import type { Principal } from '../core/principal.ts';

/** The first rule for the principal, or null: then there is no way in. */
export function credentialFor<R extends CredentialHolders>(rules: readonly R[], principal: Principal): R | null {
  return rules.find((rule) => serves(rule.for, principal)) ?? null;
}

function serves(whom: string | null, principal: Principal): boolean {
  if (whom === null) return true;
  return whom.startsWith(groupPrefix)
    ? principal.groups.includes(whom.slice(groupPrefix.length))
    : whom === principal.id;
}

const groupPrefix = 'group:';
