import { Type } from 'typebox';
import type { Grant } from '../approvals/grant.ts';
import type { ApprovalId, ConnectionName, GrantId, SessionId } from '../core/ids.ts';
import type { PrincipalId } from '../core/principal.ts';
import { bindingShape, scopeShape } from './approval-row.ts';
import { id, malformed, moment, nullable, oneOf, parseContent, record, text } from './row-shape.ts';
import type { GrantColumns } from './state-tables.ts';

/** A grant as it is kept. */
export function grantRow(grant: Grant): GrantColumns {
  return {
    id: grant.id,
    state: grant.state,
    kind: grant.kind.kind,
    principal: grant.principal,
    connection: grant.connection,
    granted_at: grant.grantedAt,
    expires_at: grant.expiresAt,
    content: JSON.stringify(grant),
  };
}

/** Throws a `StateFault` where the row is none of ours. */
export function parseGrantRow(row: GrantColumns): Grant {
  const grant = parseContent(shape, 'grants', row.content);
  // What was searched by must be what is answered.
  if (grant.id !== row.id || grant.state !== row.state) throw malformed('grants');
  return grant;
}

const shape = record({
  id: id<GrantId>(),
  state: oneOf('active', 'used', 'expired', 'revoked', 'completed'),
  kind: Type.Union([
    record({
      kind: Type.Literal('approval'),
      approval: id<ApprovalId>(),
      subject: oneOf('connect', 'statement'),
      scope: scopeShape,
      session: id<SessionId>(),
      binding: bindingShape,
    }),
    record({
      kind: Type.Literal('break-glass'),
      rationale: text,
      review: nullable(record({ by: id<PrincipalId>(), at: moment, findings: text })),
    }),
  ]),
  principal: id<PrincipalId>(),
  connection: id<ConnectionName>(),
  by: Type.Array(id<PrincipalId>()),
  grantedAt: moment,
  expiresAt: moment,
  uses: Type.Integer({ minimum: 0 }),
  lastSeenAt: nullable(moment),
  endedAt: nullable(moment),
  revokedBy: nullable(id<PrincipalId>()),
});
