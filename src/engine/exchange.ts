import { rfc3339 } from '../base/clock.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Denial } from '../core/denial.ts';
import { newTicketId } from '../core/ids.ts';
import type { ClientAddress } from '../core/judge.ts';
import type { AuthenticatedToken } from '../identity/authenticated.ts';
import { exchangedPrincipal, restsOnPair } from '../identity/exchange.ts';
import { looksLikeTicket, newTicket, type TicketGrant } from '../identity/ticket.ts';
import type { TokenSource } from '../identity/token-source.ts';
import type { TicketIssued, TicketRefused } from '../ledger/event.ts';
import { barred } from './barred.ts';
import type { ExchangeRefusal, ExchangeRequest, IssuedTicket } from './control.ts';
import type { EngineParts } from './engine-parts.ts';
import { ledgerDenial } from './session-account.ts';
import { staleState, stored } from './shared-state.ts';
import { type TicketPlaces, ticketsPerPrincipal } from './ticket-places.ts';

/** Tokens for a ticket (RFC 8693). Issued or refused, it is in the ledger first. `places` are those of the gateway. */
export async function exchange(
  parts: EngineParts,
  places: TicketPlaces,
  request: ExchangeRequest,
): Promise<Result<IssuedTicket, ExchangeRefusal>> {
  const known: { principal: string | null; actor: string | null } = { principal: null, actor: null };
  const granted = await grant(parts, places, request, known);
  if (!granted.ok) {
    const { error, denial } = granted.error;
    const event: TicketRefused = { type: 'ticket.refused', error, code: denial.code, ...known, source: request.source };
    const fault = await recorded(parts, event);
    return err(fault === null ? granted.error : { error: 'temporarily_unavailable', denial: fault });
  }
  try {
    return await issue(parts, granted.value, request.source);
  } finally {
    places.release(granted.value.principal.id);
  }
}

interface Grant extends TicketGrant {
  readonly tokens: TicketIssued['tokens'];
}

/** Who is granted a ticket has taken a place for it. */
async function grant(
  parts: EngineParts,
  places: TicketPlaces,
  { subjectToken, actorToken, connection }: ExchangeRequest,
  known: { principal: string | null; actor: string | null },
): Promise<Result<Grant, ExchangeRefusal>> {
  const standing = parts.standing();
  if (parts.draining()) return refused('temporarily_unavailable', draining);
  const stale = staleState(parts);
  if (stale !== null) return refused('temporarily_unavailable', stale);
  const subject = await accepted(parts, 'subject', subjectToken);
  if (!subject.ok) return subject;
  known.principal = subject.value.principal.id;
  const actor = actorToken === null ? ok(null) : await accepted(parts, 'actor', actorToken);
  if (!actor.ok) return actor;
  known.actor = actor.value?.principal.id ?? null;
  const principal = exchangedPrincipal(subject.value, actor.value, standing.exchange);
  if (!principal.ok) return refused('invalid_request', { code: 'token_refused', message: principal.error });
  const target = connection === null ? null : (standing.connections.get(connection)?.name ?? undefined);
  if (target === undefined) {
    return refused('invalid_target', {
      code: 'connection_unknown',
      message: 'there is no connection of this name',
      hint: 'audience names the one connection that the ticket opens; leave it out for any',
    });
  }
  const now = parts.clock.now();
  const live = parts.tickets
    .of(principal.value.id)
    .filter(({ ticket, revoked }) => revoked === null && ticket.expiresAt > now);
  parts.principals.seen(principal.value, now);
  if (!places.take(principal.value.id, live.length)) {
    return refused('invalid_request', {
      code: 'limit_exceeded',
      message: `this principal already holds ${ticketsPerPrincipal} tickets (ticketsPerPrincipal)`,
      hint: 'use one ticket for many sessions',
    });
  }
  const acting = actor.value === null ? [] : [{ role: 'actor' as const, token: actor.value }];
  const tokens = [{ role: 'subject' as const, token: subject.value }, ...acting];
  return ok({
    principal: principal.value,
    sources: sourcesOf(subject.value, actor.value),
    connection: target,
    authenticatedAt: subject.value.presented.authenticatedAt,
    tokens: tokens.map(({ role, token }) => ({
      role,
      issuer: token.principal.issuer,
      id: token.presented.tokenId,
    })),
  });
}

function sourcesOf(subject: AuthenticatedToken, actor: AuthenticatedToken | null): readonly TokenSource[] {
  if (actor === null) return subject.sources;
  const beside = restsOnPair(subject, actor) ? subject.principal.issuer : null;
  return [...subject.sources, ...actor.sources.map((source) => ({ ...source, beside }))];
}

/** One of the two tokens, verified, of somebody who may come in. */
async function accepted(
  parts: EngineParts,
  role: 'subject' | 'actor',
  text: string,
): Promise<Result<AuthenticatedToken, ExchangeRefusal>> {
  if (looksLikeTicket(text)) {
    return refused('invalid_request', {
      code: 'token_refused',
      message: `the ${role}_token is a ticket, and tickets are not exchanged for tickets`,
      hint: 'present the token of the issuer',
    });
  }
  const authenticated = await parts.standing().authenticator.authenticate(text);
  const denial = authenticated.ok ? barred(parts, authenticated.value) : authenticated.error;
  if (authenticated.ok && denial === null) return authenticated;
  const said = denial ?? draining;
  const unavailable = said.code === 'issuer_unavailable';
  // RFC 8693, 2.2.2: a token that is invalid or not acceptable is an invalid request, never an invalid grant.
  return refused(unavailable ? 'temporarily_unavailable' : 'invalid_request', {
    ...said,
    message: `${role}_token: ${said.message}`,
  });
}

async function issue(
  parts: EngineParts,
  grant: Grant,
  source: ClientAddress,
): Promise<Result<IssuedTicket, ExchangeRefusal>> {
  const { principal, sources, connection, authenticatedAt, tokens } = grant;
  const lifetimeMs = parts.standing().ticketLifetimeMs;
  const { ticket, text } = await newTicket(
    newTicketId(parts.clock),
    { principal, sources, connection, authenticatedAt },
    parts.clock.now(),
    lifetimeMs,
  );
  const fault = await recorded(parts, {
    type: 'ticket.issued',
    ticket: ticket.id,
    principal: principal.id,
    onBehalfOf: principal.onBehalfOf,
    groups: principal.groups,
    origin: principal.origin,
    connection,
    tokens,
    expiresAt: rfc3339(ticket.expiresAt),
    source,
  });
  if (fault !== null) return refused('temporarily_unavailable', fault);
  const kept = await stored(parts.tickets.add(ticket));
  if (!kept.ok) return refused('temporarily_unavailable', kept.error);
  return ok({ id: ticket.id, text, expiresInSeconds: Math.floor(lifetimeMs / 1000) });
}

function recorded(parts: EngineParts, event: TicketIssued | TicketRefused): Promise<Denial | null> {
  return new Promise((resolve) => {
    parts.journal.append(event, (fault) => resolve(fault === null ? null : ledgerDenial(fault)));
  });
}

function refused(error: ExchangeRefusal['error'], denial: Denial): Result<never, ExchangeRefusal> {
  return err({ error, denial });
}

const draining: Denial = {
  code: 'draining',
  message: 'the gateway is shutting down',
  hint: 'ask again in a moment',
};
