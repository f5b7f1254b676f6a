import type { Clock } from '../../src/base/clock.ts';
import { instant } from '../../src/base/clock.ts';
import { newTicketId } from '../../src/core/ids.ts';
import { unknownOrigin } from '../../src/core/principal.ts';
import { newTicket, type Ticket } from '../../src/identity/ticket.ts';
import { etl } from './sample-approvals.ts';

/** A ticket of `etl` that lives for a minute. */
export async function sampleTicket(clock: Clock): Promise<Ticket> {
  const principal = {
    id: etl,
    kind: 'workload',
    display: 'etl',
    issuer: 'demo',
    groups: ['pipelines'],
    nature: 'service',
    origin: unknownOrigin,
    onBehalfOf: null,
  } as const;
  const key = { algorithm: 'ES256', keyId: null, key: 'ab' };
  const from = { principal: etl, kind: 'workload', issuer: 'demo', entry: 'cd', beside: null } as const;
  const sources = [{ tokenId: 'jti', ...from, ...key }];
  const grant = { principal, sources, connection: null, authenticatedAt: instant(clock.now() - 1) };
  return (await newTicket(newTicketId(clock), grant, clock.now(), 60_000)).ticket;
}
