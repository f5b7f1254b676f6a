import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { connect } from 'node:net';
import type { TestContext } from 'node:test';
import type { BodyMask } from '../../src/core/body-mask.ts';
import type { Fact } from '../../src/core/fact.ts';
import type { HttpTarget } from '../../src/core/http-connection.ts';
import type { ConnectionName, QuestionId, StatementId } from '../../src/core/ids.ts';
import type { Judge, OpenJudge, SessionHandle } from '../../src/core/judge.ts';
import { defaultLimits, type Limits } from '../../src/core/limits.ts';
import type { Asked, RequestQuestion, RequestVerdict } from '../../src/core/question.ts';
import { planBodyMask } from '../../src/masking/body-mask.ts';
import { listenHttp } from '../../src/net/http-listener.ts';
import type { Listener } from '../../src/net/listener.ts';
import { http } from '../../src/protocols/http/index.ts';
import { Arrivals } from './arrivals.ts';
import { Peer } from './loopback.ts';

/** A real HTTP server behind a gateway, and what it was asked. */
export interface Service {
  readonly target: HttpTarget;
  /** `GET /base/patients/1`, in order. */
  readonly asked: string[];
  readonly requests: IncomingMessage[];
}

export async function startService(context: TestContext, listener: RequestListener): Promise<Service> {
  const asked: string[] = [];
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    requests.push(request);
    listener(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  return { target: { scheme: 'http', host: '127.0.0.1', port: bound.port, base: '/base', ca: null }, asked, requests };
}

/** Answers every question of HTTP in the way a test says, and remembers it. */
export class HttpJudge {
  readonly asked: string[] = [];
  readonly questions: RequestQuestion[] = [];
  readonly facts: Fact[] = [];
  readonly withdrawn: QuestionId[] = [];
  readonly opened = new Arrivals<SessionHandle>();
  readonly closed = new Arrivals<string>();
  /** Requests that wait for `give`. */
  readonly pending = new Arrivals<(verdict: RequestVerdict) => void>();
  readonly #target: HttpTarget;
  readonly #rule: (question: RequestQuestion) => RequestVerdict | 'later';
  readonly #scrub: boolean;

  constructor(
    target: HttpTarget,
    rule: (question: RequestQuestion) => RequestVerdict | 'later' = () => forward(null),
    scrub = false,
  ) {
    this.#target = target;
    this.#rule = rule;
    this.#scrub = scrub;
  }

  readonly open: OpenJudge = (_listener, _client, handle): Judge => {
    this.opened.add(handle);
    return {
      ask: (asked, answer) => {
        if (asked.kind === 'admission') {
          this.asked.push('admission');
          const known = asked.question.proof.kind === 'secret' && asked.question.proof.secret === 'good';
          answer({
            kind: 'admission',
            id: asked.id,
            verdict: known
              ? { kind: 'accept', target: this.#target, scrub: this.#scrub }
              : { kind: 'deny', denial: { code: 'token_refused', message: 'the token is not acceptable' } },
          });
        } else this.#request(asked, (verdict) => answer({ kind: 'request', id: asked.id, verdict }));
      },
      note: (fact) => this.facts.push(fact),
      withdraw: (id) => this.withdrawn.push(id),
      closed: (reason) => this.closed.add(reason.kind),
    };
  };

  #request(asked: Asked, give: (verdict: RequestVerdict) => void): void {
    if (asked.kind !== 'request') throw new Error(`HTTP asked for ${asked.kind}`);
    const { question } = asked;
    this.asked.push(`${question.method} /${question.path.join('/')}`);
    this.questions.push(question);
    const verdict = this.#rule(question);
    if (verdict === 'later') this.pending.add(give);
    else give(verdict);
  }
}

export interface HttpGateway {
  readonly listener: Listener;
  readonly bugs: unknown[];
  readonly url: string;
  /** A client of bytes. */
  raw(): Promise<Peer>;
}

export async function startHttpGateway(
  context: TestContext,
  judge: HttpJudge,
  limits: Partial<Limits> = {},
): Promise<HttpGateway> {
  const bugs: unknown[] = [];
  const listener = await listenHttp({
    name: 'records',
    protocol: http,
    address: '127.0.0.1:0',
    tls: null,
    connection: 'records' as ConnectionName,
    limits: { ...defaultLimits, ...limits },
    openJudge: judge.open,
    onBug: (error) => bugs.push(error),
  });
  context.after(() => listener.close());
  return {
    listener,
    bugs,
    url: `http://${listener.address}`,
    async raw() {
      const socket = connect({ port: Number(listener.address.split(':').at(-1)), host: '127.0.0.1', noDelay: true });
      context.after(() => socket.destroy());
      await once(socket, 'connect');
      return new Peer(socket);
    },
  };
}

export const statement = 'stm_1' as StatementId;

export function forward(mask: BodyMask | null): RequestVerdict {
  return {
    kind: 'forward',
    execution: { id: statement },
    credential: { header: 'x-service-key', value: 'Key upstream' },
    mask,
  };
}

/** What masks `$.ssn`, `$..phone` and the like, each named for its class. */
export function maskOf(rules: Readonly<Record<string, string>>): BodyMask {
  return planBodyMask(
    Object.entries(rules).map(([path, name]) => ({ path, class: name })),
    [],
    { preset: null, classes: new Map([['phone', { kind: 'partial', keepLast: 4 }]]) },
    { keyFor: () => Buffer.alloc(32), currentYear: () => 2026 },
  );
}
