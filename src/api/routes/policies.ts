import type { FastifyInstance } from 'fastify';
import { parseConnectionName } from '../../core/ids.ts';
import type { PrincipalId } from '../../core/principal.ts';
import type { Control, Explanation, PolicyView } from '../../engine/control.ts';
import { refuse } from '../refuse.ts';
import { one } from '../schema/named.ts';
import { type ExplainBody, explainInput, policySchemas } from '../schema/policy.ts';
import { type Answers, describe } from './route-schema.ts';

/** The policies in force, and what they say of a statement. */
export function addPolicyRoutes(api: FastifyInstance, control: Control): void {
  api.get<Answers<PolicyView>>(
    '/api/v1/policies',
    {
      config: { right: 'read' },
      schema: describe({
        operationId: 'listPolicies',
        tag: 'policies',
        summary: 'The policies in force.',
        good: one(policySchemas.policySet),
      }),
    },
    async () => control.policies(),
  );

  api.post<Answers<Explanation> & ExplainBody>(
    '/api/v1/policies/explain',
    {
      config: { right: 'read' },
      schema: {
        ...describe({
          operationId: 'explainStatement',
          tag: 'policies',
          summary: 'What policy says of a statement, without running it.',
          good: one(policySchemas.explanation),
        }),
        body: explainInput,
      },
    },
    async (request, reply) => {
      const { principal, groups, sql } = request.body;
      const connection = parseConnectionName(request.body.connection);
      if (connection === null) {
        return refuse(reply, {
          code: 'connection_unknown',
          message: 'no connection has this name',
          hint: 'GET /api/v1/connections lists them',
        });
      }
      const outcome = await control.explain({
        principal: principal as PrincipalId,
        groups: groups ?? null,
        connection,
        sql,
      });
      return outcome.ok ? outcome.value : refuse(reply, outcome.error);
    },
  );
}
