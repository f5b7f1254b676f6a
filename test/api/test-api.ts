import { Writable } from 'node:stream';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { pino } from 'pino';
import { buildApi } from '../../src/api/build-api.ts';
import { type Clock, instant } from '../../src/base/clock.ts';
import { InMemoryControl } from './in-memory-control.ts';

/** An API over a gateway in memory, its log kept, its clock standing still until it is moved. */
export interface TestApi {
  readonly app: FastifyInstance;
  readonly control: InMemoryControl;
  readonly clock: { at: number };
  log(): string;
  /** Sends a request as a person or workload of the gateway; null: without a token. */
  send(as: string | null, request: InjectOptions & { readonly url: string }): Promise<LightMyRequestResponse>;
}

export function testApi(known: { readonly address?: string; readonly publicUrl?: string | null } = {}): TestApi {
  const control = new InMemoryControl();
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
