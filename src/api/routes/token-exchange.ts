import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';
import type { Denial } from '../../core/denial.ts';
import type { Control } from '../../engine/control.ts';
import { errorHandler } from '../error-handling.ts';
import { type ExchangeForm, parseExchangeForm, ticketTokenType } from '../exchange-form.ts';
import { one } from '../schema/named.ts';
import { type OauthError, type TokenExchanged, ticketSchemas } from '../schema/ticket.ts';
import { describe } from './route-schema.ts';

/** Tokens for a ticket (RFC 8693). The tokens in the body are who asks: there is no other login, and no client is registered. */
export function addTokenExchangeRoute(api: FastifyInstance, control: Control): void {
  api.register(async (scope: FastifyInstance) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
      done(null, [...new URLSearchParams(String(body))]);
    });
    scope.setErrorHandler(asOauthError);
    const described = describe({
      operationId: 'exchangeToken',
      tag: 'tickets',
      summary: 'Exchanges a token, or two, for a ticket (RFC 8693).',
      good: one(ticketSchemas.tokenExchanged),
    });
    const oauthError = Type.Union([described.response['4xx'], one(ticketSchemas.oauthError)]);
    scope.post<{ readonly Reply: TokenExchanged | OauthError; readonly Body: unknown }>(
      '/oauth/token',
      {
        config: { right: 'public' },
        bodyLimit,
        schema: { ...described, response: { ...described.response, '4xx': oauthError, '5xx': oauthError } },
      },
      async (request, reply) => {
        // RFC 6749, 5.1.
        reply.header('pragma', 'no-cache');
        const form = parseExchangeForm(request.body);
        if (!form.ok) return refuse(reply, form.error.error, form.error.description);
        return exchanged(control, form.value, request, reply);
      },
    );
  });
}

async function exchanged(
  control: Control,
  form: ExchangeForm,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<TokenExchanged | OauthError> {
  const outcome = await control.exchange({
    subjectToken: form.subjectToken,
    actorToken: form.actorToken,
    connection: form.connection,
    source: { address: request.ip, port: request.socket.remotePort ?? 0, tls: false },
  });
  if (!outcome.ok) return refuse(reply, outcome.error.error, sentence(outcome.error.denial));
  const { id, text, expiresInSeconds } = outcome.value;
  return {
    access_token: text,
    issued_token_type: form.requestedType ?? ticketTokenType,
    token_type: 'N_A',
    expires_in: expiresInSeconds,
    ticket_id: id,
  };
}

function refuse(reply: FastifyReply, error: string, description: string): OauthError {
  const status = error === 'temporarily_unavailable' ? 503 : error === 'invalid_client' ? 401 : 400;
  reply.code(status);
  return { error, error_description: described(description) };
}

function sentence({ message, hint }: Denial): string {
  return hint === undefined ? message : `${message}; ${hint}`;
}

/** RFC 6749, 5.2: printable ASCII without the double quote and the backslash. */
function described(text: string): string {
  return text.replaceAll('"', "'").replace(/[^\x20-\x5b\x5d-\x7e]/g, '?');
}

/** What fastify refuses by itself: another content type, a body that is too large. */
function asOauthError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): unknown {
  if (error.statusCode === undefined || error.statusCode >= 500) return errorHandler(error, request, reply);
  const tooLarge = error.code === 'FST_ERR_CTP_BODY_TOO_LARGE';
  const why = tooLarge ? `it is larger than ${bodyLimit} bytes` : 'send application/x-www-form-urlencoded';
  return reply.code(400).send({ error: 'invalid_request', error_description: `the body cannot be read: ${why}` });
}

/** Two tokens of 64 KiB, percent-encoded here and there. */
const bodyLimit = 256 * 1024;
