import type { CredentialHolders } from '../../core/connection.ts';
import type { IssuerSettings } from '../../identity/issuer-settings.ts';
import { readPrincipal } from './read-principal.ts';
import type { Spot } from './spot.ts';

/** `credentials:`, whatever they are on this wire: the first match wins, so none may hide a later one. */
export function readCredentials<R extends CredentialHolders>(
  spot: Spot,
  read: (item: Spot) => R | undefined,
): readonly R[] | undefined {
  const rules: R[] = [];
  const items = spot.items();
  if (items?.length === 0)
    return spot.fault('there is no credential here; add one, or no session can reach the target.');
  for (const item of items ?? []) {
    const rule = read(item);
    if (rules.some((earlier) => earlier.for === null)) {
      item.fault('it can never be used: the credential without `for` above serves everyone; put it last.');
    } else if (rule !== undefined && rules.some((earlier) => earlier.for === rule.for)) {
      item.fault('it can never be used: another credential above is for the same; remove one.');
    }
    if (rule !== undefined) rules.push(rule);
  }
  return rules;
}

/** `for:` of a credential. */
export function readHolder(spot: Spot, issuers: readonly IssuerSettings[] | undefined): string | undefined {
  const text = spot.written() ?? '';
  if (/^group:[^\s:]{1,128}$/.test(text)) return text;
  if (/^group:/.test(text) || !text.includes('/')) {
    return spot.fault(
      'this must be group:NAME or a principal such as github/123456789; leave `for` out to serve everyone.',
    );
  }
  return readPrincipal(spot, issuers);
}
