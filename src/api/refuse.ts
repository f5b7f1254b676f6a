import type { Denial } from '../core/denial.ts';
import { errorCodes } from '../core/error-codes.ts';
import type { Problem } from './schema/problem.ts';

/** Ends a request with a denial, in the one form of every error. */
export function refuse<R>(reply: Refusable<R>, denial: Denial, faults: readonly string[] = []): R {
  if (errorCodes[denial.code].http === 401) reply.header('www-authenticate', 'Bearer');
  return reply.code(errorCodes[denial.code].http).send(problemOf(denial, faults));
}

export function problemOf(denial: Denial, faults: readonly string[] = []): Problem {
  return { error: { code: denial.code, message: denial.message, hint: denial.hint ?? null, faults } };
}

/** The part of a reply that a refusal needs, whatever the route's own types are. */
interface Refusable<R> {
  header(name: string, value: string): unknown;
  code(status: number): { send(body: Problem): R };
}
