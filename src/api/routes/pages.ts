import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Clock } from '../../base/clock.ts';
import { err, ok, type Result } from '../../base/result.ts';
import type { Denial } from '../../core/denial.ts';
import { errorCodes } from '../../core/error-codes.ts';
import { type ApprovalId, isApprovalId } from '../../core/ids.ts';
import type { ApprovalDetail, Control } from '../../engine/control.ts';
import { callerHolds, personOf, viewer } from '../access.ts';
import { noApproval, rationaleCharacters } from '../approval-inputs.ts';
import { denialOf, faultOf, routeOf } from '../error-handling.ts';
import { acceptForms } from '../pages/accept-forms.ts';
import { approvalListPage } from '../pages/approval-list.ts';
import { type ApprovalPageOptions, approvalPage } from '../pages/approval-page.ts';
import { denialPage } from '../pages/message-page.ts';
import { pageHeaders } from '../pages/refuse-page.ts';
import { styleSheet } from '../pages/style.ts';

export interface PageParts {
  readonly control: Control;
  readonly clock: Clock;
  /** Within which time of a login a person decides, as configured now. */
  recentLoginMs(): number;
}

/** The pages where people decide. They ask the same of the gateway as the API does. */
export function addPages(api: FastifyInstance, parts: PageParts): void {
  const { control, clock } = parts;
  api.register(async (pages: FastifyInstance) => {
    acceptForms(pages);
    pages.setErrorHandler(asPage);

    pages.get('/', { config: { right: 'public', page: true }, schema: { hide: true } }, async (_request, reply) =>
      reply.redirect('/approvals', 303),
    );

    pages.get('/assets/page.css', { config: { right: 'public' }, schema: { hide: true } }, async (_request, reply) =>
      reply.type('text/css; charset=utf-8').send(styleSheet),
    );

    pages.get(
      '/approvals',
      { config: { right: 'read', page: true }, schema: { hide: true } },
      async (request, reply) => {
        const all = { principal: null, connection: null };
        const pending = await control.approvals({ ...all, state: 'pending', limit: mostPending });
        if (!pending.ok) return refused(request, reply, pending.error);
        const lately = await control.approvals({ ...all, state: null, limit: mostPending });
        if (!lately.ok) return refused(request, reply, lately.error);
        const decided = lately.value.filter(({ state }) => state !== 'pending').slice(0, mostDecided);
        const shown = approvalListPage(pending.value, decided, viewer(request), milliseconds(clock));
        return reply.headers(pageHeaders).send(shown);
      },
    );

    pages.get<ById>(
      '/approvals/:id',
      { config: { right: 'read', page: true }, schema: { hide: true } },
      async (request, reply) => {
        const found = await find(control, request.params.id);
        return found.ok ? show(request, reply, parts, { approval: found.value }) : refused(request, reply, found.error);
      },
    );

    for (const verdict of ['approve', 'deny'] as const) {
      pages.post<ById & { readonly Body: Form }>(
        `/approvals/:id/${verdict}`,
        { config: { right: 'decide', page: true, act: verdict }, bodyLimit, schema: { hide: true } },
        async (request, reply) => {
          const rationale = request.body?.rationale ?? '';
          const decided = await decide(control, request, verdict, rationale);
          // The page is asked for anew: loading it again decides nothing.
          if (decided.ok) return reply.redirect(`/approvals/${decided.value}`, 303);
          const found = await find(control, request.params.id);
          if (!found.ok) return refused(request, reply, found.error);
          reply.code(errorCodes[decided.error.code].http);
          return show(request, reply, parts, { approval: found.value, denial: decided.error, rationale });
        },
      );
    }

    pages.post<ById>(
      '/approvals/:id/reveal',
      { config: { right: 'reveal', page: true, act: 'reveal' }, bodyLimit, schema: { hide: true } },
      async (request, reply) => {
        const found = await find(control, request.params.id);
        if (!found.ok) return refused(request, reply, found.error);
        const revealed = await control.revealApproval(found.value.id, personOf(request));
        if (revealed.ok) return show(request, reply, parts, { approval: found.value, revealed: revealed.value });
        reply.code(errorCodes[revealed.error.code].http);
        return show(request, reply, parts, { approval: found.value, denial: revealed.error });
      },
    );
  });
}

interface ById {
  readonly Params: { readonly id: string };
}

interface Form {
  readonly rationale?: string;
}

async function decide(
  control: Control,
  request: FastifyRequest<ById>,
  verdict: 'approve' | 'deny',
  rationale: string,
): Promise<Result<ApprovalId, Denial>> {
  const { id } = request.params;
  if (!isApprovalId(id)) return err(noApproval);
  if (!/[\p{L}\p{N}]/u.test(rationale)) return err(noRationale);
  if (rationale.length > rationaleCharacters) return err(longRationale);
  const decided = await control.decideApproval(id, personOf(request), verdict, rationale.trim());
  return decided.ok ? ok(id) : decided;
}

async function find(control: Control, id: string): Promise<Result<ApprovalDetail, Denial>> {
  if (!isApprovalId(id)) return err(noApproval);
  const found = await control.approval(id);
  if (!found.ok) return found;
  return found.value === null ? err(noApproval) : ok(found.value);
}

function show(
  request: FastifyRequest,
  reply: FastifyReply,
  { clock, recentLoginMs }: PageParts,
  what: Pick<ApprovalPageOptions, 'approval' | 'revealed' | 'denial' | 'rationale'>,
): FastifyReply {
  const shown = approvalPage({
    ...what,
    viewer: viewer(request),
    mayDecide: callerHolds(request, 'decide'),
    mayReveal: callerHolds(request, 'reveal'),
    loginNeeded: isRecent(request, clock, recentLoginMs()) ? null : Math.floor(recentLoginMs() / 60_000),
    now: milliseconds(clock),
  });
  return reply.headers(pageHeaders).send(shown);
}

/** Only for what the page offers: the engine asks again. */
function isRecent(request: FastifyRequest, clock: Clock, recentLoginMs: number): boolean {
  const at = personOf(request).presented.authenticatedAt;
  return at !== null && clock.now() - at <= recentLoginMs * 1000;
}

function refused(request: FastifyRequest, reply: FastifyReply, denial: Denial): FastifyReply {
  const link = { to: '/approvals', text: 'All requests' };
  return reply
    .code(errorCodes[denial.code].http)
    .headers(pageHeaders)
    .send(denialPage(denial, viewer(request), link));
}

/** What fastify refuses by itself, and faults. */
function asPage(error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const denial = denialOf(error);
  if (denial.code === 'internal')
    request.log.error({ fault: faultOf(error), route: routeOf(request) }, 'request failed');
  return reply.code(errorCodes[denial.code].http).headers(pageHeaders).send(denialPage(denial, null));
}

function milliseconds(clock: Clock): number {
  return clock.now() / 1000;
}

const noRationale: Denial = {
  code: 'invalid_request',
  message: 'the rationale says nothing',
  hint: 'write why, in your words; it is kept with the decision',
};

const longRationale: Denial = {
  code: 'invalid_request',
  message: `the rationale is longer than ${rationaleCharacters} characters`,
  hint: 'shorten it, and name the ticket that has the rest',
};

/** A form of a page: a rationale, and little else. */
const bodyLimit = 32 * 1024;
/** More than a person looks through; the command line has all of them. */
const mostPending = 200;
const mostDecided = 20;
