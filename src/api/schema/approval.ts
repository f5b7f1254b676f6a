import { Type } from 'typebox';
import type { ApprovalDetail, ApprovalView, RevealedStatement } from '../../engine/control.ts';
import { listOf, moment, nullable, one, oneOf, shape } from './named.ts';
import { sessionSchemas } from './session.ts';

export const approvalStates = ['pending', 'approved', 'denied', 'expired', 'withdrawn', 'used', 'revoked'] as const;
export const scopes = ['once', 'session', 'run', 'window'] as const;

const asking = shape<ApprovalView['policies'][number]>('AskingPolicy', {
  id: Type.String(),
  description: Type.String(),
});

const quorum = shape<ApprovalView['quorum'][number]>('Quorum', {
  access: Type.String({ description: 'What needs it, as in `update on public.patients`.' }),
  groups: Type.Array(Type.String(), { description: 'Members of any of these may approve.' }),
  needed: Type.Integer({ minimum: 1, description: 'Distinct people.' }),
  given: Type.Integer({ minimum: 0 }),
});

const decision = shape<ApprovalView['decisions'][number]>('ApprovalDecision', {
  by: Type.String(),
  verdict: oneOf('approve', 'deny'),
  rationale: Type.String(),
  at: moment('When it was decided.'),
});

const properties = {
  id: Type.String({ description: '`apr_` and a UUIDv7.' }),
  state: oneOf(...approvalStates),
  subject: oneOf('connect', 'statement'),
  principal: Type.String(),
  display: Type.String({ description: 'For people to read; identifies nobody.' }),
  owner: nullable(Type.String({ description: 'Of the inventory of workloads.' })),
  onBehalfOf: nullable(Type.String({ description: 'The person an agent acts for.' })),
  origin: one(sessionSchemas.origin),
  connection: Type.String(),
  session: Type.String(),
  verb: Type.String(),
  statement: Type.String({ description: 'As it was sent, protected literals named by class: `‹ssn›`.' }),
  parameters: Type.Array(Type.String(), { description: 'In order, in the same form.' }),
  tables: Type.Array(Type.String()),
  columns: Type.Array(Type.String()),
  classes: Type.Array(Type.String(), { description: 'Of the protected columns that it touches.' }),
  estimatedRows: nullable(Type.String({ description: 'What the target expects; a decimal.' })),
  policies: listOf(asking),
  groups: Type.Array(Type.String()),
  reason: nullable(Type.String({ description: 'As the session states it.' })),
  purpose: nullable(Type.String({ description: 'As the session states it.' })),
  ticket: nullable(Type.String({ description: 'As the session states it.' })),
  quorum: listOf(quorum),
  scope: oneOf(...scopes),
  covers: Type.String({ description: 'What a grant would cover, in a sentence.' }),
  decisions: listOf(decision),
  waits: Type.Boolean({ description: 'A client waits on the wire for it.' }),
  grant: nullable(Type.String()),
  link: Type.String({ description: 'Where a person decides.' }),
  createdAt: moment('When it was asked.'),
  expiresAt: moment('Undecided, it is over by then.'),
  decidedAt: nullable(moment('When it left `pending`.')),
};

const approval = shape<ApprovalView>('Approval', properties);

const similar = shape<ApprovalDetail['similar'][number]>('SimilarApproval', {
  id: Type.String(),
  state: oneOf(...approvalStates),
  createdAt: moment('When it was asked.'),
  decidedBy: Type.Array(Type.String()),
});

const approvalDetail = shape<ApprovalDetail>('ApprovalDetail', { ...properties, similar: listOf(similar) });

const revealed = shape<RevealedStatement>('RevealedStatement', {
  id: Type.String(),
  statement: Type.String({ description: 'As it was sent.' }),
  parameters: Type.Array(nullable(Type.String()), { description: 'Null: SQL NULL. Binary ones in hexadecimal.' }),
});

export const approvalSchemas = { asking, quorum, decision, approval, similar, approvalDetail, revealed };
