import { Writable } from 'node:stream';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { pino } from 'pino';
import { buildApi } from '../../src/api/build-api.ts';
import type { LoginProvider } from '../../src/api/login/login-provider.ts';
import { type Clock, instant } from '../../src/base/clock.ts';
import { err } from '../../src/base/result.ts';
import { InMemoryControl } from './in-memory-control.ts';

/** An issuer of people that nobody can reach. */
export const noWay: LoginProvider = {
  client: { entry: 'demo', issuer: 'https://login.example', clientId: 'sluice', scopes: ['openid'], isPublic: true },
  begin: async () => err({ code: 'issuer_unavailable', message: 'the issuer cannot be reached', hint: 'try again' }),
  redeem: async () => err({ code: 'issuer_unavailable', message: 'the issuer cannot be reached', hint: 'try again' }),
};

/** An API over a gateway in memory, its log kept, its clock standing still until it is moved. */
export interface TestApi {
  readonly app: FastifyInstance;
  readonly control: InMemoryControl;
  readonly clock: { at: number };
  log(): string;
  /** Sends a request as a person or workload of the gateway; null: without a token. */
  send(as: string | null, request: InjectOptions & { readonly url: string }): Promise<LightMyRequestResponse>;
}

export interface TestApiOptions {
  readonly address?: string;
  readonly publicUrl?: string | null;
  readonly login?: LoginProvider;
  readonly control?: InMemoryControl;
}

export function testApi(known: TestApiOptions = {}): TestApi {
  const control = known.control ?? new InMemoryControl();
  const time = { at: 0 };
  const clock: Clock = { now: () => instant(time.at * 1000), monotonic: () => time.at };
  let text = '';
  const sink = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      text += chunk.toString();
      done();
    },
  });
  const app = buildApi(control, {
    logger: pino({ level: 'trace' }, sink),
    address: known.address ?? '127.0.0.1:8400',
    publicUrl: known.publicUrl ?? null,
    login: known.login ?? null,
    recentLoginMs: () => 15 * 60_000,
    clock,
  });
  return {
    app,
    control,
    clock: time,
    log: () => text,
    send: (as, request) => {
      const authorization = as === null ? {} : { authorization: `Bearer token-of-${as}` };
      return app.inject({ ...request, headers: { host: '127.0.0.1:8400', ...authorization, ...request.headers } });
    },
  };
}
