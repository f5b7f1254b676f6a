import { endPointHash } from '../../base/end-point-hash.ts';
import { WireError } from '../../base/wire-error.ts';
import type { QuestionId } from '../../core/ids.ts';
import type { Notice } from '../../core/judge.ts';
import type { MachineOptions, Secured } from '../../core/machine.ts';
import type { LoginVerdict, OpenVerdict, Route, VerifierVerdict } from '../../core/question.ts';
import { authenticationOk } from './auth.ts';
import { Cancelling } from './cancelling.ts';
import { ClientLogin } from './client-login.ts';
import { noticeResponse } from './errors.ts';
import type { Framer } from './framer.ts';
import { fromServer, message } from './messages.ts';
import { decodeStartup, type Startup, startupBytes } from './startup.ts';
import { TargetOpening } from './target-opening.ts';
import type { Wire } from './wire.ts';

/** A session that its client was let into. */
export interface Opened {
  readonly route: Route;
  readonly cancelling: Cancelling;
}

/** From the first byte of a client until it is let in (manual 54.2.1, 54.2.2). */
export class Opening {
  readonly #options: MachineOptions;
  readonly #wire: Wire;
  readonly #client: Framer;
  readonly #server: Framer;
  #state: State = { kind: 'startup' };
  #first: Buffer = nothing;
  #secured: Secured | null = null;
  /** AuthenticationOk is sent already. */
  #greeted = false;
  readonly #seen = new Set<'ssl' | 'gssenc'>();

  constructor(options: MachineOptions, wire: Wire, client: Framer, server: Framer) {
    this.#options = options;
    this.#wire = wire;
    this.#client = client;
    this.#server = server;
  }

  wants(side: 'client' | 'server'): boolean {
    const state = this.#state;
    if (side === 'client') return state.kind === 'startup' || (state.kind === 'login' && state.login.wants);
    return state.kind === 'target' && state.target.wants;
  }

  /** The client has shown nothing that could be a login. */
  get blank(): boolean {
    const state = this.#state;
    return state.kind === 'startup' || state.kind === 'upgrading' || (state.kind === 'login' && state.login.blank);
  }

  /** Whatever the client said behind its login waits, unread. */
  get unread(): boolean {
    return !this.wants('client') && this.#client.loaded;
  }

  /** A TLS handshake is under way on the client's side: nothing may be written there. */
  get upgrading(): boolean {
    return this.#state.kind === 'upgrading';
  }

  receiveClient(chunk: Buffer): void {
    if (this.#state.kind === 'login') {
      this.#state.login.receive(chunk);
      return;
    }
    this.#first = this.#first.length === 0 ? chunk : Buffer.concat([this.#first, chunk]);
    this.#readStartup();
  }

  receiveServer(chunk: Buffer): void {
    if (this.#state.kind !== 'target') throw new Error('bytes of a target before it was dialled');
    this.#state.target.receive(chunk);
    this.#askOpen();
  }

  clientUpgraded(secured: Secured): void {
    const direct = this.#state.kind === 'upgrading' && this.#state.direct;
    this.#secured = secured;
    this.#state = { kind: 'startup' };
    // Without it a TLS server of another protocol could be talked into this one, as in ALPACA (manual 54.2.10).
    if (direct && secured.alpn === null) {
      this.#wire.refuse({
        code: 'protocol_violation',
        message: 'TLS was started without naming the protocol (ALPN)',
        hint: 'let the driver name "postgresql", or connect with sslnegotiation=postgres',
      });
    }
  }

  connected(): void {
    if (this.#state.kind === 'target') this.#state.target.connected();
  }

  serverUpgraded(secured: Secured): void {
    if (this.#state.kind === 'target') this.#state.target.upgraded(secured);
  }

  /** The target is gone, or could not be reached. */
  serverEnded(reason: string | null): void {
    const database = this.#state.kind === 'target' ? this.#state.startup.database : '';
    this.#wire.refuse({
      code: 'target_unreachable',
      message: `the target of connection "${database}" cannot be reached: ${reason ?? 'it closed the link'}`,
    });
  }

  decideVerifier(id: QuestionId, verdict: VerifierVerdict): void {
    if (this.#state.kind !== 'login') throw new Error('an answer that nobody asked for');
    this.#state.login.decideVerifier(id, verdict);
  }

  decideLogin(id: QuestionId, verdict: LoginVerdict): void {
    const state = this.#state;
    if (state.kind !== 'login' || !state.login.isAsked(id)) throw new Error('an answer that nobody asked for');
    if (verdict.kind === 'deny') {
      this.#wire.fatal(verdict.denial);
      return;
    }
    const { route } = verdict;
    const target = new TargetOpening(route, state.startup.database, this.#wire, this.#server);
    this.#state = { kind: 'target', startup: state.startup, route, target, asked: null };
    this.#wire.out.connect(route.target);
  }

  /**
   * Whoever waits for an approval is told after AuthenticationOk: before it, clients take a notice for a broken login (manual
   * 54.2.1). The proof was accepted by then; what is awaited is policy.
   */
  inform(id: QuestionId, notice: Notice): void {
    if (this.#state.kind !== 'login' || !this.#state.login.isAsked(id)) return;
    if (!this.#greeted) this.#wire.toClient.write(authenticationOk());
    this.#greeted = true;
    this.#wire.tell(noticeResponse(notice));
  }

  /** The session that is now open, or null where it was refused. */
  decideOpen(id: QuestionId, verdict: OpenVerdict): Opened | null {
    const state = this.#state;
    if (state.kind !== 'target' || state.asked !== id) throw new Error('an answer that nobody asked for');
    if (verdict.kind === 'deny') {
      this.#wire.fatal(verdict.denial);
      return null;
    }
    const { route, startup, target } = state;
    const cancelling = new Cancelling(this.#options.cancelKey, startup.minor, target.cancelRequest);
    this.#letIn(target, cancelling);
    return { route, cancelling };
  }

  #readStartup(): void {
    while (this.#state.kind === 'startup' && !this.#wire.closed && this.#first.length > 0) {
      if (this.#first[0] === tlsHandshake && this.#secured === null) {
        this.#directTls();
        return;
      }
      if (this.#first.length < 4) return;
      const length = this.#first.readUInt32BE(0);
      if (length < 8 || length > startupBytes) throw new WireError('the length of the startup packet is not possible');
      if (this.#first.length < length) return;
      const packet = this.#first.subarray(0, length);
      this.#first = this.#first.subarray(length);
      this.#startupPacket(packet);
    }
  }

  /** A client that starts TLS without asking (manual 54.2.10): its first bytes belong to the handshake. */
  #directTls(): void {
    if (!this.#options.tls || this.#seen.size > 0) {
      this.#wire.close({ kind: 'never-a-session' });
      return;
    }
    const received = this.#first;
    this.#first = nothing;
    this.#state = { kind: 'upgrading', direct: true };
    this.#wire.out.upgrade('client', received);
  }

  #startupPacket(bytes: Buffer): void {
    const decoded = decodeStartup(bytes);
    if (!decoded.ok) {
      this.#wire.refuse(decoded.error);
      return;
    }
    const packet = decoded.value;
    switch (packet.kind) {
      case 'ssl-request':
        this.#once('ssl');
        this.#sslRequest();
        return;
      case 'gssenc-request':
        this.#once('gssenc');
        this.#wire.toClient.write(Buffer.from('N'));
        return;
      case 'cancel-request':
        // Closed without a word whether it was right or wrong, as PostgreSQL does.
        this.#wire.out.requestCancel({ processId: packet.processId, secret: packet.secret });
        this.#wire.close({ kind: 'never-a-session' });
        return;
      case 'startup':
        this.#login(packet.startup);
    }
  }

  #once(request: 'ssl' | 'gssenc'): void {
    if (this.#secured !== null || this.#seen.has(request)) throw new WireError('encryption is asked for twice');
    this.#seen.add(request);
  }

  #sslRequest(): void {
    if (!this.#options.tls) {
      this.#wire.toClient.write(Buffer.from('N'));
      return;
    }
    // Bytes sent before the handshake were not protected by it: whoever is in the middle may have put them there.
    if (this.#first.length > 0) throw new WireError('bytes follow the request for TLS');
    this.#wire.toClient.write(Buffer.from('S'));
    this.#state = { kind: 'upgrading', direct: false };
    this.#wire.out.upgrade('client', nothing);
  }

  #login(startup: Startup): void {
    if (this.#options.tls && this.#secured === null) {
      this.#wire.refuse({
        code: 'tls_required',
        message: 'this listener speaks TLS only, since tokens travel over it',
        hint: 'connect with sslmode=require or stricter',
      });
      return;
    }
    if (startup.negotiation !== null) this.#wire.toClient.write(startup.negotiation);
    const certificate = this.#secured?.certificate ?? null;
    const binding = certificate === null ? null : endPointHash(certificate);
    const login = new ClientLogin(this.#options, this.#wire, this.#client, startup, binding);
    this.#state = { kind: 'login', startup, login };
    const rest = this.#first;
    this.#first = nothing;
    login.receive(rest);
  }

  #askOpen(): void {
    const state = this.#state;
    if (state.kind !== 'target' || !state.target.ready || state.asked !== null || this.#wire.closed) return;
    const id = this.#wire.nextQuestion();
    this.#state = { ...state, asked: id };
    const { backendPid, parameters } = state.target;
    this.#wire.out.ask('open', id, { backendPid, parameters });
  }

  #letIn(target: TargetOpening, cancelling: Cancelling): void {
    const parts = this.#greeted ? [] : [authenticationOk()];
    for (const [name, value] of target.parameters) {
      parts.push(message(fromServer.parameterStatus, (writer) => writer.string(name).string(value)));
    }
    parts.push(cancelling.keyData);
    parts.push(message(fromServer.readyForQuery, (writer) => writer.uint8(0x49)));
    this.#wire.toClient.write(Buffer.concat(parts));
  }
}

type State =
  | { readonly kind: 'startup' }
  | { readonly kind: 'upgrading'; readonly direct: boolean }
  | { readonly kind: 'login'; readonly startup: Startup; readonly login: ClientLogin }
  | {
      readonly kind: 'target';
      readonly startup: Startup;
      readonly route: Route;
      readonly target: TargetOpening;
      /** The open question, once it is asked. */
      readonly asked: QuestionId | null;
    };

/** The first byte of a TLS record: a client that starts TLS without asking for it. */
const tlsHandshake = 0x16;
const nothing = Buffer.alloc(0);
