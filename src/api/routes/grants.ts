import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import type { GrantState } from '../../approvals/grant.ts';
import { type GrantId, isGrantId, parseConnectionName } from '../../core/ids.ts';
import type { PrincipalId } from '../../core/principal.ts';
import type { Control, GrantView } from '../../engine/control.ts';
import { personOf } from '../access.ts';
import { filtersOf, idParams, listFilters, noGrant, rationaleText } from '../approval-inputs.ts';
import { refuse } from '../refuse.ts';
import { grantSchemas, grantStates } from '../schema/grant.ts';
import { listOf, one, oneOf } from '../schema/named.ts';
import { principalIdInput } from '../schema/principal.ts';
import { type Answers, describe } from './route-schema.ts';

/** Approvals turned into permission, and what was opened in an emergency. */
export function addGrantRoutes(api: FastifyInstance, control: Control): void {
  api.get<Answers<readonly GrantView[]> & { readonly Querystring: Static<typeof listQuery> }>(
    '/api/v1/grants',
    {
      config: { right: 'read' },
      schema: {
        ...describe({
          operationId: 'listGrants',
          tag: 'grants',
          summary: 'Grants, newest first.',
          good: listOf(grantSchemas.grant),
        }),
        querystring: listQuery,
      },
    },
    async (request, reply) => {
      const filters = filtersOf(request.query);
      if (filters === null) return [];
      const state = (request.query.state ?? null) as GrantState | null;
      const listed = await control.grants({ ...filters, state });
      return listed.ok ? listed.value : refuse(reply, listed.error);
    },
  );

  api.get<Answers<GrantView> & ById>(
    '/api/v1/grants/:id',
    {
      config: { right: 'read' },
      schema: {
        ...describe({ operationId: 'getGrant', tag: 'grants', summary: 'One grant.', good: one(grantSchemas.grant) }),
        params: idParams,
      },
    },
    async (request, reply) => {
      const id = idOf(request.params);
      if (id === null) return refuse(reply, noGrant);
      const found = await control.grant(id);
      if (!found.ok) return refuse(reply, found.error);
      return found.value ?? refuse(reply, noGrant);
    },
  );

  api.post<Answers<GrantView> & ById>(
    '/api/v1/grants/:id/revoke',
    {
      config: { right: 'revoke-grant', act: 'revoke' },
      schema: {
        ...describe({
          operationId: 'revokeGrant',
          tag: 'grants',
          summary: 'Ends a grant, and the statements and sessions that rest on it, within a second.',
          good: one(grantSchemas.grant),
        }),
        params: idParams,
      },
    },
    async (request, reply) => {
      const id = idOf(request.params);
      if (id === null) return refuse(reply, noGrant);
      const revoked = await control.revokeGrant(id, personOf(request));
      return revoked.ok ? revoked.value : refuse(reply, revoked.error);
    },
  );

  api.post<Answers<GrantView> & ById & { readonly Body: Static<typeof reviewBody> }>(
    '/api/v1/grants/:id/review',
    {
      config: { right: 'review', act: 'review' },
      schema: {
        ...describe({
          operationId: 'reviewGrant',
          tag: 'grants',
          summary: 'Signs the review of a break-glass.',
          good: one(grantSchemas.grant),
        }),
        params: idParams,
        body: reviewBody,
      },
    },
    async (request, reply) => {
      const id = idOf(request.params);
      if (id === null) return refuse(reply, noGrant);
      const reviewed = await control.reviewGrant(id, personOf(request), request.body.findings);
      return reviewed.ok ? reviewed.value : refuse(reply, reviewed.error);
    },
  );

  api.post<Answers<GrantView> & { readonly Body: Static<typeof emergencyBody> }>(
    '/api/v1/grants/break-glass',
    {
      config: { right: 'person', act: 'break-glass' },
      schema: {
        ...describe({
          operationId: 'breakGlass',
          tag: 'grants',
          summary:
            'Opens a connection to a workload for a while, in an emergency, where the configuration names the caller.',
          good: one(grantSchemas.grant),
        }),
        body: emergencyBody,
      },
    },
    async (request, reply) => {
      const { principal, connection, duration, reason } = request.body;
      const name = parseConnectionName(connection);
      if (name === null) {
        return refuse(reply, { code: 'connection_unknown', message: 'there is no connection of this name' });
      }
      const opened = await control.breakGlass(
        {
          principal: principal as PrincipalId,
          connection: name,
          durationMs: millisecondsIn(duration),
          rationale: reason,
        },
        personOf(request),
      );
      return opened.ok ? opened.value : refuse(reply, opened.error);
    },
  );
}

function idOf({ id }: Static<typeof idParams>): GrantId | null {
  return isGrantId(id) ? id : null;
}

/** Of what {@link emergencyBody} lets through. */
function millisecondsIn(duration: string): number {
  const unit = { s: 1000, m: 60_000, h: 3_600_000 }[duration.at(-1) ?? ''] ?? 0;
  return Number(duration.slice(0, -1)) * unit;
}

interface ById {
  readonly Params: Static<typeof idParams>;
}

const listQuery = Type.Object(
  { state: Type.Optional(oneOf(...grantStates)), ...listFilters },
  { additionalProperties: false },
);

const reviewBody = Type.Object(
  { findings: rationaleText('What the review found; kept with the grant.') },
  { additionalProperties: false },
);

const emergencyBody = Type.Object(
  {
    principal: principalIdInput,
    connection: Type.String({ minLength: 1, maxLength: 63 }),
    duration: Type.String({
      pattern: '^[1-9][0-9]{0,5}[smh]$',
      description: 'As in `30m`; at most what the configuration allows.',
    }),
    reason: rationaleText('Why it cannot wait; kept with the grant.'),
  },
  { additionalProperties: false },
);
