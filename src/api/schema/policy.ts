import { type Static, Type } from 'typebox';
import type { Explanation, PolicyView } from '../../engine/control.ts';
import { listOf, nullable, oneOf, shape } from './named.ts';
import { principalIdInput } from './principal.ts';

const policy = shape<PolicyView['policies'][number]>('Policy', {
  id: Type.String(),
  effect: oneOf('permit', 'forbid'),
  description: Type.String(),
  file: Type.String(),
  line: Type.Integer({ minimum: 1 }),
  annotations: Type.Record(Type.String(), Type.String()),
});

const policySet = shape<PolicyView>('PolicySet', {
  digest: Type.String({ description: 'As ledger entries state it.' }),
  policies: listOf(policy),
});

const explanation = shape<Explanation>('Explanation', {
  decision: oneOf('allow', 'deny', 'hold'),
  message: Type.String(),
  hint: nullable(Type.String()),
  policies: Type.Array(Type.String({ description: 'Ids of the policies that decided.' })),
  verb: Type.String(),
  tables: Type.Array(Type.String()),
  outputs: Type.Array(Type.String({ description: 'Output columns and what happens to them.' })),
});

/** What to explain. `groups` asks as if the principal were in exactly these; left out or null: the groups it was last seen with. */
export const explainInput = Type.Object(
  {
    principal: principalIdInput,
    groups: Type.Optional(
      Type.Union([Type.Array(Type.String({ minLength: 1, maxLength: 256 }), { maxItems: 256 }), Type.Null()]),
    ),
    connection: Type.String({ minLength: 1, maxLength: 63 }),
    sql: Type.String({ minLength: 1 }),
  },
  { additionalProperties: false },
);

export interface ExplainBody {
  readonly Body: Static<typeof explainInput>;
}

export const policySchemas = { policy, policySet, explanation };
