import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import type { Control, LedgerRecord, LedgerStatus } from '../../engine/control.ts';
import { ledgerSchemas } from '../schema/ledger.ts';
import { listOf, one } from '../schema/named.ts';
import { type Answers, describe } from './route-schema.ts';

/** The newest entries, and whether entries can be written. */
export function addLedgerRoutes(api: FastifyInstance, control: Control): void {
  api.get<Answers<readonly LedgerRecord[]> & TailQuery>(
    '/api/v1/ledger/tail',
    {
      config: { right: 'read-ledger' },
      schema: {
        ...describe({
          operationId: 'tailLedger',
          tag: 'ledger',
          summary: 'The newest entries, oldest first.',
          good: listOf(ledgerSchemas.record),
        }),
        querystring: tailQuery,
      },
    },
    async (request) => control.ledgerTail(request.query.count ?? 50),
  );

  api.get<Answers<LedgerStatus>>(
    '/api/v1/ledger/status',
    {
      config: { right: 'read' },
      schema: describe({
        operationId: 'getLedgerStatus',
        tag: 'ledger',
        summary: 'Whether entries can be written, how many there are, and where.',
        good: one(ledgerSchemas.status),
      }),
    },
    async () => control.ledgerStatus(),
  );
}

interface TailQuery {
  readonly Querystring: Static<typeof tailQuery>;
}

const tailQuery = Type.Object(
  { count: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 50 })) },
  { additionalProperties: false },
);
