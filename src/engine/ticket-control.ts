import { addMilliseconds, type Instant, instant, rfc3339 } from '../base/clock.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Denial } from '../core/denial.ts';
import type { TicketId } from '../core/ids.ts';
import type { PrincipalId } from '../core/principal.ts';
import { clockSkew, maximumLifetime } from '../identity/check-times.ts';
import type { HeldTicket } from '../identity/tickets.ts';
import type { LedgerEvent } from '../ledger/event.ts';
import type { Control, TicketView } from './control.ts';
import type { EngineParts } from './engine-parts.ts';
import { exchange } from './exchange.ts';
import type { LiveSession } from './live-sessions.ts';
import { stored } from './shared-state.ts';
import { TicketPlaces } from './ticket-places.ts';

type Record = (event: LedgerEvent) => Promise<Result<null, Denial>>;

/** Tickets and the denylist, as the surfaces may ask for them. */
export function ticketControl(
  parts: EngineParts,
  record: Record,
): Pick<Control, 'exchange' | 'tickets' | 'ticket' | 'revokeTicket' | 'deniedTokens' | 'denyToken'> {
  const places = new TicketPlaces();
  return {
    exchange: (request) => exchange(parts, places, request),
    tickets() {
      const opened = parts.sessions.all().filter(({ proven }) => proven.presented.kind === 'ticket');
      const live = Map.groupBy(opened, ({ proven }) => proven.presented.tokenId);
      return parts.tickets.all().map((held) => ticketView(parts, held, live.get(held.ticket.id)?.length ?? 0));
    },
    ticket(id) {
      const held = parts.tickets.find(id);
      return held === null ? null : ticketView(parts, held, parts.sessions.all().filter(openedWith(id)).length);
    },
    revokeTicket: (id, by) => revokeTicket(parts, id, by, record),
    deniedTokens: () =>
      parts.denylist
        .denied()
        .map(({ tokenId, by, at, until }) => ({ id: tokenId, by, at: rfc3339(at), until: rfc3339(until) })),
    denyToken: (id, by) => denyToken(parts, id, by, record),
  };
}

async function revokeTicket(
  parts: EngineParts,
  id: TicketId,
  by: PrincipalId,
  record: Record,
): ReturnType<Control['revokeTicket']> {
  const held = parts.tickets.find(id);
  if (held === null) return err({ code: 'not_found', message: 'there is no ticket of this id' });
  const opened = openedWith(id);
  const recorded = await record({
    type: 'ticket.revoked',
    ticket: id,
    principal: held.ticket.principal.id,
    by,
    sessions: parts.sessions.all().filter(opened).length,
  });
  if (!recorded.ok) return recorded;
  const storing = stored(parts.tickets.revoke(id, by, parts.clock.now()));
  const sessions = end(parts, opened, {
    code: 'session_ended',
    message: `ticket ${id} was revoked`,
    hint: 'exchange a token for a fresh ticket at /oauth/token',
  });
  const kept = await storing;
  return kept.ok ? ok({ sessions }) : kept;
}

async function denyToken(
  parts: EngineParts,
  id: string,
  by: PrincipalId,
  record: Record,
): ReturnType<Control['denyToken']> {
  const now = parts.clock.now();
  const until = longestLife(now);
  const restsOn = ({ proven }: LiveSession) => proven.sources.some(({ tokenId }) => tokenId === id);
  const recorded = await record({
    type: 'token.denied',
    token: id,
    by,
    until: rfc3339(until),
    sessions: parts.sessions.all().filter(restsOn).length,
  });
  if (!recorded.ok) return recorded;
  const storing = stored(parts.denylist.deny({ tokenId: id, by, at: now, until }));
  const sessions = end(parts, restsOn, {
    code: 'session_ended',
    message: 'the token of this session was denied by an operator',
    hint: 'ask them why before requesting a fresh one',
  });
  const kept = await storing;
  return kept.ok ? ok({ sessions, until: rfc3339(until) }) : kept;
}

function end(parts: EngineParts, whose: (session: LiveSession) => boolean, denial: Denial): number {
  const live = parts.sessions.all().filter(whose);
  for (const session of live) session.terminate(denial);
  return live.length;
}

/** No token that is good now is good after this: none lives longer, and clocks differ by no more. */
function longestLife(now: Instant): Instant {
  return instant(addMilliseconds(now, (maximumLifetime + 3 * clockSkew) * 1000));
}

/** A token may say of itself (jti) what looks like the id of a ticket. */
function openedWith(id: TicketId): (session: LiveSession) => boolean {
  return ({ proven: { presented } }) => presented.kind === 'ticket' && presented.tokenId === id;
}

function ticketView(parts: EngineParts, { ticket, revoked }: HeldTicket, liveSessions: number): TicketView {
  const { id, principal, connection, sources, issuedAt, expiresAt } = ticket;
  const over = expiresAt <= parts.clock.now();
  return {
    id,
    state: revoked !== null ? 'revoked' : over ? 'expired' : 'live',
    principal: principal.id,
    onBehalfOf: principal.onBehalfOf,
    connection,
    tokens: sources.map(({ tokenId }) => tokenId),
    issuedAt: rfc3339(issuedAt),
    expiresAt: rfc3339(expiresAt),
    revokedBy: revoked?.by ?? null,
    liveSessions,
  };
}
