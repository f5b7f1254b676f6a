import { createHash } from 'node:crypto';
import { type JsonObject, member } from './json-object.ts';
import { isPlainText } from './origin.ts';

/**
 * What may stand for a token in lists and in the ledger. Never white space, anything of a ticket, or three parts of base64url
 * with dots between: that would be a secret, or have one within. Part of the description of the API, so in the syntax of both.
 */
export const tokenIdPattern =
  '^(?!tkt_)(?!.*[sS][lL][tT]_)(?!.*[A-Za-z0-9_-]\\.[A-Za-z0-9_-]+\\.)[^\\s\\p{C}\\p{Zl}\\p{Zp}]+$';
export const tokenIdCharacters = 512;

/** True for what names a token, false for what may be a secret. */
export function isTokenId(text: unknown): text is string {
  return typeof text === 'string' && isPlainText(text) && pattern.test(text);
}

/**
 * `jti` or `uti`, else the SHA-256 of header and payload: of what was signed, and not of the signature, since whoever has one of
 * ES256 can write another that is as good. An id that nobody could put on the denylist is none.
 */
export function tokenIdOf(token: string, claims: JsonObject): string {
  const stated = [member(claims, 'jti'), member(claims, 'uti')].find(isTokenId);
  if (stated !== undefined) return stated;
  const signed = token.slice(0, token.lastIndexOf('.'));
  return `sha256:${createHash('sha256').update(signed).digest('hex')}`;
}

const pattern = new RegExp(tokenIdPattern, 'u');
