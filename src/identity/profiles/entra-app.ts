import { err, ok, type Result } from '../../base/result.ts';
import type { Denial } from '../../core/denial.ts';
import { unknownOrigin } from '../../core/principal.ts';
import { entraTenant } from '../entra-tenant.ts';
import type { IssuerSettings } from '../issuer-settings.ts';
import { type JsonObject, member } from '../json-object.ts';
import { statedOrigin, textClaim } from '../origin.ts';
import { tokenRefused } from '../refusal.ts';
import type { ClaimedIdentity } from './claimed-identity.ts';
import { refuseActor, requiredClaims, uuid } from './required-claim.ts';

/**
 * An application of Entra, or a managed identity: an access token that it got for itself, of version 1.0 or 2.0 (the API for
 * which it is issued chooses). The key is the object id of its service principal; the directory is the one of the issuer.
 * A token with `scp` was delegated by a person, who is not a workload.
 */
export function entraAppIdentity(claims: JsonObject, entry: IssuerSettings): Result<ClaimedIdentity, Denial> {
  const tenant = entraTenant(entry.issuer);
  if (tenant === null) {
    return err(
      tokenRefused(
        `the issuer of entry ${JSON.stringify(entry.id)} is not a directory of Entra`,
        'the operator corrects the entry',
      ),
    );
  }
  if (member(claims, 'scp') !== undefined) {
    return err(
      tokenRefused(
        'the token was delegated by a person (scp), and this entry is for applications',
        'request a token for the application itself, with client credentials or a managed identity',
      ),
    );
  }
  const application = tenant.version === '1.0' ? shapes.appid : shapes.azp;
  const required = requiredClaims(claims, entry, { ...shapes.always, application }, appHint);
  if (!required.ok) return required;
  const { directory, version, object } = required.value;
  if (directory !== tenant.id) {
    return err(tokenRefused('the token is of another directory of Entra (tid) than its issuer'));
  }
  if (version !== tenant.version) {
    return err(tokenRefused('the token is of another version (ver) than its issuer makes'));
  }
  const refusal = refuseOtherThanApp(claims, tenant.version) ?? refuseActor(claims, 'an application of Entra');
  if (refusal !== null) return err(refusal);
  const managed = textClaim(claims, 'xms_mirid');
  const stated = statedOrigin(claims, { actor: 'xms_mirid', runner: 'xms_az_rid' });
  if (!stated.ok) return stated;
  return ok({
    kind: 'workload',
    key: object,
    display: managed?.split('/').at(-1) ?? required.value.application,
    nature: managed === null ? 'service' : 'managed-identity',
    onBehalfOf: null,
    origin: {
      ...unknownOrigin,
      ...stated.value,
      platform: 'entra',
      actorId: required.value.application,
    },
  });
}

/** `idtyp` says it; where an API does not have that claim, only the token of an application has itself as subject. */
function refuseOtherThanApp(claims: JsonObject, version: '1.0' | '2.0'): Denial | null {
  const kind = member(claims, 'idtyp');
  const isApp = kind === undefined ? textClaim(claims, 'sub') === textClaim(claims, 'oid') : kind === 'app';
  if (!isApp)
    return tokenRefused('the token was not issued to an application for itself (idtyp, or sub and oid)', appHint);
  if (member(claims, 'xms_mirid') !== undefined && textClaim(claims, 'xms_mirid') === null)
    return tokenRefused('the token names a managed identity (xms_mirid) in a way that is not understood');
  // A public client has no secret: anybody could have requested the token.
  const authentication = member(claims, version === '1.0' ? 'appidacr' : 'azpacr');
  if (authentication === undefined || authentication === '1' || authentication === '2') return null;
  return tokenRefused('the application did not authenticate itself to Entra (appidacr, azpacr)', appHint);
}

const appHint = 'request it with client credentials or a managed identity, for an API of this directory';

const shapes = {
  always: {
    directory: { claim: 'tid', what: 'directory', shape: uuid },
    version: { claim: 'ver', what: 'version', shape: /^[12]\.0$/ },
    object: { claim: 'oid', what: 'service principal', shape: uuid },
  },
  appid: { claim: 'appid', what: 'application', shape: uuid },
  azp: { claim: 'azp', what: 'application', shape: uuid },
} as const;
