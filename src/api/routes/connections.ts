import type { FastifyInstance } from 'fastify';
import type { ConnectionView, Control } from '../../engine/control.ts';
import { connectionSchemas } from '../schema/connection.ts';
import { listOf } from '../schema/named.ts';
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
}
