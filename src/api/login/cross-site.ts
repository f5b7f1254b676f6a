import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { Denial } from '../../core/denial.ts';

/**
 * Why a request that a browser logged in with its cookie may not change anything; null: it may, as far as where it comes from
 * says. Browsers state that themselves, and no page can make them lie.
 */
export function crossSite(request: FastifyRequest, publicUrl: string | null): Denial | null {
  if (isSafe(request.method)) return null;
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin' ? null : elsewhere;
  const origin = URL.parse(request.headers.origin ?? '');
  if (origin === null) return elsewhere;
  const known = publicUrl !== null && origin.origin === new URL(publicUrl).origin;
  // The Host was compared with the names of this gateway before.
  return known || origin.host === request.headers.host ? null : elsewhere;
}

/** The second proof: the token of the session, from the form or the header. */
export function unproven(request: FastifyRequest, csrf: string): Denial | null {
  if (isSafe(request.method)) return null;
  const header = request.headers['x-sluice-csrf'];
  const body = request.body;
  const field = typeof body === 'object' && body !== null && 'csrf' in body ? body.csrf : undefined;
  const given = header ?? field;
  return typeof given === 'string' && timingSafeEqual(digest(given), digest(csrf)) ? null : stale;
}

function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

const elsewhere: Denial = {
  code: 'forbidden',
  message: 'the request does not come from a page of this gateway',
  hint: 'open the page of the gateway itself and try there; programs send "Authorization: Bearer <token>" instead of a cookie',
};

const stale: Denial = {
  code: 'forbidden',
  message: 'the page is of an earlier login',
  hint: 'load the page again and repeat what you did',
};
