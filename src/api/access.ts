import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Denial } from '../core/denial.ts';
import type { PrincipalId } from '../core/principal.ts';
import type { Control, Role } from '../engine/control.ts';
import { refuse } from './refuse.ts';
import { holds, type Right, rights } from './rights.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Every route states it; one that does not cannot be added. */
    right?: Right;
  }
}

/** Decides before a body is read whether the caller may use the route. */
export function accessHook(control: Control): (request: FastifyRequest, reply: FastifyReply) => Promise<unknown> {
  return async (request, reply) => {
    const right = request.routeOptions.config.right;
    // An unknown route has no right; it is answered by the handler that says so.
    if (request.is404 || right === 'public') return undefined;
    if (right === undefined) throw new Error('a route without a right');
    const outcome = await admit(control, right, request.headers.authorization);
    if ('code' in outcome) return refuse(reply, outcome);
    callers.set(request, outcome);
    return undefined;
  };
}

/** Who calls. Only routes that are not public have a caller. */
export function callerOf(request: object): PrincipalId {
  return known(request).id;
}

/** Whether the caller holds more than the route asks for. */
export function callerHolds(request: object, right: keyof typeof rights): boolean {
  return holds(known(request).roles, right);
}

interface Caller {
  readonly id: PrincipalId;
  readonly roles: readonly Role[];
}

function known(request: object): Caller {
  const caller = callers.get(request);
  if (caller === undefined) throw new Error('a request without a caller');
  return caller;
}

const callers = new WeakMap<object, Caller>();

async function admit(
  control: Control,
  right: Exclude<Right, 'public'>,
  authorization: string | undefined,
): Promise<Caller | Denial> {
  const token = bearerToken(authorization);
  if (token === null) return tokenRequired;
  const authenticated = await control.authenticate(token);
  if (!authenticated.ok) return authenticated.error;
  const { principal } = authenticated.value;
  if (control.principal(principal.id)?.state === 'disabled') return disabled;
  const roles = principal.kind === 'workload' ? [] : control.roles(principal);
  if (right === 'principal' || holds(roles, right)) return { id: principal.id, roles };
  const needed = `needed: ${rights[right].join(' or ')}`;
  return {
    code: 'forbidden',
    message: `${principal.id} does not hold a role that may do this`,
    hint:
      principal.kind === 'workload'
        ? `${needed}; workloads hold no role, so use the token of a person`
        : `${needed}; roles come from groups (identity.roles)`,
  };
}

/** RFC 6750, 2.1: only the header carries a token; a query string ends up in logs. */
function bearerToken(authorization: string | undefined): string | null {
  return /^Bearer +([A-Za-z0-9._~+/=-]+)$/i.exec(authorization ?? '')?.[1] ?? null;
}

const tokenRequired: Denial = {
  code: 'token_required',
  message: 'this needs a token',
  hint: 'send "Authorization: Bearer <token>"; the command line takes it from SLUICE_TOKEN',
};

const disabled: Denial = {
  code: 'principal_disabled',
  message: 'the principal is disabled',
  hint: 'an admin can enable it with "sluice principals enable"',
};
