import { err, ok, type Result } from '../base/result.ts';
import type { Denial } from '../core/denial.ts';
import type { IssuerSettings } from './issuer-settings.ts';
import { type JsonObject, member } from './json-object.ts';
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
    const value = asText(member(claims, claim));
    if (value === null) return `the claim ${JSON.stringify(claim)}`;
    if (!accepted.includes(value)) return `another value of the claim ${JSON.stringify(claim)}`;
  }
  return null;
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
