import { type Static, Type } from 'typebox';
import type { Denial } from '../core/denial.ts';
import { type ConnectionName, parseConnectionName } from '../core/ids.ts';
import type { PrincipalId } from '../core/principal.ts';
import { principalIdInput } from './schema/principal.ts';

/** What lists of requests and of grants can be narrowed by, beside their states. */
export const listFilters = {
  principal: Type.Optional(principalIdInput),
  connection: Type.Optional(Type.String({ minLength: 1, maxLength: 63 })),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
};

/** Null where no connection can have the name: then nothing matches. */
export function filtersOf(query: Static<typeof anyList>): Filters | null {
  const connection = query.connection === undefined ? null : parseConnectionName(query.connection);
  if (query.connection !== undefined && connection === null) return null;
  return { principal: (query.principal ?? null) as PrincipalId | null, connection, limit: query.limit ?? 100 };
}

export interface Filters {
  readonly principal: PrincipalId | null;
  readonly connection: ConnectionName | null;
  readonly limit: number;
}

/** Of a request or a grant. */
export const idParams = Type.Object(
  { id: Type.String({ minLength: 1, maxLength: 64 }) },
  { additionalProperties: false },
);

/** What a person writes to stand behind an act. At least one letter or digit: a space is no reason. */
export function rationaleText(description: string) {
  return Type.String({ minLength: 1, maxLength: rationaleCharacters, pattern: '[\\p{L}\\p{N}]', description });
}

export const rationaleCharacters = 2000;

export const noApproval: Denial = {
  code: 'not_found',
  message: 'there is no request of this id',
  hint: '"sluice approvals list" shows them',
};

export const noGrant: Denial = {
  code: 'not_found',
  message: 'there is no grant of this id',
  hint: '"sluice grants list" shows them',
};

const anyList = Type.Object(listFilters);
