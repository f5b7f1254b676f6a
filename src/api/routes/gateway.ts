import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import type { Control, Readiness } from '../../engine/control.ts';
import { refuse } from '../refuse.ts';
import { gatewaySchemas, type Health, type Reloaded } from '../schema/gateway.ts';
import { one } from '../schema/named.ts';
import { type Answers, describe } from './route-schema.ts';

/** Health, metrics, the API's own description, the authority's certificate, and reload. */
export function addGatewayRoutes(api: FastifyInstance, control: Control): void {
  api.get<Answers<Health>>(
    '/healthz',
    {
      config: { right: 'public' },
      schema: describe({
        operationId: 'getHealth',
        tag: 'gateway',
        summary: 'The process answers.',
        good: one(gatewaySchemas.health),
      }),
    },
    async () => ({ status: 'ok' }),
  );

  const readiness = describe({
    operationId: 'getReadiness',
    tag: 'gateway',
    summary: 'Configuration, policies, ledger and listeners are good, and the gateway is not draining.',
    good: one(gatewaySchemas.readiness),
  });
  api.get<Answers<Readiness>>(
    '/readyz',
    {
      config: { right: 'public' },
      schema: { ...readiness, response: { ...readiness.response, 503: one(gatewaySchemas.readiness) } },
    },
    async (_request, reply) => {
      const state = control.readiness();
      return reply.code(state.ready ? 200 : 503).send(state);
    },
  );

  api.get<Answers<string>>(
    '/metrics',
    {
      config: { right: 'public' },
      schema: describe({
        operationId: 'getMetrics',
        tag: 'gateway',
        summary: 'Prometheus text; no label is a name that a client chose.',
        good: Type.String(),
      }),
    },
    async (_request, reply) => {
      const text = await control.metrics();
      return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text);
    },
  );

  api.get<Answers<object>>(
    '/openapi.json',
    {
      config: { right: 'public' },
      schema: describe({
        operationId: 'getOpenapi',
        tag: 'gateway',
        summary: 'This document.',
        good: Type.Object({}, { additionalProperties: true }),
      }),
    },
    async () => api.swagger(),
  );

  api.get<Answers<string>>(
    '/api/v1/authority.pem',
    {
      config: { right: 'public' },
      schema: describe({
        operationId: 'getAuthority',
        tag: 'gateway',
        summary: 'The certificate of the own authority, for clients to trust.',
        good: Type.String(),
      }),
    },
    async (_request, reply) => {
      const authority = control.connections().find((connection) => connection.authority !== null)?.authority ?? null;
      if (authority === null) {
        return refuse(reply, {
          code: 'not_found',
          message: 'no listener uses an authority of its own',
          hint: 'clients trust the authority of the certificate that is configured under listeners.tls',
        });
      }
      return reply.type('application/x-pem-file').send(authority);
    },
  );

  api.post<Answers<Reloaded>>(
    '/api/v1/reload',
    {
      config: { right: 'reload' },
      schema: describe({
        operationId: 'reload',
        tag: 'gateway',
        summary: 'Swaps configuration and policies whole, or not at all.',
        good: one(gatewaySchemas.reloaded),
      }),
    },
    async (_request, reply) => {
      const outcome = await control.reload();
      if (outcome.ok) return { reloaded: true };
      const { error: faults } = outcome;
      return refuse(
        reply,
        {
          code: 'configuration_invalid',
          message: `the configuration has ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}; nothing was changed`,
          hint: 'mend the file and reload; "sluice check -c FILE" finds the same faults',
        },
        faults,
      );
    },
  );
}
