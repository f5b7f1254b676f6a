import type { Clock } from '../base/clock.ts';
import type { SecretSource } from '../core/secret-source.ts';
import { OpenIdLogin } from '../issuers/openid-login.ts';
import type { Configuration } from './config/configuration.ts';

/** Where people log in with a browser, as configured; null: nowhere. */
export function loginOf({ api, identity }: Configuration, secrets: SecretSource, clock: Clock): OpenIdLogin | null {
  const issuer = identity.issuers.find(({ id }) => id === api.login?.issuer);
  if (api.login === null || issuer === undefined) return null;
  const { clientId, clientSecret, scopes } = api.login;
  return new OpenIdLogin({
    client: { entry: issuer.id, issuer: issuer.issuer, clientId, scopes, isPublic: clientSecret === null },
    ca: issuer.ca,
    secret: clientSecret === null ? null : () => secrets.read(clientSecret),
    clock,
  });
}
