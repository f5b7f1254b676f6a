import { Type } from 'typebox';
import type { GrantView } from '../../engine/control.ts';
import { scopes } from './approval.ts';
import { moment, nullable, one, oneOf, shape } from './named.ts';

export const grantStates = ['active', 'used', 'expired', 'revoked', 'completed'] as const;

const review = shape<NonNullable<GrantView['review']>>('GrantReview', {
  by: Type.String(),
  at: moment('When it was signed.'),
  findings: Type.String(),
});

const grant = shape<GrantView>('Grant', {
  id: Type.String({ description: '`grt_` and a UUIDv7.' }),
  state: oneOf(...grantStates),
  kind: oneOf('approval', 'break-glass'),
  approval: nullable(Type.String({ description: 'The request that it answers; null for a break-glass.' })),
  scope: oneOf(...scopes),
  principal: Type.String(),
  connection: Type.String(),
  session: nullable(Type.String()),
  run: nullable(Type.String()),
  covers: Type.String({ description: 'What it covers, in a sentence.' }),
  by: Type.Array(Type.String(), { description: 'Everybody whose decision it rests on.' }),
  rationale: nullable(Type.String({ description: 'Of a break-glass.' })),
  review: nullable(one(review)),
  uses: Type.Integer({ minimum: 0, description: 'Statements that it let through.' }),
  grantedAt: moment('When it was granted.'),
  expiresAt: moment('Nothing lengthens it.'),
  endedAt: nullable(moment('Null while it may be used.')),
  revokedBy: nullable(Type.String()),
});

export const grantSchemas = { review, grant };
