import { randomBytes } from 'node:crypto';
import { WireError } from '../../base/wire-error.ts';
import type { QuestionId } from '../../core/ids.ts';
import type { MachineOptions } from '../../core/machine.ts';
import type { LoginVerdict, OpenVerdict, Route } from '../../core/question.ts';
import { authenticationOk, cleartextPasswordRequest, decodePassword } from './auth.ts';
import type { Framer } from './framer.ts';
import { fromClient, fromServer, message } from './messages.ts';
import { decodeStartup, negotiateProtocolVersion, type Startup, startupBytes } from './startup.ts';
import { TargetOpening } from './target-opening.ts';
import type { Wire } from './wire.ts';

/** From the first byte of a client until it is let in (manual 54.2.1, 54.2.2). */
export class Opening {
  readonly #options: MachineOptions;
  readonly #wire: Wire;
  readonly #client: Framer;
  readonly #server: Framer;
  #state: State = { kind: 'startup' };
  #first: Buffer = nothing;
  #secure = false;
  readonly #seen = new Set<'ssl' | 'gssenc'>();

  constructor(options: MachineOptions, wire: Wire, client: Framer, server: Framer) {
    this.#options = options;
    this.#wire = wire;
    this.#client = client;
    this.#server = server;
  }

  wants(side: 'client' | 'server'): boolean {
    if (side === 'client') return this.#state.kind === 'startup' || this.#state.kind === 'password';
    return this.#state.kind === 'target' && this.#state.target.wants;
  }

  /** The client has shown nothing that could be a login. */
  get blank(): boolean {
    return this.#state.kind === 'startup' || this.#state.kind === 'upgrading' || this.#state.kind === 'password';
  }

  /** A TLS handshake is under way on the client's side: nothing may be written there. */
  get upgrading(): boolean {
    return this.#state.kind === 'upgrading';
  }

  receiveClient(chunk: Buffer): void {
    if (this.#state.kind !== 'startup') {
      this.#client.feed(chunk);
      this.#readPassword();
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

  clientUpgraded(): void {
    this.#secure = true;
    this.#state = { kind: 'startup' };
  }

  connected(): void {
    if (this.#state.kind === 'target') this.#state.target.connected();
  }

  serverUpgraded(): void {
    if (this.#state.kind === 'target') this.#state.target.upgraded();
  }

  /** The target is gone, or could not be reached. */
  serverEnded(reason: string | null): void {
    const database = this.#state.kind === 'target' ? this.#state.startup.database : '';
    this.#wire.refuse({
      code: 'target_unreachable',
      message: `the target of connection "${database}" cannot be reached: ${reason ?? 'it closed the link'}`,
    });
  }

  decideLogin(id: QuestionId, verdict: LoginVerdict): void {
    const state = this.#state;
    if (state.kind !== 'login' || state.id !== id) throw new Error('an answer that nobody asked for');
    if (verdict.kind === 'deny') {
      this.#wire.fatal(verdict.denial);
      return;
    }
    const { route } = verdict;
    const target = new TargetOpening(route, state.startup.database, this.#wire, this.#server);
    this.#state = { kind: 'target', startup: state.startup, route, target, asked: null };
    this.#wire.out.connect(route.target);
  }

  /** The route of the session that is now open, or null where it was refused. */
  decideOpen(id: QuestionId, verdict: OpenVerdict): Route | null {
    const state = this.#state;
    if (state.kind !== 'target' || state.asked !== id) throw new Error('an answer that nobody asked for');
    if (verdict.kind === 'deny') {
      this.#wire.fatal(verdict.denial);
      return null;
    }
    this.#letIn(state.target);
    return state.route;
  }

  #readStartup(): void {
    while (this.#state.kind === 'startup' && !this.#wire.closed && this.#first.length > 0) {
      if (this.#first[0] === tlsHandshake && !this.#secure) {
        this.#wire.close({ kind: 'never-a-session' });
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
        this.#wire.close({ kind: 'never-a-session' });
        return;
      case 'startup':
        this.#askPassword(packet.startup);
    }
  }

  #once(request: 'ssl' | 'gssenc'): void {
    if (this.#secure || this.#seen.has(request)) throw new WireError('encryption is asked for twice');
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
    this.#state = { kind: 'upgrading' };
    this.#wire.out.upgrade('client');
  }

  #askPassword(startup: Startup): void {
    if (this.#options.tls && !this.#secure) {
      this.#wire.refuse({
        code: 'tls_required',
        message: 'this listener speaks TLS only, since tokens travel over it',
        hint: 'connect with sslmode=require or stricter',
      });
      return;
    }
    const { toClient } = this.#wire;
    if (startup.newer) toClient.write(negotiateProtocolVersion(startup.unknownOptions));
    toClient.write(cleartextPasswordRequest());
    this.#state = { kind: 'password', startup };
    const rest = this.#first;
    this.#first = nothing;
    this.#client.feed(rest);
    this.#readPassword();
  }

  #readPassword(): void {
    const state = this.#state;
    if (state.kind !== 'password') return;
    const client = this.#client;
    const step = client.step();
    let whole = step === 'message';
    if (step === 'header') {
      if (client.type === fromClient.terminate) {
        this.#wire.close({ kind: 'never-a-session' });
        return;
      }
      if (client.type !== fromClient.password) throw new WireError('a password message is expected');
      const { tokenBytes } = this.#options.limits;
      if (client.size - 5 > tokenBytes) {
        this.#wire.refuse({
          code: 'limit_exceeded',
          message: `the presented token is longer than ${tokenBytes} bytes (limit tokenBytes)`,
        });
        return;
      }
      whole = client.collect();
    }
    if (!whole) return;
    this.#askLogin(state.startup, decodePassword(client.bytes, client.start, client.end));
  }

  #askLogin(startup: Startup, secret: string): void {
    if (secret === '') {
      this.#wire.refuse({
        code: 'token_required',
        message: 'no token was presented',
        hint: 'give the token of your workload as the password',
      });
      return;
    }
    const id = this.#wire.nextQuestion();
    this.#state = { kind: 'login', startup, id };
    this.#wire.out.ask('login', id, { secret, database: startup.database, parameters: startup.parameters });
  }

  #askOpen(): void {
    const state = this.#state;
    if (state.kind !== 'target' || !state.target.ready || state.asked !== null || this.#wire.closed) return;
    const id = this.#wire.nextQuestion();
    this.#state = { ...state, asked: id };
    const { backendPid, parameters } = state.target;
    this.#wire.out.ask('open', id, { backendPid, parameters });
  }

  #letIn(target: TargetOpening): void {
    const parts = [authenticationOk()];
    for (const [name, value] of target.parameters) {
      parts.push(message(fromServer.parameterStatus, (writer) => writer.string(name).string(value)));
    }
    // Cancelling is not carried: the key is a fresh one that leads nowhere, and the target's never leaves.
    parts.push(message(fromServer.backendKeyData, (writer) => writer.int32(0).bytes(randomBytes(4))));
    parts.push(message(fromServer.readyForQuery, (writer) => writer.uint8(0x49)));
    this.#wire.toClient.write(Buffer.concat(parts));
  }
}

type State =
  | { readonly kind: 'startup' }
  | { readonly kind: 'upgrading' }
  | { readonly kind: 'password'; readonly startup: Startup }
  | { readonly kind: 'login'; readonly startup: Startup; readonly id: QuestionId }
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
