import { err, ok, type Result } from '../../base/result.ts';
import type { Denial } from '../../core/denial.ts';
import { unknownOrigin } from '../../core/principal.ts';
import type { IssuerSettings } from '../issuer-settings.ts';
import { type JsonObject, member } from '../json-object.ts';
import { textClaim } from '../origin.ts';
import { tokenRefused } from '../refusal.ts';
import type { ClaimedIdentity } from './claimed-identity.ts';
import { isOfMachine } from './machine-marks.ts';

/**
 * A person. Only people approve, so what a machine could present is refused: a token that someone else acts with (`act`), and
 * one that a client got for itself (RFC 9068, 2.2: its subject is the client).
 */
export function peopleIdentity(claims: JsonObject, entry: IssuerSettings): Result<ClaimedIdentity, Denial> {
  const key = textClaim(claims, 'sub');
  if (key === null)
    return err(
      tokenRefused(`the token has no subject (sub), which names the people of issuer ${JSON.stringify(entry.id)}`),
    );
  if (member(claims, 'act') !== undefined) {
    return err(tokenRefused('the token is used by someone who acts for a person (act), not by the person', personHint));
  }
  if (isOfMachine(claims)) {
    return err(tokenRefused('the token was issued to an application or a job, not to a person', personHint));
  }
  const display = textClaim(claims, 'name') ?? textClaim(claims, 'preferred_username') ?? key;
  return ok({ kind: 'user', key, display, nature: 'person', origin: unknownOrigin, onBehalfOf: null });
}

const personHint = 'log in as yourself and present that token';
