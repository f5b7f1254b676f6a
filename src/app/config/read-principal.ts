import { type PrincipalId, principalId } from '../../core/principal.ts';
import type { IssuerSettings } from '../../identity/issuer-settings.ts';
import type { Spot } from './spot.ts';

/** `<issuer id>/<key>` of an issuer in this file; `issuers` undefined: they have a fault, so nothing is compared with them. */
export function readPrincipal(spot: Spot, issuers: readonly IssuerSettings[] | undefined): PrincipalId | undefined {
  const text = spot.matching(
    /^[^/\s]+\/\S+$/,
    'a principal: the id of an issuer, a slash and a name, such as github/123456789',
  );
  if (text === undefined) return undefined;
  const [issuer = '', ...rest] = text.split('/');
  if (issuers !== undefined && !issuers.some(({ id }) => id === issuer)) {
    return spot.fault('its issuer is not in `identity.issuers`: a principal starts with the id of one of them.');
  }
  return principalId(issuer, rest.join('/'));
}

export function readGroups(spot: Spot): readonly string[] | undefined {
  return spot.list(readGroup);
}

export function readGroup(spot: Spot): string | undefined {
  return spot.matching(/^[^\s:]{1,128}$/, 'the name of a group, without spaces and colons');
}
