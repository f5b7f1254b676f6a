import { err, ok, type Result } from '../base/result.ts';
import type { Principal } from '../core/principal.ts';
import type { AuthenticatedToken } from './authenticated.ts';

/** Ids of two issuer entries whose tokens may be presented together, and nothing else may. */
export interface ExchangePair {
  readonly subject: string;
  readonly actor: string;
}

/**
 * Whom two verified tokens make together (RFC 8693, 1.1). A workload with the token of its CI job stays who it is, and the origin
 * is the job's. A person with the token of a workload: the workload acts for that person. The error is a sentence.
 */
export function exchangedPrincipal(
  subject: AuthenticatedToken,
  actor: AuthenticatedToken | null,
  pairs: readonly ExchangePair[],
): Result<Principal, string> {
  if (actor === null) return ok(subject.principal);
  const listed = isListed(pairs, subject.principal.issuer, actor.principal.issuer);
  const both = `a token of issuer "${subject.principal.issuer}" as subject and one of "${actor.principal.issuer}" as actor`;
  if (actor.principal.kind !== 'workload') return err('the actor is a person; only workloads act for somebody');
  if (actor.principal.onBehalfOf !== null)
    return err('the token of the actor acts for a person already; present one that is of the actor alone');
  if (subject.principal.kind === 'user') {
    if (!listed && !mayAct(subject, actor)) {
      return err(
        `${both} are not exchanged: the person's token does not name the actor (may_act), nor does identity.exchange list the two`,
      );
    }
    return ok({ ...actor.principal, nature: 'agent', onBehalfOf: subject.principal.id });
  }
  if (!listed) return err(`${both} are not exchanged: identity.exchange does not list the two`);
  if (actor.principal.nature !== 'ci-job') {
    return err('the actor beside a workload is the CI job that it runs in, and this token is of no CI job');
  }
  return ok({ ...subject.principal, origin: actor.principal.origin });
}

/** True where two tokens that made a principal together may do so only while `identity.exchange` lists their issuers. */
export function restsOnPair(subject: AuthenticatedToken, actor: AuthenticatedToken): boolean {
  return subject.principal.kind !== 'user' || !mayAct(subject, actor);
}

/** True where the configuration lists the two issuers, in this order. */
export function isListed(pairs: readonly ExchangePair[], subject: string, actor: string): boolean {
  return pairs.some((pair) => pair.subject === subject && pair.actor === actor);
}

/** The person's token names the actor by the issuer and subject of its token (RFC 8693, 4.4). */
function mayAct(subject: AuthenticatedToken, actor: AuthenticatedToken): boolean {
  const named = subject.party.mayAct;
  return named !== null && named.issuer === actor.party.issuer && named.subject === actor.party.subject;
}
