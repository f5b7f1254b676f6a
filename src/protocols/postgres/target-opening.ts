import { isLoopback } from '../../base/loopback.ts';
import { WireError } from '../../base/wire-error.ts';
import type { Denial } from '../../core/denial.ts';
import type { Secured } from '../../core/machine.ts';
import type { Route } from '../../core/question.ts';
import { TargetAuth, type TargetLink } from './auth.ts';
import { decodeReport } from './errors.ts';
import type { Framer } from './framer.ts';
import { decodeParameterStatus, fromServer } from './messages.ts';
import { openingFault } from './parameters.ts';
import { sslRequest } from './startup.ts';
import { decodeKey, decodeNegotiation, encodeStartup, noKey, type TargetMinor } from './target-startup.ts';
import type { Wire } from './wire.ts';

/** Sluice as a client of the target: from the dialled link to the target's first ReadyForQuery. */
export class TargetOpening {
  readonly #route: Route;
  readonly #connection: string;
  readonly #wire: Wire;
  readonly #framer: Framer;
  readonly #parameters = new Map<string, string>();
  #state: State = { kind: 'dialling' };
  #minor: TargetMinor;
  #key = noKey;

  constructor(route: Route, connection: string, wire: Wire, framer: Framer) {
    this.#route = route;
    this.#connection = connection;
    this.#wire = wire;
    this.#framer = framer;
    this.#minor = route.target.protocol === '3.0' ? 0 : 2;
  }

  get wants(): boolean {
    const { kind } = this.#state;
    return kind === 'asking-tls' || kind === 'authenticating' || kind === 'reporting';
  }

  get ready(): boolean {
    return this.#state.kind === 'ready';
  }

  /** 0 where the target names none. */
  get backendPid(): number {
    return this.#key.processId;
  }

  /** The whole packet that cancels what runs in this session. */
  get cancelRequest(): Buffer {
    return this.#key.cancelRequest;
  }

  get parameters(): ReadonlyMap<string, string> {
    return this.#parameters;
  }

  connected(): void {
    if (this.#route.target.tls === 'off') {
      this.#start({ tls: false, loopback: isLoopback(this.#route.target.host) });
      return;
    }
    this.#state = { kind: 'asking-tls' };
    this.#wire.toServer.write(sslRequest());
  }

  upgraded(secured: Secured): void {
    this.#start({ tls: true, certificate: secured.certificate });
  }

  receive(chunk: Buffer): void {
    if (this.#state.kind === 'asking-tls') {
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

  #start(link: TargetLink): void {
    const { credential, target, parameters } = this.#route;
    this.#state = { kind: 'authenticating', auth: new TargetAuth(credential, link), negotiable: this.#minor > 0 };
    this.#wire.toServer.write(encodeStartup(this.#minor, credential.user, target.database, parameters));
  }

  #tlsAnswer(chunk: Buffer): void {
    const answer = chunk[0];
    if (answer === 0x53) {
      if (chunk.length > 1) throw new WireError('bytes follow the answer to the request for TLS');
      this.#state = { kind: 'upgrading' };
      this.#wire.out.upgrade('server', Buffer.alloc(0));
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
      case fromServer.negotiateProtocolVersion:
        if (this.#state.kind !== 'authenticating' || !this.#state.negotiable) break;
        this.#minor = decodeNegotiation(bytes, start, end);
        this.#state = { ...this.#state, negotiable: false };
        return;
      case fromServer.authentication:
        if (this.#state.kind !== 'authenticating') break;
        this.#state = { ...this.#state, negotiable: false };
        this.#authenticate(this.#state.auth, bytes, start, end);
        return;
      case fromServer.parameterStatus: {
        const [name, value] = decodeParameterStatus(bytes, start, end);
        this.#parameters.set(name, value);
        return;
      }
      case fromServer.backendKeyData:
        if (this.#state.kind !== 'reporting') break;
        this.#key = decodeKey(bytes, start, end, this.#minor);
        return;
      case fromServer.readyForQuery:
        if (this.#state.kind !== 'reporting') break;
        this.#finish();
        return;
      default:
    }
    throw new WireError('a message that has no place in the opening');
  }

  #authenticate(auth: TargetAuth, bytes: Buffer, start: number, end: number): void {
    const step = auth.next(bytes, start, end);
    switch (step.kind) {
      case 'done':
        this.#state = { kind: 'reporting' };
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
    if (fault === null) this.#state = { kind: 'ready' };
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

type State =
  | { readonly kind: 'dialling' | 'asking-tls' | 'upgrading' | 'reporting' | 'ready' }
  | {
      readonly kind: 'authenticating';
      readonly auth: TargetAuth;
      /** More than 3.0 was asked for, and the target has said nothing yet: only then may it talk the version down. */
      readonly negotiable: boolean;
    };

/** Nothing in the opening is long; a report by a talkative server may be. */
const longestMessage = 64 * 1024;
