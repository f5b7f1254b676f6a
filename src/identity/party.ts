import { isJsonObject, type JsonObject, member } from './json-object.ts';
import { textClaim } from './origin.ts';

/** Whom a token is of, as its issuer names them, and who may act for them. */
export interface Party {
  readonly issuer: string;
  readonly subject: string | null;
  /** `may_act` (RFC 8693, 4.4); null where the token names nobody, or in a way that is not understood. */
  readonly mayAct: { readonly issuer: string; readonly subject: string } | null;
}

/** @param issuer the verified `iss`: an actor without one of its own is of the same issuer */
export function partyOf(claims: JsonObject, issuer: string): Party {
  const actor = member(claims, 'may_act');
  const named = isJsonObject(actor) ? textClaim(actor, 'sub') : null;
  const actorIssuer = isJsonObject(actor) && member(actor, 'iss') !== undefined ? textClaim(actor, 'iss') : issuer;
  return {
    issuer,
    subject: textClaim(claims, 'sub'),
    mayAct: named === null || actorIssuer === null ? null : { issuer: actorIssuer, subject: named },
  };
}
