import { rfc3339 } from '../base/clock.ts';
import type { Denial } from '../core/denial.ts';
import { isTicketId } from '../core/ids.ts';
import type { Principal } from '../core/principal.ts';
import type { EngineParts } from './engine-parts.ts';
import type { Proven } from './proven.ts';
import type { InventoryEntry } from './standing.ts';

/** Why they may not come in, and may not stay; null: nothing speaks against it. Answered from memory. */
export function barred(parts: EngineParts, { principal, presented, sources }: Proven): Denial | null {
  const disabled = parts.principals.isDisabled(principal.id);
  if (!disabled && principal.onBehalfOf !== null && parts.principals.isDisabled(principal.onBehalfOf)) {
    return {
      code: 'principal_disabled',
      message: `${principal.onBehalfOf}, for whom ${principal.id} acts, is disabled`,
      hint: 'an admin can enable them again',
    };
  }
  // The CI job whose token a ticket was exchanged for is somebody else than the ticket's principal.
  for (const who of [principal, ...sources.map(({ principal: id, kind }) => ({ id, kind }))]) {
    const denial = barredPrincipal(parts, who);
    if (denial !== null) return denial;
  }
  if (sources.some(({ tokenId }) => parts.denylist.isDenied(tokenId))) {
    return {
      code: 'token_refused',
      message: `the token ${presented.kind === 'ticket' ? 'of this ticket ' : ''}was denied by an operator`,
      hint: 'ask them why before requesting a fresh one',
    };
  }
  const { tokenId } = presented;
  if (presented.kind === 'ticket' && isTicketId(tokenId) && (parts.tickets.find(tokenId)?.revoked ?? null) !== null) {
    return {
      code: 'token_refused',
      message: `ticket ${tokenId} was revoked`,
      hint: 'exchange a token for a fresh ticket at /oauth/token',
    };
  }
  return null;
}

function barredPrincipal(parts: EngineParts, { id, kind }: Pick<Principal, 'id' | 'kind'>): Denial | null {
  if (parts.principals.isDisabled(id)) {
    return { code: 'principal_disabled', message: `principal ${id} is disabled`, hint: 'an admin can enable it again' };
  }
  const { inventory, unlisted } = parts.standing();
  const listed = inventory.get(id);
  if (listed === undefined && unlisted === 'refuse' && kind === 'workload') {
    return {
      code: 'principal_unlisted',
      message: `principal ${id} is not in the inventory of workloads`,
      hint: 'the operator lists it under identity.workloads, with its owner',
    };
  }
  if (listed === undefined || !isExpired(parts, listed)) return null;
  return {
    code: 'principal_disabled',
    message: `principal ${id} expired on ${listed.expires}`,
    hint: `its owner${listed.owner === null ? '' : `, ${listed.owner},`} renews it in the inventory of workloads`,
  };
}

/** The last day of a workload is over, in UTC. */
export function isExpired({ clock }: Pick<EngineParts, 'clock'>, { expires }: InventoryEntry): boolean {
  return expires !== null && rfc3339(clock.now()).slice(0, 10) > expires;
}
