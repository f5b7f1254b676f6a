import { Type } from 'typebox';
import type { PrincipalView } from '../../engine/control.ts';
import { moment, nullable, oneOf, shape } from './named.ts';

/** `<issuer id>/<stable key>`. The key may hold more slashes. */
export const principalIdInput = Type.String({
  minLength: 3,
  maxLength: 512,
  pattern: '^[^/]+/.+$',
  description: '`<issuer id>/<stable key>`, as in `demo/nightly-etl`.',
});

const principal = shape<PrincipalView>('Principal', {
  id: Type.String({ description: '`<issuer id>/<stable key>`' }),
  kind: oneOf('workload', 'user'),
  display: Type.String({ description: 'For people to read; identifies nobody.' }),
  issuer: Type.String(),
  groups: Type.Array(Type.String()),
  state: oneOf('enabled', 'disabled', 'expired', 'unlisted'),
  owner: nullable(Type.String({ description: 'Of the inventory of workloads.' })),
  purpose: nullable(Type.String({ description: 'HL7 PurposeOfUse.' })),
  vendor: nullable(Type.String()),
  expires: nullable(Type.String({ description: 'The last day on which it is let in, in UTC.' })),
  onBehalfOf: nullable(Type.String()),
  liveSessions: Type.Integer({ minimum: 0 }),
  lastSeen: nullable(moment('Null until a token of it was accepted.')),
});

/** The answer to a disable or an enable. */
export interface PrincipalChange {
  readonly id: string;
  readonly state: 'enabled' | 'disabled';
  /** Live sessions that are being ended. */
  readonly endedSessions: number;
}

const principalChange = shape<PrincipalChange>('PrincipalChange', {
  id: Type.String(),
  state: oneOf('enabled', 'disabled'),
  endedSessions: Type.Integer({ minimum: 0, description: 'Live sessions that end within a second.' }),
});

export const principalSchemas = { principal, principalChange };
