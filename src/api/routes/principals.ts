import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import type { Denial } from '../../core/denial.ts';
import type { PrincipalId } from '../../core/principal.ts';
import { principalId } from '../../core/principal.ts';
import type { Control, PrincipalView } from '../../engine/control.ts';
import { callerOf } from '../access.ts';
import { refuse } from '../refuse.ts';
import { listOf, one } from '../schema/named.ts';
import { type PrincipalChange, principalIdInput, principalSchemas } from '../schema/principal.ts';
import { type Answers, describe } from './route-schema.ts';

/** Workloads and people that were seen or are listed. */
export function addPrincipalRoutes(api: FastifyInstance, control: Control): void {
  api.get<Answers<readonly PrincipalView[]>>(
    '/api/v1/principals',
    {
      config: { right: 'read' },
      schema: describe({
        operationId: 'listPrincipals',
        tag: 'principals',
        summary: 'Every principal that was seen or is listed in the configuration.',
        good: listOf(principalSchemas.principal),
      }),
    },
    async () => control.principals(),
  );

  // The id has a slash and its key may have more: two segments, the second percent-encoded, survive every proxy that matters.
  api.get<Answers<PrincipalView> & ByIssuerAndKey>(
    '/api/v1/principals/:issuer/:key',
    {
      config: { right: 'read' },
      schema: {
        ...describe({
          operationId: 'getPrincipal',
          tag: 'principals',
          summary: 'One principal; its id is `<issuer>/<key>`.',
          good: one(principalSchemas.principal),
        }),
        params: byIssuerAndKey,
      },
    },
    async (request, reply) => {
      const { issuer, key } = request.params;
      return control.principal(principalId(issuer, key)) ?? refuse(reply, noPrincipal);
    },
  );

  api.post<Answers<PrincipalChange> & ById>(
    '/api/v1/principals/disable',
    {
      config: { right: 'change-principal' },
      schema: {
        ...describe({
          operationId: 'disablePrincipal',
          tag: 'principals',
          summary: 'Refuses a principal from now on and ends its live sessions within a second.',
          good: one(principalSchemas.principalChange),
        }),
        body: byId,
      },
    },
    async (request, reply) => {
      const id = request.body.id as PrincipalId;
      const outcome = await control.disable(id, callerOf(request));
      if (!outcome.ok) return refuse(reply, outcome.error);
      return { id, state: 'disabled', endedSessions: outcome.value.sessions };
    },
  );

  api.post<Answers<PrincipalChange> & ById>(
    '/api/v1/principals/enable',
    {
      config: { right: 'change-principal' },
      schema: {
        ...describe({
          operationId: 'enablePrincipal',
          tag: 'principals',
          summary: 'Lets a disabled principal in again.',
          good: one(principalSchemas.principalChange),
        }),
        body: byId,
      },
    },
    async (request, reply) => {
      const id = request.body.id as PrincipalId;
      const outcome = await control.enable(id, callerOf(request));
      if (!outcome.ok) return refuse(reply, outcome.error);
      return { id, state: 'enabled', endedSessions: 0 };
    },
  );
}

interface ByIssuerAndKey {
  readonly Params: Static<typeof byIssuerAndKey>;
}

const byIssuerAndKey = Type.Object(
  {
    issuer: Type.String({ minLength: 1 }),
    key: Type.String({ minLength: 1, description: 'Percent-encoded.' }),
  },
  { additionalProperties: false },
);

interface ById {
  readonly Body: Static<typeof byId>;
}

const byId = Type.Object({ id: principalIdInput }, { additionalProperties: false });

const noPrincipal: Denial = {
  code: 'not_found',
  message: 'there is no principal of this id',
  hint: '"sluice principals list" shows them; one that never came and is not listed is unknown',
};
