import type { FastifyReply, FastifyRequest } from 'fastify';

/** On every answer: nothing here is a page, and nothing may be kept, framed or guessed at. */
export const responseHeaders: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

export async function headersHook(_request: FastifyRequest, reply: FastifyReply): Promise<void> {
  reply.headers(responseHeaders);
}
