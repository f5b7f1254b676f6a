import { Type } from 'typebox';
import type { Origin } from '../../core/principal.ts';
import type { SessionView } from '../../engine/control.ts';
import { bigCount, moment, nullable, one, oneOf, shape } from './named.ts';

const origin = shape<Origin>('Origin', {
  platform: Type.String(),
  repository: Type.String(),
  repositoryId: Type.String(),
  workflow: Type.String(),
  workflowCommit: Type.String(),
  jobWorkflow: Type.String(),
  ref: Type.String(),
  refProtected: Type.String(),
  declaredCommit: Type.String({ description: 'Declared by the platform; no proof of what was checked out.' }),
  runId: Type.String(),
  attempt: Type.String(),
  job: Type.String(),
  trigger: Type.String(),
  environment: Type.String(),
  actor: Type.String(),
  actorId: Type.String(),
  runner: Type.String(),
});

const sessionCredential = shape<SessionView['credential']>('SessionCredential', {
  kind: oneOf('jwt', 'ticket'),
  id: Type.String({ description: 'Of the token or ticket, for `tickets revoke`.' }),
});

const session = shape<SessionView>('Session', {
  id: Type.String({ description: '`ses_` and a UUIDv7.' }),
  state: oneOf('open', 'closed'),
  principal: Type.String(),
  onBehalfOf: nullable(Type.String({ description: 'The person an agent acts for.' })),
  owner: nullable(Type.String({ description: 'Of the inventory of workloads.' })),
  purpose: nullable(Type.String({ description: 'HL7 PurposeOfUse.' })),
  connection: Type.String(),
  credential: one(sessionCredential),
  origin: one(origin),
  source: Type.String({ description: 'Address of the client.' }),
  backendPid: nullable(Type.Integer()),
  openedAt: moment('When the target was reached and the client could begin.'),
  closedAt: nullable(moment('Null while the session is open.')),
  statements: Type.Integer({ minimum: 0 }),
  rows: bigCount('Rows sent to the client.'),
  bytes: bigCount('Bytes sent to the client.'),
});

/** The answer to a termination: the session ends within a second. */
export interface Termination {
  readonly id: string;
  readonly terminated: true;
}

const termination = shape<Termination>('Termination', {
  id: Type.String(),
  terminated: Type.Literal(true),
});

export const sessionSchemas = { origin, sessionCredential, session, termination };
