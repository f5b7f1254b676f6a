import { err, ok, type Result } from '../../base/result.ts';
import type { Denial } from '../../core/denial.ts';
import { type PrincipalId, principalId } from '../../core/principal.ts';
import type { IssuerSettings } from '../issuer-settings.ts';
import { isJsonObject, type JsonObject, member } from '../json-object.ts';
import { originOf, textClaim } from '../origin.ts';
import { tokenRefused } from '../refusal.ts';
import type { ClaimedIdentity } from './claimed-identity.ts';

/**
 * Any issuer: the configured claim is the key. With an `act` claim (RFC 8693, 4.1) the token is of a person and someone acts
 * for them: the actor is the workload, and the person is recorded beside it.
 */
export function genericIdentity(
  claims: JsonObject,
  entry: IssuerSettings,
  siblings: readonly IssuerSettings[],
): Result<ClaimedIdentity, Denial> {
  const stated = originOf(claims, 'unknown');
  if (!stated.ok) return stated;
  const origin = stated.value;
  const actor = member(claims, 'act');
  if (actor === undefined) {
    const key = textClaim(claims, entry.subject);
    if (key === null) return err(missingClaim(entry, entry.subject));
    const display = textClaim(claims, 'name') ?? key;
    return ok({ kind: 'workload', key, display, nature: 'service', origin, onBehalfOf: null });
  }
  if (!isJsonObject(actor)) return err(tokenRefused('the actor (act) of the token is not an object'));
  if (member(actor, 'act') !== undefined) {
    return err(
      tokenRefused(
        'the token names a chain of actors (act within act)',
        'present a token with one actor and one person',
      ),
    );
  }
  const key = textClaim(actor, 'sub');
  if (key === null) return err(tokenRefused('the actor (act) of the token has no subject (sub)'));
  const person = personOf(claims, entry, siblings);
  if (!person.ok) return person;
  const display = textClaim(actor, 'name') ?? key;
  return ok({ kind: 'workload', key, display, nature: 'agent', origin, onBehalfOf: person.value });
}

/** People are named as the entry for people of the same issuer names them, so that an approver is recognised as requester. */
function personOf(
  claims: JsonObject,
  entry: IssuerSettings,
  siblings: readonly IssuerSettings[],
): Result<PrincipalId, Denial> {
  const subject = textClaim(claims, 'sub');
  if (subject === null) return err(missingClaim(entry, 'sub'));
  const [people, another] = siblings.filter((sibling) => sibling.profile === 'people');
  if (people !== undefined && another !== undefined) {
    return err(
      tokenRefused(
        `the person that the actor acts for is ambiguous: ${JSON.stringify(people.id)} and ${JSON.stringify(another.id)} both name people of this issuer`,
        'the operator keeps one entry with profile people for the issuer',
      ),
    );
  }
  return ok(principalId((people ?? entry).id, subject));
}

function missingClaim(entry: IssuerSettings, claim: string): Denial {
  return tokenRefused(
    `the token has no usable claim ${JSON.stringify(claim)}, which names the principals of issuer ${JSON.stringify(entry.id)}`,
  );
}
