import { err, ok, type Result } from '../../base/result.ts';
import type { Denial } from '../../core/denial.ts';
import { unknownOrigin } from '../../core/principal.ts';
import type { IssuerSettings } from '../issuer-settings.ts';
import { type JsonObject, member } from '../json-object.ts';
import { tokenRefused } from '../refusal.ts';
import { parseSpiffeId, trustDomainUri } from '../spiffe-id.ts';
import type { ClaimedIdentity } from './claimed-identity.ts';
import { refuseActor } from './required-claim.ts';

/**
 * A workload of a SPIFFE trust domain, by its JWT-SVID. The key is the path of its SPIFFE ID. `iss` is not looked at: the bundle
 * of the trust domain signed it, and no other domain's names are believed of that bundle.
 */
export function spiffeIdentity(claims: JsonObject, entry: IssuerSettings): Result<ClaimedIdentity, Denial> {
  const id = parseSpiffeId(member(claims, 'sub'));
  if (id === null) {
    return err(
      tokenRefused(
        `the subject of the token (sub) is not the SPIFFE ID of a workload, which issuer ${JSON.stringify(entry.id)} must state`,
        'present a JWT-SVID of the trust domain',
      ),
    );
  }
  if (trustDomainUri(id.trustDomain) !== entry.issuer) {
    return err(tokenRefused(`the token is of another trust domain than that of issuer ${JSON.stringify(entry.id)}`));
  }
  const actor = refuseActor(claims, 'a workload of a trust domain');
  if (actor !== null) return err(actor);
  return ok({
    kind: 'workload',
    key: id.path,
    display: `${entry.issuer}/${id.path}`,
    nature: 'service',
    onBehalfOf: null,
    origin: { ...unknownOrigin, platform: 'spiffe' },
  });
}
