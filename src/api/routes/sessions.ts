import type { FastifyInstance } from 'fastify';
import { type Static, Type } from 'typebox';
import type { Denial } from '../../core/denial.ts';
import { isSessionId } from '../../core/ids.ts';
import type { Control, SessionView } from '../../engine/control.ts';
import { callerOf } from '../access.ts';
import { refuse } from '../refuse.ts';
import { listOf, one } from '../schema/named.ts';
import { sessionSchemas, type Termination } from '../schema/session.ts';
import { type Answers, describe } from './route-schema.ts';

/** Sessions, live and recently closed. */
export function addSessionRoutes(api: FastifyInstance, control: Control): void {
  api.get<Answers<readonly SessionView[]>>(
    '/api/v1/sessions',
    {
      config: { right: 'read' },
      schema: describe({
        operationId: 'listSessions',
        tag: 'sessions',
        summary: 'Live and recently closed sessions.',
        good: listOf(sessionSchemas.session),
      }),
    },
    async () => control.sessions(),
  );

  api.get<Answers<SessionView> & ById>(
    '/api/v1/sessions/:id',
    {
      config: { right: 'read' },
      schema: {
        ...describe({
          operationId: 'getSession',
          tag: 'sessions',
          summary: 'One session.',
          good: one(sessionSchemas.session),
        }),
        params: byId,
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const session = isSessionId(id) ? control.session(id) : null;
      return session ?? refuse(reply, noSession);
    },
  );

  api.post<Answers<Termination> & ById>(
    '/api/v1/sessions/:id/terminate',
    {
      config: { right: 'terminate-session' },
      schema: {
        ...describe({
          operationId: 'terminateSession',
          tag: 'sessions',
          summary: 'Ends a live session within a second.',
          good: one(sessionSchemas.termination),
        }),
        params: byId,
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      if (!isSessionId(id)) return refuse(reply, noSession);
      const outcome = await control.terminate(id, callerOf(request));
      if (!outcome.ok) return refuse(reply, outcome.error);
      return outcome.value ? { id, terminated: true } : refuse(reply, notLive);
    },
  );
}

interface ById {
  readonly Params: Static<typeof byId>;
}

const byId = Type.Object({ id: Type.String({ minLength: 1, maxLength: 64 }) }, { additionalProperties: false });

const noSession: Denial = {
  code: 'not_found',
  message: 'there is no session of this id',
  hint: '"sluice sessions list" shows them; closed ones are in the ledger',
};

const notLive: Denial = {
  code: 'not_found',
  message: 'no live session has this id',
  hint: 'it may have ended; "sluice sessions list" shows those that are open',
};
