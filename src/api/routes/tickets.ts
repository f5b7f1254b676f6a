import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import type { Denial } from '../../core/denial.ts';
import { isTicketId } from '../../core/ids.ts';
import type { Control, DeniedTokenView, TicketView } from '../../engine/control.ts';
import { tokenIdCharacters, tokenIdPattern } from '../../identity/token-id.ts';
import { callerHolds, callerOf } from '../access.ts';
import { refuse } from '../refuse.ts';
import { listOf, one } from '../schema/named.ts';
import { type TicketRevocation, type TokenDenial, ticketSchemas } from '../schema/ticket.ts';
import { type Answers, describe } from './route-schema.ts';

/** Tickets, and tokens that are refused before they expire. */
export function addTicketRoutes(api: FastifyInstance, control: Control): void {
  api.get<Answers<readonly TicketView[]>>(
    '/api/v1/tickets',
    {
      config: { right: 'principal' },
      schema: describe({
        operationId: 'listTickets',
        tag: 'tickets',
        summary: 'Tickets, live and expired within an hour: all for a reader, else those of the caller.',
        good: listOf(ticketSchemas.ticket),
      }),
    },
    async (request) => {
      const tickets = control.tickets();
      return callerHolds(request, 'read') ? tickets : tickets.filter((ticket) => isOf(ticket, callerOf(request)));
    },
  );

  api.post<Answers<TicketRevocation> & ById>(
    '/api/v1/tickets/:id/revoke',
    {
      config: { right: 'principal' },
      schema: {
        ...describe({
          operationId: 'revokeTicket',
          tag: 'tickets',
          summary: 'Refuses a ticket from now on and ends its live sessions within a second.',
          good: one(ticketSchemas.ticketRevocation),
        }),
        params: byId,
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const may = callerHolds(request, 'revoke');
      const ticket = isTicketId(id) ? control.ticket(id) : null;
      if (!may && (ticket === null || !isOf(ticket, callerOf(request)))) return refuse(reply, notYours);
      if (ticket === null) return refuse(reply, noTicket);
      const outcome = await control.revokeTicket(ticket.id, callerOf(request));
      if (!outcome.ok) return refuse(reply, outcome.error);
      return { id, revoked: true, endedSessions: outcome.value.sessions };
    },
  );

  api.get<Answers<readonly DeniedTokenView[]>>(
    '/api/v1/denylist',
    {
      config: { right: 'read' },
      schema: describe({
        operationId: 'listDeniedTokens',
        tag: 'tickets',
        summary: 'Tokens that are refused before they expire.',
        good: listOf(ticketSchemas.deniedToken),
      }),
    },
    async () => control.deniedTokens(),
  );

  api.post<Answers<TokenDenial> & { readonly Body: Static<typeof tokenId> }>(
    '/api/v1/denylist',
    {
      config: { right: 'revoke' },
      schema: {
        ...describe({
          operationId: 'denyToken',
          tag: 'tickets',
          summary: 'Refuses a token, and tickets it was exchanged for, and ends their live sessions within a second.',
          good: one(ticketSchemas.tokenDenial),
        }),
        body: tokenId,
      },
    },
    async (request, reply) => {
      const { id } = request.body;
      const outcome = await control.denyToken(id, callerOf(request));
      if (!outcome.ok) return refuse(reply, outcome.error);
      return { id, until: outcome.value.until, endedSessions: outcome.value.sessions };
    },
  );
}

/** Tickets of an agent are also those of the person it acts for. */
function isOf(ticket: TicketView, caller: TicketView['principal']): boolean {
  return ticket.principal === caller || ticket.onBehalfOf === caller;
}

interface ById {
  readonly Params: Static<typeof byId>;
}

const byId = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) }, { additionalProperties: false });

const tokenId = Type.Object(
  {
    id: Type.String({
      minLength: 1,
      maxLength: tokenIdCharacters,
      // What has a token or a ticket within is a secret: it would be written to the ledger.
      pattern: tokenIdPattern,
      description: '`jti`, `uti`, or `sha256:` and the digest of header and payload; never the token itself.',
    }),
  },
  { additionalProperties: false },
);

const notYours: Denial = {
  code: 'forbidden',
  message: 'this is no ticket of the caller',
  hint: 'approvers and admins revoke those of others',
};

const noTicket: Denial = {
  code: 'not_found',
  message: 'there is no ticket of this id',
  hint: '"sluice tickets list" shows them; one that expired more than an hour ago is forgotten',
};
