import { Type } from 'typebox';
import type { DeniedTokenView, TicketView } from '../../engine/control.ts';
import { moment, nullable, oneOf, shape } from './named.ts';

const ticket = shape<TicketView>('Ticket', {
  id: Type.String({ description: '`tkt_` and a UUIDv7. The secret is shown once, where the ticket is issued.' }),
  state: oneOf('live', 'expired', 'revoked'),
  principal: Type.String(),
  onBehalfOf: nullable(Type.String({ description: 'The person an agent acts for.' })),
  connection: nullable(Type.String({ description: 'The one connection that it opens; null: any.' })),
  tokens: Type.Array(Type.String(), { description: 'Ids of the tokens it was exchanged for.' }),
  issuedAt: moment('When it was issued.'),
  expiresAt: moment('From then on it opens nothing.'),
  revokedBy: nullable(Type.String()),
  liveSessions: Type.Integer({ minimum: 0 }),
});

/** The answer to a revocation. */
export interface TicketRevocation {
  readonly id: string;
  readonly revoked: true;
  readonly endedSessions: number;
}

const ticketRevocation = shape<TicketRevocation>('TicketRevocation', {
  id: Type.String(),
  revoked: Type.Literal(true),
  endedSessions: Type.Integer({ minimum: 0, description: 'Live sessions that end within a second.' }),
});

const deniedToken = shape<DeniedTokenView>('DeniedToken', {
  id: Type.String({ description: '`jti`, `uti`, or `sha256:` and the digest of the token.' }),
  by: Type.String(),
  at: moment('When it was denied.'),
  until: moment('By then the token has expired, and is forgotten.'),
});

/** The answer to a denial of a token. */
export interface TokenDenial {
  readonly id: string;
  readonly until: string;
  readonly endedSessions: number;
}

const tokenDenial = shape<TokenDenial>('TokenDenial', {
  id: Type.String(),
  until: moment('By then the token has expired, and is forgotten.'),
  endedSessions: Type.Integer({ minimum: 0, description: 'Live sessions that end within a second.' }),
});

/** The answer of an exchange (RFC 8693, 2.2.1). */
export interface TokenExchanged {
  readonly access_token: string;
  readonly issued_token_type: string;
  readonly token_type: 'N_A';
  readonly expires_in: number;
  readonly ticket_id: string;
}

const tokenExchanged = shape<TokenExchanged>('TokenExchanged', {
  access_token: Type.String({ description: 'The ticket, `slt_<id>.<secret>`. It is not shown again.' }),
  issued_token_type: Type.String(),
  token_type: Type.Literal('N_A', { description: 'It is a password, not a bearer token.' }),
  expires_in: Type.Integer({ minimum: 1, description: 'Seconds.' }),
  ticket_id: Type.String({ description: 'The user name where the listener speaks SCRAM.' }),
});

/** A refused exchange (RFC 6749, 5.2). */
export interface OauthError {
  readonly error: string;
  readonly error_description: string;
}

const oauthError = shape<OauthError>('OauthError', {
  error: Type.String(),
  error_description: Type.String({ description: 'Why, and what to do.' }),
});

export const ticketSchemas = { ticket, ticketRevocation, deniedToken, tokenDenial, tokenExchanged, oauthError };
