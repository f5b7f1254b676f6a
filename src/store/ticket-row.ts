import { Type } from 'typebox';
import { type Instant, instant } from '../base/clock.ts';
import type { ConnectionName, TicketId } from '../core/ids.ts';
import type { PrincipalId } from '../core/principal.ts';
import type { Ticket } from '../identity/ticket.ts';
import type { DeniedToken, HeldTicket } from '../identity/tickets.ts';
import { originShape } from './approval-row.ts';
import { id, malformed, moment, nullable, oneOf, parseContent, record, text, texts } from './row-shape.ts';
import type { DeniedTokenColumns, TicketColumns } from './state-tables.ts';

/** A ticket as it is kept: everything but its secret, which Sluice does not have. */
export function ticketRow(ticket: Ticket, revoked: HeldTicket['revoked']): TicketColumns {
  const { salt, iterations, storedKey, serverKey } = ticket.verifier;
  const verifier = {
    salt: salt.toString('base64'),
    iterations,
    storedKey: storedKey.toString('base64'),
    serverKey: serverKey.toString('base64'),
  };
  return {
    id: ticket.id,
    ticket: JSON.stringify({ ...ticket, verifier }),
    expires_at: ticket.expiresAt,
    revoked_by: revoked?.by ?? null,
    revoked_at: revoked?.at ?? null,
  };
}

/** Throws a `StateFault` where the row is none of ours. */
export function parseTicketRow(row: Omit<TicketColumns, 'expires_at'>): HeldTicket {
  const kept = parseContent(shape, 'tickets', row.ticket);
  if (kept.id !== row.id) throw malformed('tickets');
  const { salt, iterations, storedKey, serverKey } = kept.verifier;
  const verifier = {
    salt: Buffer.from(salt, 'base64'),
    iterations,
    storedKey: Buffer.from(storedKey, 'base64'),
    serverKey: Buffer.from(serverKey, 'base64'),
  };
  const { revoked_by: by, revoked_at: at } = row;
  const revoked = by === null ? null : { by: by as PrincipalId, at: instant(at ?? 0) };
  return { ticket: { ...kept, verifier }, revoked };
}

export function deniedRow({ tokenId, by, at, until }: DeniedToken): DeniedTokenColumns {
  return { id: tokenId, by, at, until };
}

export function parseDeniedRow({ id: tokenId, by, at, until }: DeniedTokenColumns): DeniedToken {
  return { tokenId, by: by as PrincipalId, at: at as Instant, until: until as Instant };
}

const shape = record({
  id: id<TicketId>(),
  principal: record({
    id: id<PrincipalId>(),
    kind: oneOf('workload', 'user'),
    display: text,
    issuer: text,
    groups: texts,
    nature: oneOf('ci-job', 'service', 'agent', 'managed-identity', 'person', 'unknown'),
    origin: originShape,
    onBehalfOf: nullable(id<PrincipalId>()),
  }),
  sources: Type.Array(
    record({
      tokenId: text,
      principal: id<PrincipalId>(),
      kind: oneOf('workload', 'user'),
      issuer: text,
      entry: text,
      beside: nullable(text),
      algorithm: text,
      keyId: nullable(text),
      key: text,
    }),
    // A ticket that rests on no token could never be taken back.
    { minItems: 1 },
  ),
  connection: nullable(id<ConnectionName>()),
  authenticatedAt: nullable(moment),
  verifier: record({ salt: text, iterations: Type.Integer({ minimum: 1 }), storedKey: text, serverKey: text }),
  issuedAt: moment,
  expiresAt: moment,
});
