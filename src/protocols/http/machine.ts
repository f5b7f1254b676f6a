import type { Result } from '../../base/result.ts';
import { isStrictJson } from '../../base/strict-json.ts';
import type { BodyMask } from '../../core/body-mask.ts';
import type { CloseReason } from '../../core/close-reason.ts';
import type { Denial } from '../../core/denial.ts';
import type { RequestOutcome } from '../../core/fact.ts';
import type { HttpTarget } from '../../core/http-connection.ts';
import type {
  HttpMachine,
  HttpMachineOptions,
  HttpOutput,
  RequestHead,
  ResponseHead,
} from '../../core/http-machine.ts';
import { type QuestionId, questionId } from '../../core/ids.ts';
import type { Phase, Side } from '../../core/machine.ts';
import type { Answer, RequestExecution, RequestVerdict } from '../../core/question.ts';
import type { HttpMethod } from '../../core/route-template.ts';
import { planAnswer, repeatedCredential, unmaskable } from './answer-plan.ts';
import { CredentialWatch } from './credential-watch.ts';
import { forwardedHeaders, isSteering } from './headers.ts';
import { problem } from './problem.ts';
import { bearerOf, longBody, notJson, type ReadHead, readHead, unannounced } from './request-head.ts';
import { spellRequestTarget } from './request-target.ts';

type Session =
  | { readonly kind: 'new' }
  | { readonly kind: 'admitting'; readonly question: QuestionId }
  | { readonly kind: 'open'; readonly target: HttpTarget; readonly scrub: boolean }
  | { readonly kind: 'closed' };

/** The one request that is under way. */
type Exchange =
  | { readonly kind: 'none' }
  /** Its body comes, or the session is not open yet. */
  | {
      readonly kind: 'reading';
      readonly head: Result<ReadHead, Denial>;
      readonly token: string;
      readonly body: Collected;
      whole: boolean;
    }
  | {
      readonly kind: 'deciding';
      readonly question: QuestionId;
      readonly head: ReadHead;
      readonly body: Buffer | null;
    }
  /** With the target. */
  | ({ readonly kind: 'sent' } & Forwarded)
  | ({
      readonly kind: 'masking';
      readonly mask: BodyMask;
      readonly head: ResponseHead;
      readonly body: Collected;
    } & Forwarded)
  | ({ readonly kind: 'passing'; readonly status: number; bytes: number } & Forwarded);

interface Forwarded {
  readonly execution: RequestExecution;
  readonly method: HttpMethod;
  readonly mask: BodyMask | null;
  readonly watch: CredentialWatch;
}

interface Collected {
  readonly chunks: Buffer[];
  length: number;
}

/** One client connection: its first request opens a session, and every request is a statement. See docs/protocols/http.md. */
export class HttpSession implements HttpMachine {
  readonly #options: HttpMachineOptions;
  #session: Session = { kind: 'new' };
  #exchange: Exchange = { kind: 'none' };
  #questions = 0;

  constructor(options: HttpMachineOptions) {
    this.#options = options;
  }

  get phase(): Phase {
    if (this.#session.kind === 'closed') return 'closed';
    if (this.#exchange.kind === 'none') return 'idle';
    return this.#session.kind === 'open' ? 'busy' : 'opening';
  }

  wants(side: Side): boolean {
    if (side === 'server') return this.#exchange.kind === 'masking' || this.#exchange.kind === 'passing';
    return this.#session.kind === 'open' && this.#exchange.kind === 'reading' && this.#exchange.head.ok;
  }

  requested(received: RequestHead, out: HttpOutput): void {
    if (this.#exchange.kind !== 'none') throw new Error('a request within a request');
    const { limits, connection } = this.#options;
    const token = bearerOf(received.headers, limits);
    if (!token.ok) {
      this.#farewell(token.error, out);
      return;
    }
    const head = readHead(received, limits);
    this.#exchange = { kind: 'reading', head, token: token.value, body: { chunks: [], length: 0 }, whole: false };
    if (this.#session.kind === 'new') {
      const question = this.#nextQuestion();
      this.#session = { kind: 'admitting', question };
      const stated = head.ok ? head.value.stated : { reason: null, purpose: null, ticket: null };
      out.ask('admission', question, { proof: { kind: 'secret', secret: token.value }, connection, stated });
    }
    this.#advance(out);
  }

  sent(chunk: Buffer, out: HttpOutput): void {
    const exchange = this.#exchange;
    if (exchange.kind !== 'reading') return;
    // The parser may keep fewer headers than it read: what they would have been refused for must not come in without them.
    if (exchange.head.ok && !exchange.head.value.body) {
      this.#refuse(unannounced, out);
      return;
    }
    if (collect(exchange.body, chunk, this.#options.limits.bodyBytes)) return;
    this.#refuse(longBody(this.#options.limits), out);
  }

  complete(out: HttpOutput): void {
    if (this.#exchange.kind !== 'reading') return;
    this.#exchange.whole = true;
    this.#advance(out);
  }

  decide(answer: Answer, out: HttpOutput): void {
    if (answer.kind === 'admission') {
      if (this.#session.kind !== 'admitting' || this.#session.question !== answer.id) return;
      if (answer.verdict.kind === 'deny') {
        this.#farewell(answer.verdict.denial, out);
        return;
      }
      this.#session = { kind: 'open', target: answer.verdict.target, scrub: answer.verdict.scrub };
      this.#advance(out);
    } else if (answer.kind === 'request') {
      if (this.#exchange.kind !== 'deciding' || this.#exchange.question !== answer.id) return;
      this.#decided(answer.verdict, this.#exchange.head, this.#exchange.body, out);
    } else throw new Error(`an answer that HTTP never asks for: ${answer.kind}`);
  }

  /** HTTP has no way to tell a client that waits: the request simply takes longer. */
  inform(): void {
    return;
  }

  responded(head: ResponseHead, out: HttpOutput): void {
    const exchange = this.#exchange;
    if (exchange.kind !== 'sent' || this.#session.kind !== 'open') return;
    const { execution, method, mask } = exchange;
    const plan = planAnswer(head, { method, statement: execution.id, mask, scrub: this.#session.scrub });
    switch (plan.kind) {
      case 'pass':
        if (exchange.watch.inHeaders(plan.head.headers)) {
          out.abandon();
          this.#withhold(exchange, repeatedCredential, head.status, out);
          return;
        }
        this.#exchange = { ...exchange, kind: 'passing', status: head.status, bytes: 0 };
        out.begin(plan.head);
        return;
      case 'mask':
        this.#exchange = { ...exchange, ...plan, kind: 'masking', body: { chunks: [], length: 0 } };
        return;
      case 'replace':
        out.abandon();
        this.#answered(exchange, { ...nothingMasked, result: 'completed', status: head.status }, out);
        out.reply(plan.answer.head, plan.answer.body, false);
        return;
      case 'refuse':
        out.abandon();
        this.#withhold(exchange, plan.denial, head.status, out);
        return;
    }
  }

  received(chunk: Buffer, out: HttpOutput): void {
    const exchange = this.#exchange;
    if (exchange.kind === 'passing') {
      this.#pass(exchange, exchange.watch.next(chunk), out);
    } else if (exchange.kind === 'masking') {
      const { bodyBytes } = this.#options.limits;
      if (collect(exchange.body, chunk, bodyBytes)) return;
      out.abandon();
      this.#withhold(exchange, unmaskable(`is longer than ${bodyBytes} bytes (bodyBytes)`), exchange.head.status, out);
    }
  }

  finished(out: HttpOutput): void {
    const exchange = this.#exchange;
    if (exchange.kind === 'passing') {
      this.#pass(exchange, exchange.watch.rest(), out);
      const { status, bytes } = exchange;
      this.#answered(exchange, { result: 'completed', status, bytes, masked: null }, out);
      out.end();
    } else if (exchange.kind === 'masking') {
      const { status } = exchange.head;
      const masked = exchange.mask.mask(whole(exchange.body));
      if (masked === null) {
        this.#withhold(exchange, unmaskable('is not JSON that everybody reads alike'), status, out);
        return;
      }
      const { bytes, counts } = masked;
      if (exchange.watch.inWhole(bytes)) {
        this.#withhold(exchange, repeatedCredential, status, out);
        return;
      }
      this.#answered(exchange, { result: 'completed', status, bytes: bytes.length, masked: counts }, out);
      out.reply(exchange.head, bytes, false);
    }
  }

  failed(reason: string, sent: boolean, out: HttpOutput): void {
    const exchange = this.#exchange;
    if (exchange.kind === 'passing') {
      const { status, bytes } = exchange;
      this.#answered(exchange, { result: 'unfinished', status, bytes, masked: null }, out);
      this.#close({ kind: 'target-lost' }, out);
    } else if (exchange.kind === 'sent' || exchange.kind === 'masking') {
      const status = exchange.kind === 'masking' ? exchange.head.status : null;
      this.#withhold(exchange, sent ? lost(reason) : unreachable(reason), status, out);
    }
  }

  left(out: HttpOutput): void {
    const busy = this.#exchange.kind !== 'none';
    this.#drop(out);
    this.#close({ kind: busy ? 'client-lost' : 'client-left' }, out);
  }

  terminate(denial: Denial, out: HttpOutput): void {
    const answerable = this.#exchange.kind !== 'none' && this.#exchange.kind !== 'passing';
    const statement = 'execution' in this.#exchange ? this.#exchange.execution.id : null;
    this.#drop(out);
    if (answerable) {
      const { head, body } = problem(denial, statement);
      out.reply(head, body, true);
    }
    this.#close({ kind: 'denied', denial }, out);
  }

  /** The next step of the request that is being read, where there is one to take. */
  #advance(out: HttpOutput): void {
    const exchange = this.#exchange;
    if (this.#session.kind !== 'open' || exchange.kind !== 'reading') return;
    if (!exchange.head.ok) {
      this.#refuse(exchange.head.error, out);
      return;
    }
    if (!exchange.whole) return;
    const { token } = exchange;
    const head = exchange.head.value;
    const body = exchange.body.length === 0 ? null : whole(exchange.body);
    if (body !== null && !isStrictJson(body)) {
      this.#refuse(notJson, out);
      return;
    }
    const question = this.#nextQuestion();
    this.#exchange = { kind: 'deciding', question, head, body };
    out.ask('request', question, {
      proof: { kind: 'secret', secret: token },
      stated: head.stated,
      method: head.method,
      path: head.target.path,
      query: head.target.query,
      headers: forwardedHeaders(head.headers, false).filter(isSteering),
      body,
    });
  }

  #decided(verdict: RequestVerdict, { method, target, headers }: ReadHead, body: Buffer | null, out: HttpOutput): void {
    if (this.#session.kind !== 'open') return;
    switch (verdict.kind) {
      case 'end':
        this.#farewell(verdict.denial, out);
        return;
      case 'deny': {
        this.#exchange = { kind: 'none' };
        const refusal = problem(verdict.denial, verdict.id);
        out.reply(refusal.head, refusal.body, false);
        return;
      }
      case 'forward': {
        const { execution, mask, credential } = verdict;
        this.#exchange = {
          kind: 'sent',
          execution,
          method,
          mask,
          watch: new CredentialWatch(credential?.value ?? null),
        };
        out.send(this.#session.target, {
          method,
          path: spellRequestTarget(this.#session.target.base, target),
          headers: [
            ...forwardedHeaders(headers, mask !== null),
            // What is compressed cannot be read.
            ['accept-encoding', 'identity'],
            ...(credential === null ? [] : [[credential.header, credential.value] as const]),
          ],
          body,
        });
        return;
      }
    }
  }

  /** What Sluice itself cannot read: on record, and told. Where a body is still coming, the connection ends behind it. */
  #refuse(denial: Denial, out: HttpOutput): void {
    const exchange = this.#exchange;
    const last = exchange.kind === 'reading' && !exchange.whole;
    out.note({ kind: 'refused', denial });
    const { head, body } = problem(denial, null);
    this.#exchange = { kind: 'none' };
    out.reply(head, body, last);
    if (last) this.#close({ kind: 'denied', denial }, out);
  }

  /** A part of an answer that has begun: where it may not go on, the answer is cut off. */
  #pass(exchange: Extract<Exchange, { kind: 'passing' }>, part: Buffer | null, out: HttpOutput): void {
    if (part !== null) {
      exchange.bytes += part.length;
      if (part.length > 0) out.part(part);
      return;
    }
    const { status, bytes } = exchange;
    out.abandon();
    this.#answered(exchange, { result: 'unfinished', status, bytes, masked: null }, out);
    this.#close({ kind: 'denied', denial: repeatedCredential }, out);
  }

  /** The request has reached the target, and its answer does not reach the client. */
  #withhold(forwarded: Forwarded, denial: Denial, status: number | null, out: HttpOutput): void {
    this.#answered(forwarded, { ...nothingMasked, result: 'failed', status }, out);
    const { head, body } = problem(denial, forwarded.execution.id);
    out.reply(head, body, false);
  }

  /** Said for the last time. */
  #farewell(denial: Denial, out: HttpOutput): void {
    const { head, body } = problem(denial, null);
    this.#exchange = { kind: 'none' };
    out.reply(head, body, true);
    this.#close({ kind: 'denied', denial }, out);
  }

  #drop(out: HttpOutput): void {
    const exchange = this.#exchange;
    if (exchange.kind === 'deciding') out.withdraw(exchange.question);
    if (this.#session.kind === 'admitting') out.withdraw(this.#session.question);
    if (exchange.kind === 'sent' || exchange.kind === 'masking' || exchange.kind === 'passing') {
      out.abandon();
      const bytes = exchange.kind === 'passing' ? exchange.bytes : 0;
      this.#answered(exchange, { result: 'unfinished', status: null, bytes, masked: null }, out);
    }
    this.#exchange = { kind: 'none' };
  }

  #answered({ execution }: Forwarded, outcome: RequestOutcome, out: HttpOutput): void {
    this.#exchange = { kind: 'none' };
    out.note({ kind: 'answered', execution, outcome });
  }

  #close(reason: CloseReason, out: HttpOutput): void {
    this.#session = { kind: 'closed' };
    out.close(reason);
  }

  #nextQuestion(): QuestionId {
    this.#questions += 1;
    return questionId(this.#questions);
  }
}

/** False: it is too long. */
function collect(body: Collected, chunk: Buffer, most: number): boolean {
  body.length += chunk.length;
  if (body.length > most) return false;
  body.chunks.push(chunk);
  return true;
}

function whole({ chunks, length }: Collected): Buffer {
  return Buffer.concat(chunks, length);
}

const nothingMasked = { bytes: 0, masked: null } as const;

function unreachable(reason: string): Denial {
  return {
    code: 'target_unreachable',
    message: `the target cannot be reached: ${reason}`,
    hint: 'nothing was executed; try again in a moment, and tell the operator if it stays',
  };
}

function lost(reason: string): Denial {
  return {
    code: 'target_lost',
    message: `the target gave no whole answer: ${reason}`,
    hint: 'the request may have been carried out: look before you send it again',
  };
}
