import { err, ok, type Result } from '../base/result.ts';
import type { Denial } from '../core/denial.ts';
import type { IssuerSettings } from './issuer-settings.ts';
import { isJsonObject, type JsonObject, member } from './json-object.ts';
import { tokenRefused } from './refusal.ts';

/** The one entry whose audience and requirements the verified claims meet. None is a refusal that says why; two are as well. */
export function matchEntry(entries: readonly IssuerSettings[], claims: JsonObject): Result<IssuerSettings, Denial> {
  const misses = entries.map((entry) => ({ entry, miss: missOf(entry, claims) }));
  const matching = misses.filter(({ miss }) => miss === null).map(({ entry }) => entry);
  const [match, other] = matching;
  if (match !== undefined && other === undefined) return ok(match);
  if (match !== undefined) {
    const names = matching.map((entry) => JSON.stringify(entry.id)).join(' and ');
    return err(
      tokenRefused(
        `the token matches more than one issuer entry: ${names}`,
        'the operator tells them apart by audience or by require, so that every token matches one',
      ),
    );
  }
  const reasons = misses.map(({ entry, miss }) => `${JSON.stringify(entry.id)} wants ${miss}`).join(', ');
  const audiences = [...new Set(entries.map((entry) => JSON.stringify(entry.audience)))].join(' or ');
  return err(tokenRefused(`the token fits no issuer entry: ${reasons}`, `request the token for audience ${audiences}`));
}

/** What the claims lack of the entry, or null. Names claims, never their values. */
function missOf(entry: IssuerSettings, claims: JsonObject): string | null {
  if (!hasAudience(member(claims, 'aud'), entry.audience)) return 'another audience';
  for (const [claim, accepted] of entry.require) {
    const values = stated(claims, claim);
    if (values === null) return `the claim ${JSON.stringify(claim)}`;
    if (!values.some((value) => accepted.includes(value))) return `another value of the claim ${JSON.stringify(claim)}`;
  }
  return null;
}

/** What the claims state, as text; null where it is nothing that can be compared. Only `amr` is a list (RFC 8176): one of it will do. */
function stated(claims: JsonObject, claim: string): readonly string[] | null {
  const found = claimAt(claims, claim);
  if (claim === 'amr' && Array.isArray(found)) {
    return found.every((method) => typeof method === 'string') ? found : null;
  }
  const value = asText(found);
  return value === null ? null : [value];
}

/** A claim by its name; where there is none of that name, slashes lead into objects: `kubernetes.io/serviceaccount/uid`. */
function claimAt(claims: JsonObject, claim: string): unknown {
  const whole = member(claims, claim);
  if (whole !== undefined) return whole;
  let value: unknown = claims;
  for (const name of claim.split('/')) value = isJsonObject(value) ? member(value, name) : undefined;
  return value;
}

function hasAudience(audience: unknown, wanted: string): boolean {
  if (typeof audience === 'string') return audience === wanted;
  return Array.isArray(audience) && audience.every((item) => typeof item === 'string') && audience.includes(wanted);
}

/** Configured values are text; a boolean or a whole number has exactly one spelling as text, and nothing else is compared. */
function asText(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'boolean' || Number.isSafeInteger(value) ? String(value) : null;
}
