import { Type } from 'typebox';
import type { Readiness } from '../../engine/control.ts';
import { listOf, oneOf, shape } from './named.ts';

/** The gateway answers. Nothing more is said before a login. */
export interface Health {
  readonly status: 'ok';
}

const health = shape<Health>('Health', { status: Type.Literal('ok') });

const readinessCheck = shape<Readiness['checks'][number]>('ReadinessCheck', {
  name: oneOf('configuration', 'policies', 'ledger', 'listeners', 'draining'),
  ok: Type.Boolean(),
  message: Type.String(),
});

const readiness = shape<Readiness>('Readiness', {
  ready: Type.Boolean(),
  checks: listOf(readinessCheck),
});

/** Configuration and policies were swapped. */
export interface Reloaded {
  readonly reloaded: true;
}

const reloaded = shape<Reloaded>('Reloaded', { reloaded: Type.Literal(true) });

export const gatewaySchemas = { health, readinessCheck, readiness, reloaded };
