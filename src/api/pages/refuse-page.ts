import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Denial } from '../../core/denial.ts';
import { errorCodes } from '../../core/error-codes.ts';
import { ownPath } from '../login/login-attempts.ts';
import type { Viewer } from './layout.ts';
import { denialPage } from './message-page.ts';

/** On every page: the own style sheet, forms to the own host, and nothing else. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  // With "no-referrer", browsers would send "Origin: null" with the forms of the page.
  'referrer-policy': 'same-origin',
};

/** Ends a request for a page: whoever is not logged in is sent to do so and comes back, anybody else is told. */
export function refusePage(
  request: FastifyRequest,
  reply: FastifyReply,
  denial: Denial,
  viewer: Viewer | null,
): FastifyReply {
  const path = request.url.split('?', 1)[0] ?? '';
  const login = `/login?to=${ownPath(path.replace(/\/(approve|deny|reveal)$/, ''))}`;
  const { http } = errorCodes[denial.code];
  if (http === 401 && request.method === 'GET') return reply.redirect(login, 303);
  const link = http === 401 ? { to: login, text: 'Log in' } : { to: '/approvals', text: 'All requests' };
  return reply
    .code(http)
    .headers(pageHeaders)
    .send(denialPage(denial, viewer, link));
}
