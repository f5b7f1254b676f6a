import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Clock } from '../../base/clock.ts';
import type { Denial } from '../../core/denial.ts';
import { errorCodes } from '../../core/error-codes.ts';
import type { Control } from '../../engine/control.ts';
import { csrfOf } from '../access.ts';
import type { BrowserSessions } from '../login/browser-sessions.ts';
import type { Cookies } from '../login/cookies.ts';
import { LoginAttempts, ownPath } from '../login/login-attempts.ts';
import type { LoginProvider } from '../login/login-provider.ts';
import { acceptForms } from '../pages/accept-forms.ts';
import { denialPage, messagePage } from '../pages/message-page.ts';
import { pageHeaders } from '../pages/refuse-page.ts';
import { refuse } from '../refuse.ts';
import { type LoginView, loginSchemas } from '../schema/login.ts';
import { one } from '../schema/named.ts';
import { type Answers, describe } from './route-schema.ts';

export interface LoginParts {
  readonly control: Control;
  /** Null where `api.login` is not configured. */
  readonly provider: LoginProvider | null;
  readonly sessions: BrowserSessions;
  readonly cookies: Cookies;
  readonly publicUrl: string | null;
  readonly clock: Clock;
}

/** People log in at their issuer, and their browser gets a session here. */
export function addLoginRoutes(api: FastifyInstance, parts: LoginParts): void {
  const { control, provider, sessions, cookies } = parts;
  const attempts = new LoginAttempts(parts.clock);
  const redirectUri = `${parts.publicUrl ?? ''}/login/callback`;
  const refused = (reply: FastifyReply, denial: Denial, to = '/approvals') =>
    reply
      .code(errorCodes[denial.code].http)
      .headers(pageHeaders)
      .send(denialPage(denial, null, provider === null ? undefined : { to: `/login?to=${to}`, text: 'Start again' }));

  api.get<{ readonly Querystring: { readonly to?: unknown; readonly fresh?: unknown } }>(
    '/login',
    { config: { right: 'public', page: true }, schema: { hide: true } },
    async (request, reply) => {
      if (provider === null) return refused(reply, noLogin);
      const { browser, login } = attempts.begin(cookies.read(request.headers.cookie, 'attempt'), {
        to: ownPath(request.query.to),
        fresh: request.query.fresh === '1',
        redirectUri,
      });
      const begun = await provider.begin(login);
      if (!begun.ok) return refused(reply, begun.error, login.to);
      return reply.header('set-cookie', cookies.write('attempt', browser)).redirect(begun.value.href, 303);
    },
  );

  api.get(
    '/login/callback',
    { config: { right: 'public', page: true }, schema: { hide: true } },
    async (request, reply) => {
      if (provider === null) return refused(reply, noLogin);
      const answer = new URLSearchParams(request.url.split('?')[1] ?? '');
      const login = attempts.finish(answer.get('state') ?? '', cookies.read(request.headers.cookie, 'attempt'));
      if (login === null) return refused(reply, notBegun);
      const redeemed = await provider.redeem(answer, login);
      if (!redeemed.ok) return refused(reply, redeemed.error, login.to);
      const token = redeemed.value;
      const authenticated = await control.authenticate(token);
      if (!authenticated.ok) return refused(reply, authenticated.error, login.to);
      const { principal } = authenticated.value;
      if (principal.kind !== 'user' || principal.issuer !== provider.client.entry) return refused(reply, notOfPeople);
      // The session that the browser had, if any, ends: an id is of one login.
      const earlier = cookies.read(request.headers.cookie, 'session');
      if (earlier !== null) sessions.close(earlier);
      return reply.header('set-cookie', cookies.write('session', sessions.open(token))).redirect(login.to, 303);
    },
  );

  addLogout(api, parts);

  api.get<Answers<LoginView>>(
    '/api/v1/login',
    {
      config: { right: 'public' },
      schema: describe({
        operationId: 'getLogin',
        tag: 'gateway',
        summary: 'Where people log in, for programs that do it for them.',
        good: one(loginSchemas.login),
      }),
    },
    async (_request, reply) => {
      if (provider === null) return refuse(reply, noLogin);
      const { issuer, clientId, scopes, isPublic } = provider.client;
      return { issuer, clientId, scopes, loopback: isPublic };
    },
  );
}

function addLogout(api: FastifyInstance, { sessions, cookies }: LoginParts): void {
  api.register(async (scope: FastifyInstance) => {
    acceptForms(scope);
    scope.post(
      '/logout',
      { config: { right: 'principal', page: true }, schema: { hide: true } },
      async (request, reply) => {
        const id = cookies.read(request.headers.cookie, 'session');
        if (id !== null && csrfOf(request) !== null) sessions.close(id);
        return reply.header('set-cookie', cookies.clear('session')).headers(pageHeaders).send(messagePage(loggedOut));
      },
    );
  });
}

const noLogin: Denial = {
  code: 'not_found',
  message: 'nobody logs in with a browser here',
  hint: 'the operator configures it as `api.login`; until then use the command line with SLUICE_TOKEN',
};

const notBegun: Denial = {
  code: 'invalid_request',
  message: 'this login was not begun in this browser, or took too long',
  hint: 'start again; cookies must be allowed, and the address must be the one that the operator configured',
};

const notOfPeople: Denial = {
  code: 'token_refused',
  message: 'the login is not of a person whom this gateway knows',
  hint: 'the operator compares `api.login.issuer` with `identity.issuers`',
};

const loggedOut = {
  title: 'Logged out',
  text: 'This browser is logged out here.',
  hint: 'Your issuer may still know you: on a device of others, log out there too.',
  link: { to: '/login?fresh=1', text: 'Log in' },
};
