import { Reader } from '../../base/reader.ts';
import { WireError } from '../../base/wire-error.ts';
import type { Denial } from '../../core/denial.ts';
import type { Route } from '../../core/question.ts';
import { TargetAuth } from './auth.ts';
import { decodeReport } from './errors.ts';
import type { Framer } from './framer.ts';
import { decodeParameterStatus, fromServer } from './messages.ts';
import { openingFault } from './parameters.ts';
import { encodeStartup, sslRequest } from './startup.ts';
import type { Wire } from './wire.ts';

/** Sluice as a client of the target: from the dialled link to the target's first ReadyForQuery. */
export class TargetOpening {
  readonly #route: Route;
  readonly #connection: string;
  readonly #wire: Wire;
  readonly #framer: Framer;
  readonly #parameters = new Map<string, string>();
  readonly #auth: TargetAuth;
  #state: 'dialling' | 'asking-tls' | 'upgrading' | 'authenticating' | 'reporting' | 'ready' = 'dialling';
  #backendPid = 0;

  constructor(route: Route, connection: string, wire: Wire, framer: Framer) {
    this.#route = route;
    this.#connection = connection;
    this.#wire = wire;
    this.#framer = framer;
    this.#auth = new TargetAuth(route.credential, route.target.tls !== 'off');
  }

  get wants(): boolean {
    return this.#state === 'asking-tls' || this.#state === 'authenticating' || this.#state === 'reporting';
  }

  get ready(): boolean {
    return this.#state === 'ready';
  }

  get backendPid(): number {
    return this.#backendPid;
  }

  get parameters(): ReadonlyMap<string, string> {
    return this.#parameters;
  }

  connected(): void {
    if (this.#route.target.tls === 'off') {
      this.#start();
      return;
    }
    this.#state = 'asking-tls';
    this.#wire.toServer.write(sslRequest());
  }

  upgraded(): void {
    this.#start();
  }

  receive(chunk: Buffer): void {
    if (this.#state === 'asking-tls') {
      this.#tlsAnswer(chunk);
      return;
    }
    this.#framer.feed(chunk);
    while (!this.#wire.closed && !this.ready) {
      const step = this.#framer.step();
      if (step === 'starved') return;
      if (step === 'header' && this.#framer.size > longestMessage) {
        throw new WireError('a message of the opening is too long');
      }
      if (step === 'message' || this.#framer.collect()) this.#message();
    }
  }

  #start(): void {
    const { credential, target, parameters } = this.#route;
    this.#state = 'authenticating';
    this.#wire.toServer.write(encodeStartup(credential.user, target.database, parameters));
  }

  #tlsAnswer(chunk: Buffer): void {
    const answer = chunk[0];
    if (answer === 0x53) {
      if (chunk.length > 1) throw new WireError('bytes follow the answer to the request for TLS');
      this.#state = 'upgrading';
      this.#wire.out.upgrade('server');
    } else if (answer === 0x4e || answer === fromServer.errorResponse) {
      this.#wire.refuse({
        code: 'target_unreachable',
        message: `the target of connection "${this.#connection}" does not speak TLS`,
        hint: 'let the target speak TLS, or set tls: off for it',
      });
    } else {
      throw new WireError('the answer to the request for TLS is neither yes nor no');
    }
  }

  #message(): void {
    const { type, bytes, start, end } = this.#framer;
    switch (type) {
      case fromServer.errorResponse:
        this.#wire.refuse(this.#refusal(decodeReport(bytes, start, end).sqlstate));
        return;
      case fromServer.noticeResponse:
        return;
      case fromServer.authentication:
        if (this.#state !== 'authenticating') break;
        this.#authenticate(bytes, start, end);
        return;
      case fromServer.parameterStatus: {
        const [name, value] = decodeParameterStatus(bytes, start, end);
        this.#parameters.set(name, value);
        return;
      }
      case fromServer.backendKeyData: {
        if (this.#state !== 'reporting') break;
        const reader = new Reader(bytes, start + 5, end);
        this.#backendPid = reader.uint32();
        return;
      }
      case fromServer.readyForQuery:
        if (this.#state !== 'reporting') break;
        this.#finish();
        return;
      default:
    }
    throw new WireError('a message that has no place in the opening');
  }

  #authenticate(bytes: Buffer, start: number, end: number): void {
    const step = this.#auth.next(bytes, start, end);
    switch (step.kind) {
      case 'done':
        this.#state = 'reporting';
        return;
      case 'answer':
        if (step.bytes.length > 0) this.#wire.toServer.write(step.bytes);
        return;
      case 'refused':
        this.#wire.refuse(step.denial);
    }
  }

  #finish(): void {
    const fault = openingFault(this.#parameters);
    if (fault === null) this.#state = 'ready';
    else this.#wire.refuse(fault);
  }

  /** The target's own text never leaves: it names its users and databases. */
  #refusal(sqlstate: string): Denial {
    return sqlstate.startsWith('28')
      ? {
          code: 'target_refused',
          message: `the target refused the credential that Sluice holds for connection "${this.#connection}"`,
          detail: `SQLSTATE ${sqlstate}`,
          hint: 'ask the administrator of Sluice: your own token is in order',
        }
      : {
          code: 'target_unreachable',
          message: `the target of connection "${this.#connection}" does not take the session`,
          detail: `SQLSTATE ${sqlstate}`,
        };
  }
}

/** Nothing in the opening is long; a report by a talkative server may be. */
const longestMessage = 64 * 1024;
