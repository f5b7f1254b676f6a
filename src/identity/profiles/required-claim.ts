import { err, ok, type Result } from '../../base/result.ts';
import type { Denial } from '../../core/denial.ts';
import type { IssuerSettings } from '../issuer-settings.ts';
import { type JsonObject, member } from '../json-object.ts';
import { textClaim } from '../origin.ts';
import { tokenRefused } from '../refusal.ts';

/** What a profile demands of one claim. */
export interface ClaimShape {
  readonly claim: string;
  /** For people: `id of the project`. */
  readonly what: string;
  readonly shape: RegExp;
}

/** Every claim as text of its shape, by name; the first that is not refuses the token. Names claims, never their values. */
export function requiredClaims<const Name extends string>(
  claims: JsonObject,
  entry: IssuerSettings,
  shapes: Readonly<Record<Name, ClaimShape>>,
  hint: string,
): Result<Readonly<Record<Name, string>>, Denial> {
  const found: Partial<Record<Name, string>> = {};
  for (const name of Object.keys(shapes) as Name[]) {
    const { claim, what, shape } = shapes[name];
    const value = textClaim(claims, claim);
    if (value === null || !shape.test(value)) {
      return err(
        tokenRefused(`the token has no ${what} (${claim}), which issuer ${JSON.stringify(entry.id)} must state`, hint),
      );
    }
    found[name] = value;
  }
  return ok(found as Record<Name, string>);
}

/** Null unless somebody acts with the token for somebody else: nothing that a platform vouches for does that. */
export function refuseActor(claims: JsonObject, who: string): Denial | null {
  return member(claims, 'act') === undefined
    ? null
    : tokenRefused(`${who} acts for nobody, but the token names an actor (act)`);
}

/** Decimal digits of ASCII alone. */
export const digits = /^\d{1,20}$/;
/** A UUID in small letters, as platforms print them. */
export const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
