import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import type { ConnectionView, Control } from '../../engine/control.ts';
import { refuse } from '../refuse.ts';
import { connectionSchemas, type EndpointView } from '../schema/connection.ts';
import { listOf, one } from '../schema/named.ts';
import { type Answers, describe } from './route-schema.ts';

/** Named targets, and where clients reach them. */
export function addConnectionRoutes(api: FastifyInstance, control: Control): void {
  api.get<Answers<readonly ConnectionView[]>>(
    '/api/v1/connections',
    {
      config: { right: 'read' },
      schema: describe({
        operationId: 'listConnections',
        tag: 'connections',
        summary: 'Every connection with its listeners.',
        good: listOf(connectionSchemas.connection),
      }),
    },
    async () => control.connections(),
  );

  // For the workloads themselves, who hold no role: what a client has to know before it can log in.
  api.get<Answers<EndpointView> & ByName>(
    '/api/v1/connections/:name/endpoint',
    {
      config: { right: 'principal' },
      schema: {
        ...describe({
          operationId: 'getEndpoint',
          tag: 'connections',
          summary: 'Where clients of a connection log in; any accepted principal may ask.',
          good: one(connectionSchemas.endpoint),
        }),
        params: byName,
      },
    },
    async (request, reply) => {
      const found = control.connections().find((connection) => connection.name === request.params.name);
      if (found === undefined) return refuse(reply, noConnection);
      const { name, protocol, listeners, authority } = found;
      return { name, protocol, listeners, authority };
    },
  );
}

interface ByName {
  readonly Params: Static<typeof byName>;
}

const byName = Type.Object({ name: Type.String({ maxLength: 63 }) }, { additionalProperties: false });

const noConnection = {
  code: 'connection_unknown',
  message: 'no connection has this name',
  hint: 'ask the operator for its name; a reader can list them',
} as const;
