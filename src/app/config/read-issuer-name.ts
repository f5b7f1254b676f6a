import { entraTenant } from '../../identity/entra-tenant.ts';
import type { Profile } from '../../identity/issuer-settings.ts';
import { readUrl } from './read-url.ts';
import type { Spot } from './spot.ts';

/** What tokens must say of their issuer, to the letter. A trust domain is named as SPIFFE does, since its tokens need not say it. */
export function readIssuerName(spot: Spot, profile: Profile | undefined): string | undefined {
  if (profile === 'spiffe')
    return spot.matching(/^spiffe:\/\/[a-z0-9._-]{1,255}$/, 'a trust domain, such as spiffe://clinic.example');
  const issuer = readUrl(spot);
  if (issuer === undefined) return undefined;
  if (profile === 'entra-app' && entraTenant(issuer) === null) {
    return spot.fault(
      'this must be one directory of Entra by its id: https://sts.windows.net/<id>/ for tokens of version 1.0, https://login.microsoftonline.com/<id>/v2.0 for 2.0.',
    );
  }
  if (profile === 'azure-devops' && !/\/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(issuer)) {
    return spot.fault(
      'this must be one organisation of Azure DevOps by its id: https://vstoken.dev.azure.com/<id>, without a slash at the end.',
    );
  }
  return issuer;
}
