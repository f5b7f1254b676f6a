import type { FastifyReply, FastifyRequest } from 'fastify';
import { err, ok, type Result } from '../base/result.ts';
import type { Denial } from '../core/denial.ts';
import type { PrincipalId } from '../core/principal.ts';
import type { Control, Person, RefusedAct, Role } from '../engine/control.ts';
import type { BrowserSessions } from './login/browser-sessions.ts';
import type { Cookies } from './login/cookies.ts';
import { crossSite, unproven } from './login/cross-site.ts';
import type { Viewer } from './pages/layout.ts';
import { refusePage } from './pages/refuse-page.ts';
import { refuse } from './refuse.ts';
import { holds, type Right, rights } from './rights.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Every route states it; one that does not cannot be added. */
    right?: Right;
    /** Of approvals: whoever tries it and may not is written down. */
    act?: RefusedAct['act'];
    /** Answers with pages, refusals too. */
    page?: true;
  }
}

export interface Doors {
  readonly control: Control;
  readonly sessions: BrowserSessions;
  readonly cookies: Cookies;
  readonly publicUrl: string | null;
}

type Hook = (request: FastifyRequest, reply: FastifyReply) => Promise<unknown>;

/** Decides before a body is read whether the caller may use the route. */
export function accessHook(doors: Doors): Hook {
  const { control } = doors;
  return async (request, reply) => {
    const { right, act } = request.routeOptions.config;
    // An unknown route has no right; it is answered by the handler that says so.
    if (request.is404 || right === 'public') return undefined;
    if (right === undefined) throw new Error('a route without a right');
    const caller = await identify(doors, request);
    if (!caller.ok) return refuseAs(request, reply, caller.error, null);
    const denial = objection(control, right, caller.value);
    if (denial !== null) {
      if (act !== undefined) await writeDown(control, request, act, caller.value, denial);
      return refuseAs(request, reply, denial, caller.value);
    }
    callers.set(request, caller.value);
    return undefined;
  };
}

/** A browser that is logged in by its cookie changes something only with the token of its session in the request. */
export async function proofHook(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
  const caller = callers.get(request);
  const denial = caller === undefined || caller.csrf === null ? null : unproven(request, caller.csrf);
  return denial === null ? undefined : refuseAs(request, reply, denial, caller ?? null);
}

/** Who calls. Only routes that are not public have a caller. */
export function callerOf(request: object): PrincipalId {
  return personOf(request).principal.id;
}

/** The same with what was presented. Only routes with a right that no machine holds have a person here. */
export function personOf(request: object): Person {
  return known(request).person;
}

/** Whether the caller holds more than the route asks for. */
export function callerHolds(request: object, right: keyof typeof rights): boolean {
  return holds(known(request).roles, right);
}

/** The token of the browser's session; null for callers who present theirs with each request. */
export function csrfOf(request: object): string | null {
  return known(request).csrf;
}

interface Caller {
  readonly person: Person;
  readonly roles: readonly Role[];
  readonly csrf: string | null;
}

function known(request: object): Caller {
  const caller = callers.get(request);
  if (caller === undefined) throw new Error('a request without a caller');
  return caller;
}

const callers = new WeakMap<object, Caller>();

async function identify(doors: Doors, request: FastifyRequest): Promise<Result<Caller, Denial>> {
  // A header that is there is meant: a cookie beside it decides nothing.
  if (request.headers.authorization !== undefined) {
    const token = bearerToken(request.headers.authorization);
    return token === null ? err(tokenRequired) : callerWith(doors.control, token, null);
  }
  const id = doors.cookies.read(request.headers.cookie, 'session');
  const session = id === null ? null : doors.sessions.find(id);
  if (id === null || session === null) return err(tokenRequired);
  const foreign = crossSite(request, doors.publicUrl);
  if (foreign !== null) return err(foreign);
  const caller = await callerWith(doors.control, session.token, session.csrf);
  if (!caller.ok && caller.error.code === 'token_refused') doors.sessions.close(id);
  return caller;
}

async function callerWith(control: Control, token: string, csrf: string | null): Promise<Result<Caller, Denial>> {
  const authenticated = await control.authenticate(token);
  if (!authenticated.ok) return authenticated;
  const { principal, presented } = authenticated.value;
  const roles = principal.kind === 'workload' ? [] : control.roles(principal);
  return ok({ person: { principal, presented }, roles, csrf });
}

/** Why the caller may not; null: they may. */
function objection(control: Control, right: Exclude<Right, 'public'>, { person, roles }: Caller): Denial | null {
  const { principal } = person;
  if (control.principal(principal.id)?.state === 'disabled') return disabled;
  if (right === 'principal') return null;
  if (right === 'person') return principal.kind === 'user' ? null : machine(principal.id);
  if (holds(roles, right)) return null;
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

function refuseAs(request: FastifyRequest, reply: FastifyReply, denial: Denial, caller: Caller | null): FastifyReply {
  if (request.routeOptions.config.page !== true) return refuse(reply, denial);
  return refusePage(request, reply, denial, caller === null ? null : viewerOf(caller));
}

/** Whom a page is for. */
export function viewer(request: object): Viewer {
  return viewerOf(known(request));
}

function viewerOf({ person: { principal }, csrf }: Caller): Viewer {
  return { id: principal.id, display: principal.display, csrf };
}

/** The answer is a refusal whatever becomes of the entry. */
async function writeDown(
  control: Control,
  request: FastifyRequest,
  act: RefusedAct['act'],
  { person }: Caller,
  { code }: Denial,
): Promise<void> {
  const { id } = request.params as { readonly id?: string };
  const known = id !== undefined && /^(apr|grt)_[0-9a-f-]{36}$/.test(id) ? id : null;
  await control.recordRefusal({ approval: known, by: person.principal.id, act, code });
}

/** RFC 6750, 2.1: only the header carries a token; a query string ends up in logs. */
function bearerToken(authorization: string | undefined): string | null {
  return /^Bearer +([A-Za-z0-9._~+/=-]+)$/i.exec(authorization ?? '')?.[1] ?? null;
}

function machine(id: PrincipalId): Denial {
  return {
    code: 'forbidden',
    message: `${id} is not a person`,
    hint: 'only people may do this: use the token of one',
  };
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
