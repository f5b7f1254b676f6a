import type { WireError } from '../../base/wire-error.ts';
import type { CloseReason } from '../../core/close-reason.ts';
import type { Denial } from '../../core/denial.ts';
import { type QuestionId, questionId } from '../../core/ids.ts';
import type { Output, Side } from '../../core/machine.ts';
import { fatalResponse } from './errors.ts';

/** The two outgoing streams of a session and its end. Whatever leaves goes through here, so that order holds. */
export class Wire {
  readonly toClient: Outlet = new Outlet('client');
  readonly toServer: Outlet = new Outlet('server');
  #out: Output | null = null;
  #reason: CloseReason | null = null;
  #questions = 0;
  readonly #waiting: Buffer[] = [];

  get closed(): boolean {
    return this.#reason !== null;
  }

  /** Sluice itself ended the session: what still runs in the target must not go on. */
  get cutOff(): boolean {
    return this.#reason?.kind === 'denied' || this.#reason?.kind === 'bug';
  }

  /** The output of the call that is under way. */
  get out(): Output {
    if (this.#out === null) throw new Error('no call is under way');
    return this.#out;
  }

  /** A call into the machine begins. */
  enter(out: Output): void {
    this.#out = out;
    this.toClient.out = out;
    this.toServer.out = out;
  }

  nextQuestion(): QuestionId {
    this.#questions += 1;
    return questionId(this.#questions);
  }

  /** Ends the session with an error that the client can read, where its stream is between messages. */
  fatal(denial: Denial): void {
    if (this.closed) return;
    this.say(denial);
    this.close({ kind: 'denied', denial });
  }

  /** A FATAL error for the client, if a message can stand here. */
  say(denial: Denial): void {
    if (!this.toClient.partial) this.toClient.write(fatalResponse(denial));
  }

  /** A whole message of ours for the client, once one can stand there: replies to earlier statements may be on their way. */
  tell(message: Buffer): void {
    this.#waiting.push(message);
  }

  /** What can be told by now. */
  tellWaiting(): void {
    if (this.closed || this.toClient.partial) return;
    for (const message of this.#waiting.splice(0)) this.toClient.write(message);
  }

  /** Our own refusal: noted, then the session ends. */
  refuse(denial: Denial): void {
    if (this.closed) return;
    this.out.note({ kind: 'refused', denial });
    this.fatal(denial);
  }

  close(reason: CloseReason): void {
    if (this.closed) return;
    this.toClient.flush();
    this.toServer.flush();
    this.#reason = reason;
    this.out.close(reason);
  }
}

/** One outgoing stream. Spans of one chunk that touch each other leave as one. */
export class Outlet {
  readonly #to: Side;
  out: Output | null = null;
  /** The stream is inside a message that is being cut through: nothing else may be written. */
  partial = false;
  #chunk: Buffer | null = null;
  #start = 0;
  #end = 0;

  constructor(to: Side) {
    this.#to = to;
  }

  /** Bytes as received: kept until something else comes or the call ends. */
  span(chunk: Buffer, start: number, end: number): void {
    if (this.#chunk === chunk && this.#end === start) {
      this.#end = end;
      return;
    }
    this.flush();
    this.#chunk = chunk;
    this.#start = start;
    this.#end = end;
  }

  /** Bytes that the machine made and will not touch again. */
  write(bytes: Buffer): void {
    this.flush();
    this.#output().write(this.#to, bytes);
  }

  flush(): void {
    const chunk = this.#chunk;
    if (chunk === null) return;
    this.#chunk = null;
    this.#output().forward(this.#to, chunk, this.#start, this.#end);
  }

  /** Forgets what was not yet forwarded. */
  drop(): void {
    this.#chunk = null;
  }

  #output(): Output {
    if (this.out === null) throw new Error('no call is under way');
    return this.out;
  }
}

/** Broken bytes as the denial that ends the session. */
export function violation(side: Side, error: WireError): Denial {
  return side === 'client'
    ? { code: 'protocol_violation', message: `protocol violation: ${error.message}` }
    : { code: 'protocol_violation', message: `the target broke the protocol: ${error.message}` };
}
