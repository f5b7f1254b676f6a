import { fastifyCookie } from '@fastify/cookie';
import swagger from '@fastify/swagger';
import { TypeBoxValidatorCompiler } from '@fastify/type-provider-typebox';
import { type FastifyBaseLogger, type FastifyInstance, fastify, LogController } from 'fastify';
import type { TSchema } from 'typebox';
import { type Clock, systemClock } from '../base/clock.ts';
import type { Control } from '../engine/control.ts';
import { accessHook, proofHook } from './access.ts';
import { answerBrokenRequest } from './broken-request.ts';
import { earlyErrorHandler, errorHandler, unknownRoute } from './error-handling.ts';
import { hostHook } from './host-guard.ts';
import { BrowserSessions } from './login/browser-sessions.ts';
import { Cookies } from './login/cookies.ts';
import type { LoginProvider } from './login/login-provider.ts';
import { openapiOptions } from './openapi.ts';
import { rateHook } from './rate-limit.ts';
import { apiLog, logHook } from './request-log.ts';
import { headersHook } from './response-headers.ts';
import { addApprovalRoutes } from './routes/approvals.ts';
import { addConnectionRoutes } from './routes/connections.ts';
import { addGatewayRoutes } from './routes/gateway.ts';
import { addGrantRoutes } from './routes/grants.ts';
import { addLedgerRoutes } from './routes/ledger.ts';
import { addLoginRoutes } from './routes/login.ts';
import { addPages } from './routes/pages.ts';
import { addPolicyRoutes } from './routes/policies.ts';
import { addPrincipalRoutes } from './routes/principals.ts';
import { addSessionRoutes } from './routes/sessions.ts';
import { addTicketRoutes } from './routes/tickets.ts';
import { addTokenExchangeRoute } from './routes/token-exchange.ts';
import { namedSchemas } from './schema/all.ts';

export interface ApiOptions {
  readonly logger: FastifyBaseLogger;
  /** `host:port` as configured under `api.address`. */
  readonly address: string;
  /** How people reach it, where that differs from the address. */
  readonly publicUrl: string | null;
  /** Where people log in with a browser; null: nowhere. */
  readonly login: LoginProvider | null;
  /** Within which time of a login a person decides, as configured now. */
  readonly recentLoginMs: () => number;
  readonly clock?: Clock;
}

/** The HTTP surface of a gateway. It decides who may ask; what is asked is the engine's. */
export function buildApi(control: Control, options: ApiOptions): FastifyInstance {
  const { publicUrl, clock = systemClock } = options;
  const doors = { control, sessions: new BrowserSessions(clock), cookies: new Cookies(publicUrl), publicUrl };
  const app: FastifyInstance = fastify({
    loggerInstance: apiLog(options.logger),
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit,
    requestTimeout: 30_000,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: 512 },
    http: { maxHeaderSize, headersTimeout: 15_000 },
    // While closing, what still arrives on an open connection is answered as before, in our form.
    return503OnClosing: false,
    frameworkErrors: earlyErrorHandler,
    clientErrorHandler: answerBrokenRequest,
    schemaErrorFormatter: () => new Error('the request does not fit the schema of its route'),
  });
  app.setValidatorCompiler<TSchema>(TypeBoxValidatorCompiler);
  app.removeContentTypeParser('text/plain');
  app.setErrorHandler(errorHandler);
  app.setNotFoundHandler(unknownRoute);
  // Headers first, so that refusals carry them too; the log last, when the answer is known.
  app.addHook('onRequest', headersHook);
  app.addHook('onRequest', hostHook(options));
  app.addHook('onRequest', rateHook(clock));
  app.addHook('onRequest', accessHook(doors));
  app.addHook('preValidation', proofHook);
  app.addHook('onResponse', logHook);
  app.addHook('onRoute', (route) => {
    if (route.config?.right === undefined) throw new Error(`${route.method} ${route.url} states no right`);
  });
  for (const schema of namedSchemas) app.addSchema(schema);
  // For its parser and serialiser alone, which it loads when it is registered; `Cookies` says which cookies there are.
  app.register(fastifyCookie, { hook: false });
  app.register(swagger, openapiOptions(publicUrl));
  app.register(async (routes: FastifyInstance) => {
    addGatewayRoutes(routes, control);
    addConnectionRoutes(routes, control);
    addSessionRoutes(routes, control);
    addPrincipalRoutes(routes, control);
    addTicketRoutes(routes, control);
    addTokenExchangeRoute(routes, control);
    addApprovalRoutes(routes, control);
    addGrantRoutes(routes, control);
    addPolicyRoutes(routes, control);
    addLedgerRoutes(routes, control);
    addLoginRoutes(routes, { ...doors, provider: options.login, clock });
    addPages(routes, { control, clock, recentLoginMs: options.recentLoginMs });
  });
  return app;
}

/** A statement to explain is the largest thing that is sent here. */
const bodyLimit = 1024 * 1024;
/** A token may have 64 KiB (`Limits.tokenBytes`), and is not alone in its headers. */
const maxHeaderSize = 80 * 1024;
