import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import type { ApprovalState } from '../../approvals/approval-request.ts';
import { type ApprovalId, isApprovalId } from '../../core/ids.ts';
import type { ApprovalDetail, ApprovalView, Control, RevealedStatement } from '../../engine/control.ts';
import { personOf } from '../access.ts';
import { filtersOf, idParams, listFilters, noApproval, rationaleText } from '../approval-inputs.ts';
import { refuse } from '../refuse.ts';
import { approvalSchemas, approvalStates } from '../schema/approval.ts';
import { listOf, one, oneOf } from '../schema/named.ts';
import { type Answers, describe } from './route-schema.ts';

/** What waits for people, and what became of it. */
export function addApprovalRoutes(api: FastifyInstance, control: Control): void {
  api.get<Answers<readonly ApprovalView[]> & { readonly Querystring: Static<typeof listQuery> }>(
    '/api/v1/approvals',
    {
      config: { right: 'read' },
      schema: {
        ...describe({
          operationId: 'listApprovals',
          tag: 'approvals',
          summary: 'Requests for an approval, newest first.',
          good: listOf(approvalSchemas.approval),
        }),
        querystring: listQuery,
      },
    },
    async (request, reply) => {
      const filters = filtersOf(request.query);
      if (filters === null) return [];
      const state = (request.query.state ?? null) as ApprovalState | null;
      const listed = await control.approvals({ ...filters, state });
      return listed.ok ? listed.value : refuse(reply, listed.error);
    },
  );

  api.get<Answers<ApprovalDetail> & ById>(
    '/api/v1/approvals/:id',
    {
      config: { right: 'read' },
      schema: {
        ...describe({
          operationId: 'getApproval',
          tag: 'approvals',
          summary: 'One request, with earlier ones for the same statement shape.',
          good: one(approvalSchemas.approvalDetail),
        }),
        params: idParams,
      },
    },
    async (request, reply) => {
      const id = idOf(request.params);
      if (id === null) return refuse(reply, noApproval);
      const found = await control.approval(id);
      if (!found.ok) return refuse(reply, found.error);
      return found.value ?? refuse(reply, noApproval);
    },
  );

  for (const verdict of ['approve', 'deny'] as const) {
    api.post<Answers<ApprovalView> & ById & { readonly Body: Static<typeof decisionBody> }>(
      `/api/v1/approvals/:id/${verdict}`,
      {
        config: { right: 'decide', act: verdict },
        schema: {
          ...describe({ ...decisions[verdict], tag: 'approvals', good: one(approvalSchemas.approval) }),
          params: idParams,
          body: decisionBody,
        },
      },
      async (request, reply) => {
        const id = idOf(request.params);
        if (id === null) return refuse(reply, noApproval);
        const decided = await control.decideApproval(id, personOf(request), verdict, request.body.reason);
        return decided.ok ? decided.value : refuse(reply, decided.error);
      },
    );
  }

  api.post<Answers<RevealedStatement> & ById>(
    '/api/v1/approvals/:id/reveal',
    {
      config: { right: 'reveal', act: 'reveal' },
      schema: {
        ...describe({
          operationId: 'revealApproval',
          tag: 'approvals',
          summary: 'The statement and its parameters as they were sent; an entry says who looked.',
          good: one(approvalSchemas.revealed),
        }),
        params: idParams,
      },
    },
    async (request, reply) => {
      const id = idOf(request.params);
      if (id === null) return refuse(reply, noApproval);
      const revealed = await control.revealApproval(id, personOf(request));
      return revealed.ok ? revealed.value : refuse(reply, revealed.error);
    },
  );
}

function idOf({ id }: Static<typeof idParams>): ApprovalId | null {
  return isApprovalId(id) ? id : null;
}

interface ById {
  readonly Params: Static<typeof idParams>;
}

const decisions = {
  approve: { operationId: 'approveApproval', summary: 'Approves a request, as one of those who are needed.' },
  deny: { operationId: 'denyApproval', summary: 'Denies a request; one denial ends it.' },
} as const;

const listQuery = Type.Object(
  { state: Type.Optional(oneOf(...approvalStates)), ...listFilters },
  { additionalProperties: false },
);

const decisionBody = Type.Object(
  { reason: rationaleText('Why; kept with the decision.') },
  { additionalProperties: false },
);
