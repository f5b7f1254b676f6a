import type { TSchema } from 'typebox';
import { approvalSchemas } from './approval.ts';
import { connectionSchemas } from './connection.ts';
import { gatewaySchemas } from './gateway.ts';
import { grantSchemas } from './grant.ts';
import { ledgerSchemas } from './ledger.ts';
import { loginSchemas } from './login.ts';
import { policySchemas } from './policy.ts';
import { principalSchemas } from './principal.ts';
import { problemSchemas } from './problem.ts';
import { sessionSchemas } from './session.ts';
import { ticketSchemas } from './ticket.ts';

/** Every named schema, for the components of the OpenAPI document. */
export const namedSchemas: readonly TSchema[] = [
  approvalSchemas,
  connectionSchemas,
  gatewaySchemas,
  grantSchemas,
  ledgerSchemas,
  loginSchemas,
  policySchemas,
  principalSchemas,
  problemSchemas,
  sessionSchemas,
  ticketSchemas,
].flatMap((group) => Object.values(group).map(({ schema }) => schema));
