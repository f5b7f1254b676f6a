import type { CloseReason } from './close-reason.ts';
import type { Denial } from './denial.ts';
import type { Fact } from './fact.ts';
import type { HttpTarget } from './http-connection.ts';
import type { Header } from './http-header.ts';
import type { ConnectionName, QuestionId } from './ids.ts';
import type { Notice } from './judge.ts';
import type { Limits } from './limits.ts';
import type { Phase, Side } from './machine.ts';
import type { Answer, QuestionKind, Questions } from './question.ts';

/** The head of a request, as the parser read it. */
export interface RequestHead {
  readonly method: string;
  /** As in the request line, before anything is decoded. */
  readonly target: string;
  /** `1.1` */
  readonly version: string;
  readonly headers: readonly Header[];
}

export interface ResponseHead {
  readonly status: number;
  readonly headers: readonly Header[];
}

/** What goes to the target. */
export interface OutgoingRequest {
  readonly method: string;
  /** Path and query, encoded. */
  readonly path: string;
  readonly headers: readonly Header[];
  readonly body: Buffer | null;
}

/** What a machine can do to the world. Calls happen inside a call into the machine, and in order. */
export interface HttpOutput {
  ask<K extends QuestionKind>(kind: K, id: QuestionId, question: Questions[K]): void;
  note(fact: Fact): void;
  /** The client no longer wants what this question is about. It is answered all the same. */
  withdraw(id: QuestionId): void;
  /** Ends in `responded` and what follows it, or in `failed`. */
  send(target: HttpTarget, request: OutgoingRequest): void;
  /** Nothing more is wanted of the request that was sent. Neither `responded` nor `failed` follows. */
  abandon(): void;
  /** A whole answer to the client's request. `last`: the connection closes behind it. */
  reply(head: ResponseHead, body: Buffer, last: boolean): void;
  /** An answer that is passed on as it comes: a head, its body in parts, an end. */
  begin(head: ResponseHead): void;
  part(chunk: Buffer): void;
  end(): void;
  /** Ends the connection: behind a whole answer politely, inside of one by cutting it off. Nothing is called afterwards. */
  close(reason: CloseReason): void;
}

/**
 * One client connection that carries HTTP: heads and chunks of bodies in, an {@link HttpOutput} out; no sockets, no clock, no
 * promises. One request at a time: the next one is told of once the one before is answered. Whoever drives it calls one
 * method at a time and never from within the output.
 */
export interface HttpMachine {
  requested(head: RequestHead, out: HttpOutput): void;
  /** A part of the client's body. Called only while `wants('client')`. */
  sent(chunk: Buffer, out: HttpOutput): void;
  /** The client's body is whole. */
  complete(out: HttpOutput): void;
  /** The answer to a question asked earlier. */
  decide(answer: Answer, out: HttpOutput): void;
  /** What the unanswered question of that id waits for: HTTP has no way to tell a client that waits. */
  inform(id: QuestionId, notice: Notice, out: HttpOutput): void;
  responded(head: ResponseHead, out: HttpOutput): void;
  /** A part of the target's body. Called only while `wants('server')`. */
  received(chunk: Buffer, out: HttpOutput): void;
  finished(out: HttpOutput): void;
  /** No answer, or no whole one. `reason` is a lowercase phrase: `connection refused`. `sent`: the request may have arrived. */
  failed(reason: string, sent: boolean, out: HttpOutput): void;
  /** The client is gone. */
  left(out: HttpOutput): void;
  /** End the session politely. */
  terminate(denial: Denial, out: HttpOutput): void;
  /** False: stop reading that side's body, and let TCP do the rest. */
  wants(side: Side): boolean;
  readonly phase: Phase;
}

/** A protocol over HTTP, as `app/` hands it to `net/`. */
export interface HttpProtocol {
  readonly name: string;
  machine(options: HttpMachineOptions): HttpMachine;
}

export interface HttpMachineOptions {
  readonly limits: Limits;
  /** Where the listener leads. */
  readonly connection: ConnectionName;
}
