import type { IssuerSettings } from '../../identity/issuer-settings.ts';
import type { LoginSettings } from './configuration.ts';
import { readSecret } from './read-secret.ts';
import { type Spot, whole } from './spot.ts';

/** `api.login:`; `issuers` undefined: they have a fault, so nothing is compared with them. */
export function readLogin(spot: Spot, issuers: readonly IssuerSettings[] | undefined): LoginSettings | undefined {
  const fields = spot.fields(['issuer', 'clientId', 'clientSecret', 'scopes']);
  if (fields === undefined) return undefined;
  const issuer = fields.required('issuer', (child) => readPeople(child, issuers));
  const login = whole<LoginSettings>({
    issuer,
    clientId: fields.required('clientId', (child) => child.matching(/^[\x21-\x7e]{1,200}$/, 'the id of a client')),
    clientSecret: fields.optional('clientSecret', null, readSecret),
    scopes: fields.optional('scopes', ['openid'], readScopes),
  });
  const audience = issuers?.find(({ id }) => id === issuer)?.audience;
  if (login === undefined || audience === undefined || audience === login.clientId) return login;
  return spot.fault(
    'the audience of an ID token is its client: `clientId` must be the `audience` of the issuer, or no login is acceptable.',
  );
}

function readPeople(spot: Spot, issuers: readonly IssuerSettings[] | undefined): string | undefined {
  const id = spot.text();
  if (id === undefined || issuers === undefined) return id;
  const entry = issuers.find((issuer) => issuer.id === id);
  if (entry === undefined) return spot.fault('there is no issuer of this id in `identity.issuers`.');
  if (entry.profile === 'people') return id;
  return spot.fault('only people log in with a browser: the issuer must have the profile `people`.');
}

function readScopes(spot: Spot): readonly string[] | undefined {
  const scopes = spot.list((item) => item.matching(/^[\x21\x23-\x5b\x5d-\x7e]{1,100}$/, 'a scope, such as profile'));
  if (scopes === undefined || scopes.includes('openid')) return scopes;
  return spot.fault('without the scope `openid` there is no ID token; add it.');
}
