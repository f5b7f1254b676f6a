import type { TSchema } from 'typebox';
import { one } from '../schema/named.ts';
import { type Problem, problemSchemas } from '../schema/problem.ts';

/** What a route answers with: `T`, or why not. */
export interface Answers<T> {
  readonly Reply: T | Problem;
}

/** What every route says of itself in the OpenAPI document. */
export interface RouteDescription {
  readonly operationId: string;
  readonly tag:
    | 'gateway'
    | 'connections'
    | 'sessions'
    | 'principals'
    | 'tickets'
    | 'approvals'
    | 'grants'
    | 'policies'
    | 'ledger';
  readonly summary: string;
  readonly good: TSchema;
}

/** The parts of a route's schema that are the same for all: names, the good answer, and that any other is a Problem. */
export function describe({ operationId, tag, summary, good }: RouteDescription) {
  const problem = one(problemSchemas.problem);
  return { operationId, tags: [tag], summary, response: { 200: good, '4xx': problem, '5xx': problem } } as const;
}
