import { Type } from 'typebox';
import type { ConnectionView } from '../../engine/control.ts';
import { listOf, nullable, shape } from './named.ts';

const listener = shape<ConnectionView['listeners'][number]>('Listener', {
  name: Type.String(),
  address: Type.String({ description: 'host:port' }),
  auth: Type.String({ description: 'token or scram' }),
  tls: Type.Boolean(),
});

const connection = shape<ConnectionView>('Connection', {
  name: Type.String({ description: 'Clients give it as their database.' }),
  protocol: Type.String(),
  protectedColumns: Type.Integer({ minimum: 0 }),
  catalogueVersion: nullable(Type.String({ description: 'Null until the target was reached.' })),
  listeners: listOf(listener),
  authority: nullable(Type.String({ description: 'PEM of the own authority, where a listener uses it.' })),
});

/** What a client needs to log in, and no more. */
export type EndpointView = Pick<ConnectionView, 'name' | 'protocol' | 'listeners' | 'authority'>;

const endpoint = shape<EndpointView>('Endpoint', {
  name: Type.String({ description: 'Clients give it as their database.' }),
  protocol: Type.String(),
  listeners: listOf(listener),
  authority: nullable(Type.String({ description: 'PEM of the own authority, where a listener uses it.' })),
});

export const connectionSchemas = { listener, connection, endpoint };
