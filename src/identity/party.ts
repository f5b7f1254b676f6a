import type { IssuerSettings } from './issuer-settings.ts';
import { isJsonObject, type JsonObject, member } from './json-object.ts';
import { textClaim } from './origin.ts';

/** Whom a token is of, as its issuer names them, and who may act for them. */
export interface Party {
  readonly issuer: string;
  /** `sub`; null where the profile makes its principals of something else, so that several may share one. */
  readonly subject: string | null;
  /** `may_act` (RFC 8693, 4.4); null where the token names nobody, or in a way that is not understood. */
  readonly mayAct: { readonly issuer: string; readonly subject: string } | null;
}

/** @param entry the one that accepted the token: an actor without an `iss` of its own is of the same issuer */
export function partyOf(claims: JsonObject, entry: IssuerSettings): Party {
  const subject = isNamedBySubject(entry) ? textClaim(claims, 'sub') : null;
  return { issuer: entry.issuer, subject, mayAct: mayActOf(member(claims, 'may_act'), entry.issuer) };
}

function mayActOf(actor: unknown, issuer: string): Party['mayAct'] {
  // Another member would narrow down who is meant.
  if (!isJsonObject(actor) || Object.keys(actor).some((name) => name !== 'sub' && name !== 'iss')) return null;
  const subject = textClaim(actor, 'sub');
  const named = member(actor, 'iss') === undefined ? issuer : textClaim(actor, 'iss');
  return subject === null || named === null ? null : { issuer: named, subject };
}

/** A `sub` is of one principal only. CI platforms and Entra say in it what their owners chose. */
function isNamedBySubject({ profile, subject }: IssuerSettings): boolean {
  return profile === 'generic' ? subject === 'sub' : ['kubernetes', 'spiffe', 'people'].includes(profile);
}
