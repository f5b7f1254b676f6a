import type { FastifyError, FastifyReply, FastifyRequest, FastifySchemaValidationError } from 'fastify';
import type { Denial } from '../core/denial.ts';
import { refuse } from './refuse.ts';
import { responseHeaders } from './response-headers.ts';

/** What a caller is told of an error that was thrown: what they did wrong, or that it was not them. Never a stack or a value. */
export function errorHandler(error: FastifyError, request: FastifyRequest, reply: FastifyReply): unknown {
  const denial = denialOf(error);
  if (denial.code === 'internal')
    request.log.error({ fault: faultOf(error), route: routeOf(request) }, 'request failed');
  return refuse(reply, denial);
}

export function unknownRoute(_request: FastifyRequest, reply: FastifyReply): unknown {
  return refuse(reply, {
    code: 'not_found',
    message: 'there is nothing at this path',
    hint: 'GET /openapi.json lists every path',
  });
}

/** Errors from before a route was found: no hook has run for these. */
export function earlyErrorHandler(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  reply.headers(responseHeaders);
  errorHandler(error, request, reply);
}

/** The pattern of the route, never the path: that holds what the caller typed. */
export function routeOf(request: FastifyRequest): string {
  return request.routeOptions.url ?? 'unknown';
}

/** A fault for the log: where it is, not what it says; a message may hold a value. */
export function faultOf(error: unknown): { readonly name: string; readonly frames: readonly string[] } {
  if (!(error instanceof Error)) return { name: typeof error, frames: [] };
  const frames = (error.stack ?? '')
    .replace(error.message, '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line));
  return { name: error.name, frames: frames.slice(0, 10).map((line) => line.trim()) };
}

/** What the caller did wrong, or that it was not them. */
export function denialOf(error: FastifyError): Denial {
  if (error.validation !== undefined) {
    const message = `${error.validationContext ?? 'request'}${complaint(error.validation)}`;
    return { code: 'invalid_request', message, hint: 'GET /openapi.json describes what this path takes' };
  }
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return { code: 'limit_exceeded', message: 'the body is larger than 1 MiB', hint: 'send a smaller one' };
    case 'FST_ERR_BAD_URL':
      return { code: 'invalid_request', message: 'the path cannot be read', hint: 'percent-encode it as UTF-8' };
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return {
        code: 'invalid_request',
        message: 'a part of the path is too long',
        hint: 'ids have at most 512 characters',
      };
  }
  if (error.statusCode !== undefined && error.statusCode < 500) {
    return {
      code: 'invalid_request',
      message: 'the body cannot be read',
      hint: 'send JSON with "Content-Type: application/json", or nothing where no body is described',
    };
  }
  return { code: 'internal', message: 'a fault of Sluice', hint: 'its log says where, without what you sent' };
}

/** What does not fit, by names of the schema only: a field that is not in it has a name that the caller chose. */
function complaint(faults: readonly FastifySchemaValidationError[]): string {
  const [first] = faults;
  if (first === undefined) return ' is not acceptable';
  if (faults.some(({ keyword }) => keyword === 'additionalProperties'))
    return ' has a field that this path does not take';
  return `${first.instancePath.replaceAll('/', '.')} ${first.message ?? 'is not acceptable'}`;
}
