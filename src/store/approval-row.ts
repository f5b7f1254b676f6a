import { Type } from 'typebox';
import type { ApprovalRequest } from '../approvals/approval-request.ts';
import type { ApprovalId, ConnectionName, GrantId, SessionId, StatementId } from '../core/ids.ts';
import { type Origin, type PrincipalId, unknownOrigin } from '../core/principal.ts';
import { id, malformed, moment, nullable, oneOf, parseContent, record, text, texts } from './row-shape.ts';
import type { ApprovalColumns } from './state-tables.ts';

/** A request as it is kept. */
export function approvalRow({ sealed, ...request }: ApprovalRequest): ApprovalColumns {
  return {
    id: request.id,
    state: request.state,
    instance: request.instance,
    principal: request.requester.id,
    connection: request.connection,
    digest: request.binding.digest,
    fingerprint: request.binding.fingerprint,
    created_at: request.createdAt,
    expires_at: request.expiresAt,
    sealed: sealed?.toString('base64') ?? null,
    content: JSON.stringify(request),
  };
}

/** Throws a `StateFault` where the row is none of ours. */
export function parseApprovalRow(row: ApprovalColumns): ApprovalRequest {
  const request = parseContent(shape, 'approvals', row.content);
  // What was searched by must be what is answered.
  if (request.id !== row.id || request.state !== row.state) throw malformed('approvals');
  return { ...request, sealed: row.sealed === null ? null : Buffer.from(row.sealed, 'base64') };
}

export const bindingShape = record({
  digest: text,
  fingerprint: text,
  tables: texts,
  run: nullable(text),
  policies: text,
});

/** Every field that this version knows. */
export const originShape = Type.Unsafe<Origin>(
  Type.Object(Object.fromEntries(Object.keys(unknownOrigin).map((key) => [key, text]))),
);

export const scopeShape = oneOf('once', 'session', 'run', 'window');

const shape = record({
  id: id<ApprovalId>(),
  state: oneOf('pending', 'approved', 'denied', 'expired', 'withdrawn', 'used', 'revoked'),
  instance: text,
  waits: Type.Boolean(),
  subject: oneOf('connect', 'statement'),
  requester: record({
    id: id<PrincipalId>(),
    kind: oneOf('workload', 'user'),
    display: text,
    groups: texts,
    nature: text,
    origin: originShape,
    onBehalfOf: nullable(id<PrincipalId>()),
    owner: nullable(text),
  }),
  connection: id<ConnectionName>(),
  session: id<SessionId>(),
  statement: id<StatementId>(),
  binding: bindingShape,
  shown: record({
    verb: text,
    text,
    parameters: texts,
    tables: texts,
    columns: texts,
    classes: texts,
    estimatedRows: nullable(text),
  }),
  terms: record({
    needs: Type.Array(
      record({
        access: text,
        policies: Type.Array(record({ id: text, description: text })),
        groups: texts,
        quorum: Type.Integer({ minimum: 1 }),
      }),
    ),
    scope: scopeShape,
    ttlMs: Type.Number(),
  }),
  reason: nullable(text),
  purpose: nullable(text),
  ticket: nullable(text),
  decisions: Type.Array(
    record({
      by: id<PrincipalId>(),
      groups: texts,
      verdict: oneOf('approve', 'deny'),
      rationale: text,
      at: moment,
    }),
  ),
  grant: nullable(id<GrantId>()),
  createdAt: moment,
  expiresAt: moment,
  decidedAt: nullable(moment),
});
