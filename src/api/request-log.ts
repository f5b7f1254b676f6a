import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify';
import { faultOf, routeOf } from './error-handling.ts';

/**
 * The log of the API: method, route pattern, status and time of each request, and nothing a caller wrote. The redaction is a
 * second line behind that: should anything ever hand a request or an error to the log, no header and no message is written.
 */
export function apiLog(logger: FastifyBaseLogger): FastifyBaseLogger {
  return logger.child(
    { part: 'api' },
    {
      serializers: { req: () => undefined, res: () => undefined, err: faultOf },
      redact: ['headers', '*.headers', 'authorization', '*.authorization', 'body', '*.body', 'token', '*.token'],
    },
  );
}

export async function logHook(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  request.log.info(
    { method: request.method, route: routeOf(request), status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
    'request',
  );
}
