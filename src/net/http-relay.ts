import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { CloseReason } from '../core/close-reason.ts';
import type { Denial } from '../core/denial.ts';
import type { Fact } from '../core/fact.ts';
import type { HttpTarget } from '../core/http-connection.ts';
import type { Header } from '../core/http-header.ts';
import type {
  HttpMachine,
  HttpMachineOptions,
  HttpOutput,
  HttpProtocol,
  OutgoingRequest,
  ResponseHead,
} from '../core/http-machine.ts';
import type { QuestionId } from '../core/ids.ts';
import type { ClientAddress, Judge, Notice, OpenJudge, SessionHandle } from '../core/judge.ts';
import type { Answer, Asked, QuestionKind, Questions } from '../core/question.ts';
import type { HttpTargets, SentRequest } from './http-targets.ts';

export interface HttpRelayOptions extends HttpMachineOptions {
  readonly listener: string;
  readonly protocol: HttpProtocol;
  readonly openJudge: OpenJudge;
  readonly targets: HttpTargets;
  /** A fault of ours; the connection is already closed. */
  readonly onBug: (error: unknown) => void;
}

/** A request of the client, and where its answer goes. */
interface Turn {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * One client connection that carries HTTP: drives the machine and the judge. What a client sends ahead of an answer waits.
 *
 * Invariant: one call into the machine at a time. Whatever happens within one is queued and done by `#settle` afterwards.
 */
export class HttpRelay implements HttpOutput, SessionHandle {
  readonly #options: HttpRelayOptions;
  readonly #socket: Socket;
  readonly #machine: HttpMachine;
  readonly #judge: Judge;
  readonly #waiting: Turn[] = [];
  readonly #events: (() => void)[] = [];
  #sayings: (() => void)[] = [];
  #turn: Turn | null = null;
  /** The answer that was given last, while the client has yet to take it. */
  #untaken: ServerResponse | null = null;
  /** The request that was read last. */
  #last: IncomingMessage | null = null;
  #sent: SentRequest | null = null;
  #busy = false;
  #over: CloseReason | null = null;
  #left = false;

  constructor(socket: Socket, client: ClientAddress, options: HttpRelayOptions) {
    this.#options = options;
    this.#socket = socket;
    this.#machine = options.protocol.machine(options);
    this.#judge = options.openJudge(options.listener, client, this);
    socket.once('close', () => this.#happened(() => this.#machine.left(this)));
  }

  /** Nothing is asked that is not answered. */
  get idle(): boolean {
    return this.#turn === null && this.#untaken === null && this.#waiting.length === 0;
  }

  /** The parser has read the head of another request. */
  arrived(request: IncomingMessage, response: ServerResponse): void {
    if (this.#over !== null) return;
    if (this.#waiting.length >= mostAhead) {
      this.terminate(tooFarAhead);
      return;
    }
    this.#waiting.push({ request, response });
    if (!this.#busy) this.#settle();
  }

  terminate(denial: Denial): void {
    this.#happened(() => this.#machine.terminate(denial, this));
  }

  inform(id: QuestionId, notice: Notice): void {
    this.#happened(() => this.#machine.inform(id, notice, this));
  }

  // What the machine says: see HttpOutput.

  ask<K extends QuestionKind>(kind: K, id: QuestionId, question: Questions[K]): void {
    // The union cannot be built from a type parameter; its members are made of exactly these three.
    const asked = { kind, id, question } as Asked;
    this.#sayings.push(() => this.#judge.ask(asked, this.#answer));
  }

  note(fact: Fact): void {
    this.#sayings.push(() => this.#judge.note(fact));
  }

  withdraw(id: QuestionId): void {
    this.#sayings.push(() => this.#judge.withdraw(id));
  }

  send(target: HttpTarget, request: OutgoingRequest): void {
    const pass = (call: () => void) => this.#happened(call);
    this.#sent = this.#options.targets.send(target, request, {
      responded: (head) => pass(() => this.#machine.responded(head, this)),
      received: (chunk) => pass(() => this.#machine.received(chunk, this)),
      finished: () => {
        this.#sent = null;
        pass(() => this.#machine.finished(this));
      },
      failed: (reason, sent) => {
        this.#sent = null;
        pass(() => this.#machine.failed(reason, sent, this));
      },
    });
  }

  abandon(): void {
    this.#sent?.abandon();
    this.#sent = null;
  }

  reply(head: ResponseHead, body: Buffer, last: boolean): void {
    const turn = this.#turn;
    if (turn === null) throw new Error('an answer to nothing');
    if (last) turn.response.shouldKeepAlive = false;
    // An empty answer to HEAD, or of 204, says nothing of a length.
    const length: Header[] = body.length === 0 ? [] : [['content-length', String(body.length)]];
    this.#writeHead(turn, { status: head.status, headers: [...head.headers, ...length] });
    turn.response.end(body);
    this.#given(turn);
  }

  begin(head: ResponseHead): void {
    if (this.#turn === null) throw new Error('an answer to nothing');
    this.#writeHead(this.#turn, head);
    // Sends the head, and not as UTF-8: it was read as Latin-1, so that its bytes stay what they were.
    this.#turn.response.write('', 'latin1');
    this.#turn.response.on('drain', () => this.#sent?.resume());
  }

  part(chunk: Buffer): void {
    if (this.#turn?.response.write(chunk) === false) this.#sent?.pause();
  }

  end(): void {
    if (this.#turn === null) return;
    this.#turn.response.end();
    this.#given(this.#turn);
  }

  close(reason: CloseReason): void {
    this.#over ??= reason;
  }

  // The order of things.

  #settle(): void {
    this.#busy = true;
    try {
      do this.#tell();
      while (this.#over === null && this.#step());
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#busy = false;
    if (this.#over !== null) {
      this.#leave(this.#over);
      return;
    }
    const { request } = this.#turn ?? {};
    if (request === undefined) return;
    if (this.#machine.wants('client')) request.resume();
    else request.pause();
  }

  /** The next call into the machine, if there is one to make. */
  #step(): boolean {
    const event = this.#events.shift();
    if (event !== undefined) {
      event();
      return true;
    }
    const next = this.#turn === null && this.#untaken === null ? this.#waiting.shift() : undefined;
    if (next === undefined) return false;
    this.#begin(next);
    return true;
  }

  #begin(turn: Turn): void {
    this.#turn = turn;
    const { request } = turn;
    this.#last = request;
    const current = (call: () => void) => this.#happened(() => this.#turn === turn && call());
    request.on('data', (chunk: Buffer) => current(() => this.#machine.sent(chunk, this)));
    request.on('end', () => current(() => this.#machine.complete(this)));
    // A body that breaks off ends the connection, which is the news.
    request.on('error', ignore);
    request.pause();
    this.#machine.requested(headOf(request), this);
  }

  /** The next request waits until the answer is taken: else one who reads nothing could have any number of answers kept. */
  #given({ response }: Turn): void {
    this.#turn = null;
    this.#untaken = response;
    response.once('finish', () => {
      this.#untaken = null;
      this.#happened(() => undefined);
    });
  }

  #happened(call: () => void): void {
    if (this.#over !== null || this.#left) return;
    this.#events.push(call);
    if (!this.#busy) this.#settle();
  }

  /** Puts what the machine says to the judge, in the order it was said. */
  #tell(): void {
    const sayings = this.#sayings;
    this.#sayings = [];
    for (const say of sayings) say();
  }

  readonly #answer = (answer: Answer): void => {
    this.#happened(() => this.#machine.decide(answer, this));
  };

  #writeHead({ response }: Turn, { status, headers }: ResponseHead): void {
    response.writeHead(status, headers.flat());
  }

  /** A bug, in the machine or the judge: nothing more is said. */
  #fail(error: unknown): void {
    this.#over = { kind: 'bug' };
    this.#sent?.abandon();
    this.#socket.destroy();
    this.#tellClosed({ kind: 'bug' });
    this.#options.onBug(error);
  }

  /** An answer that was begun and not ended is cut off, so that nobody takes it for whole. */
  #leave(reason: CloseReason): void {
    if (this.#left) return;
    this.#left = true;
    this.#sent?.abandon();
    if (this.#turn !== null) this.#socket.destroy();
    else {
      // What the client still sends is read and dropped: a reset would take the answer back.
      this.#last?.resume();
      this.#socket.end();
      setTimeout(() => this.#socket.destroy(), graceMs).unref();
    }
    this.#tellClosed(reason);
  }

  #tellClosed(reason: CloseReason): void {
    try {
      this.#judge.closed(reason);
    } catch (error) {
      this.#options.onBug(error);
    }
  }
}

function headOf({ method, url, httpVersion, rawHeaders }: IncomingMessage) {
  const headers: Header[] = [];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    headers.push([(rawHeaders[at] ?? '').toLowerCase(), rawHeaders[at + 1] ?? '']);
  }
  return { method: method ?? '', target: url ?? '', version: httpVersion, headers };
}

function ignore(): void {
  // The end of the socket says it.
}

/** Requests that a client may send ahead of answers. */
const mostAhead = 16;
/** How long a closed connection may take to write what is queued. */
const graceMs = 750;

const tooFarAhead: Denial = {
  code: 'limit_exceeded',
  message: `the client sent more than ${mostAhead} requests ahead of their answers`,
  hint: 'wait for answers, or use more connections',
};
