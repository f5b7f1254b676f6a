import type { BodyMask } from '../../../src/core/body-mask.ts';
import type { CloseReason } from '../../../src/core/close-reason.ts';
import type { Fact } from '../../../src/core/fact.ts';
import type { HttpTarget } from '../../../src/core/http-connection.ts';
import type { Header } from '../../../src/core/http-header.ts';
import type { HttpMachine, HttpOutput, OutgoingRequest, ResponseHead } from '../../../src/core/http-machine.ts';
import type { ConnectionName, QuestionId, StatementId } from '../../../src/core/ids.ts';
import { defaultLimits, type Limits } from '../../../src/core/limits.ts';
import type { AdmissionVerdict, QuestionKind, Questions, RequestVerdict } from '../../../src/core/question.ts';
import { planBodyMask } from '../../../src/masking/body-mask.ts';
import { http } from '../../../src/protocols/http/index.ts';

/** One machine, driven by hand; what it does is written down in order. */
export class Script implements HttpOutput {
  readonly machine: HttpMachine;
  /** `ask admission 1`, `reply 403`, `close denied`. */
  readonly log: string[] = [];
  readonly facts: Fact[] = [];
  readonly asked: Questions[QuestionKind][] = [];
  request: OutgoingRequest | null = null;
  head: ResponseHead | null = null;
  /** Of the last answer to the client. */
  body = '';

  constructor(limits: Partial<Limits> = {}) {
    this.machine = http.machine({ limits: { ...defaultLimits, ...limits }, connection: 'records' as ConnectionName });
  }

  ask<K extends QuestionKind>(kind: K, id: QuestionId, question: Questions[K]): void {
    this.asked.push(question);
    this.log.push(`ask ${kind} ${id}`);
  }
  note(fact: Fact): void {
    this.facts.push(fact);
    const what =
      fact.kind === 'answered' ? ` ${fact.outcome.result}` : fact.kind === 'refused' ? ` ${fact.denial.code}` : '';
    this.log.push(`note ${fact.kind}${what}`);
  }
  withdraw(id: QuestionId): void {
    this.log.push(`withdraw ${id}`);
  }
  send(_target: HttpTarget, request: OutgoingRequest): void {
    this.request = request;
    this.log.push(`send ${request.method} ${request.path}`);
  }
  abandon(): void {
    this.log.push('abandon');
  }
  reply(head: ResponseHead, body: Buffer, last: boolean): void {
    this.head = head;
    this.body = body.toString();
    this.log.push(`reply ${head.status}${last ? ' last' : ''}`);
  }
  begin(head: ResponseHead): void {
    this.head = head;
    this.body = '';
    this.log.push(`begin ${head.status}`);
  }
  part(chunk: Buffer): void {
    this.body += chunk.toString();
  }
  end(): void {
    this.log.push('end');
  }
  close(reason: CloseReason): void {
    this.log.push(`close ${reason.kind}`);
  }

  /** What was done since this was last asked. */
  done(): readonly string[] {
    return this.log.splice(0);
  }

  get(target: string, headers: readonly Header[] = []): this {
    this.machine.requested({ method: 'GET', target, version: '1.1', headers: [...good, ...headers] }, this);
    this.machine.complete(this);
    return this;
  }

  admit(id: number, scrub = false): this {
    return this.admission(id, { kind: 'accept', target, scrub });
  }

  admission(id: number, verdict: AdmissionVerdict): this {
    this.machine.decide({ kind: 'admission', id: id as QuestionId, verdict }, this);
    return this;
  }

  decide(id: number, verdict: RequestVerdict): this {
    this.machine.decide({ kind: 'request', id: id as QuestionId, verdict }, this);
    return this;
  }

  /** The whole answer of the target, body and all. */
  answer(status: number, headers: readonly Header[], ...parts: readonly (string | Buffer)[]): this {
    this.machine.responded({ status, headers }, this);
    for (const part of parts) {
      if (this.machine.wants('server')) this.machine.received(Buffer.from(part), this);
    }
    this.machine.finished(this);
    return this;
  }
}

/** A session that is open, with its first request on the way to the target. */
export function forwarded(
  mask: BodyMask | null,
  options: { readonly method?: string; readonly limits?: Partial<Limits> } = {},
): Script {
  const script = new Script(options.limits);
  const { method = 'GET' } = options;
  script.machine.requested({ method, target: '/patients/1', version: '1.1', headers: good }, script);
  script.machine.complete(script);
  script.admit(1, mask !== null).decide(2, pass(mask));
  script.done();
  return script;
}

export const target: HttpTarget = { scheme: 'https', host: 'service', port: 443, base: '/v1', ca: null };
export const statement = 'stm_1' as StatementId;
export const good: readonly Header[] = [
  ['host', 'sluice'],
  ['authorization', 'Bearer good'],
];

export function pass(mask: BodyMask | null): RequestVerdict {
  return { kind: 'forward', execution: { id: statement }, credential: { header: 'x-key', value: 'upstream' }, mask };
}

/** What masks these paths, each named with its class. */
export function maskOf(rules: Readonly<Record<string, string>>): BodyMask {
  return planBodyMask(
    Object.entries(rules).map(([path, name]) => ({ path, class: name })),
    [],
    { preset: null, classes: new Map([['phone', { kind: 'partial', keepLast: 4 }]]) },
    { keyFor: () => Buffer.alloc(32), currentYear: () => 2026 },
  );
}
