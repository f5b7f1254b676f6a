import { err, ok, type Result } from '../base/result.ts';
import type { Denial } from '../core/denial.ts';
import type { IssuerSettings } from './issuer-settings.ts';
import { isJsonObject, type JsonObject, member } from './json-object.ts';
import { tokenRefused } from './refusal.ts';

/** Groups of a principal: those of its entry, then those that its token claims. Each once. */
export function groupsOf(entry: IssuerSettings, claims: JsonObject): Result<readonly string[], Denial> {
  if (entry.groupsFrom === null) return ok([...new Set(entry.groups)]);
  const { claim, mapping } = entry.groupsFrom;
  if (isElsewhere(claims, claim)) {
    return err(
      tokenRefused(
        `the groups of the token cannot be read: there are more than its issuer puts into the claim ${JSON.stringify(claim)} (group overage)`,
        'the operator has the issuer state only groups that are assigned to the application, or takes app roles instead (groupsFrom: roles)',
      ),
    );
  }
  const claimed = claimedGroups(claims, claim);
  if (claimed === null) {
    return err(
      tokenRefused(
        `the groups of the token cannot be read: the claim ${JSON.stringify(claim)} is neither a string nor a list of strings`,
        'the issuer puts the groups themselves into the token, or fewer of them',
      ),
    );
  }
  const named = mapping === null ? claimed : claimed.flatMap((group) => mapping.get(group) ?? []);
  return ok([...new Set([...entry.groups, ...named])]);
}

/** Null where the claim says something that is not understood: a forbid for a group must not be missed. */
function claimedGroups(claims: JsonObject, claim: string): readonly string[] | null {
  const value = member(claims, claim);
  if (value === undefined) return [];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.every((group) => typeof group === 'string' && group !== '') ? (list as readonly string[]) : null;
}

/**
 * OpenID Connect Core, 5.6.2: the claim exists but is not in the token, or not all of it. Entra does this above 200 groups, in
 * some tokens with `hasgroups` instead. A list of names that is not understood could name any claim.
 */
function isElsewhere(claims: JsonObject, claim: string): boolean {
  const names = member(claims, '_claim_names');
  if (names !== undefined && !isJsonObject(names)) return true;
  if (isJsonObject(names) && member(names, claim) !== undefined) return true;
  const left = member(claims, 'hasgroups');
  return claim === 'groups' && left !== undefined && left !== false;
}
