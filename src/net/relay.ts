import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import type { CloseReason } from '../core/close-reason.ts';
import type { TargetAddress } from '../core/connection.ts';
import type { Denial } from '../core/denial.ts';
import type { Fact } from '../core/fact.ts';
import type { QuestionId } from '../core/ids.ts';
import type { ClientAddress, Judge, Notice, OpenJudge, SessionHandle } from '../core/judge.ts';
import type { Limits } from '../core/limits.ts';
import type {
  CancelKey,
  Errand,
  Machine,
  MachineOptions,
  Output,
  Phase,
  Protocol,
  Secured,
  Side,
} from '../core/machine.ts';
import type { Answer, Asked, QuestionKind, Questions } from '../core/question.ts';
import { targetTls } from '../core/target-tls.ts';
import { acceptTls } from './accept-tls.ts';
import type { CancelKeys, Cancellable } from './cancel-keys.ts';
import type { ClientAuthority } from './client-authority.ts';
import { dial, secureTarget } from './dial.ts';
import { runErrand } from './errand.ts';
import { Leg, type LegEvents } from './leg.ts';

export interface RelayOptions {
  readonly listener: string;
  readonly protocol: Protocol;
  readonly limits: Limits;
  /** Null: the listener is plain. */
  readonly tls: SecureContext | null;
  /** Null: clients need no certificate. */
  readonly clients: ClientAuthority | null;
  readonly openJudge: OpenJudge;
  readonly auth: MachineOptions['auth'];
  /** Shared by the listeners of a gateway. */
  readonly cancelKeys: CancelKeys;
  /** A fault of ours; the session is already closed. */
  readonly onBug: (error: unknown) => void;
}

/**
 * One session: the sole owner of its two sockets. Drives the machine and the judge.
 *
 * Invariant: one call into the machine at a time. Whatever happens within one (questions, an answer given at once, an end)
 * is queued and done by `#settle` after the call returned.
 */
export class Relay implements Output, SessionHandle, LegEvents, Cancellable {
  readonly #options: RelayOptions;
  readonly #machine: Machine;
  readonly #judge: Judge;
  readonly #client: Leg;
  readonly #cancelKey: CancelKey;
  #server: Leg | null = null;
  #dialling: Socket | null = null;
  #target: TargetAddress | null = null;

  #busy = true;
  #over: CloseReason | null = null;
  // What the machine said to the judge, in order, and what came back.
  #sayings: (Asked | Fact | Withdrawn)[] = [];
  readonly #answers: Answer[] = [];
  readonly #events: (() => void)[] = [];
  #upgrade: { readonly side: Side; readonly received: Buffer } | null = null;
  #denial: Denial | null = null;
  /** The client closed its half, and the machine does not know yet. */
  #clientFinished = false;
  #clientSilent = false;
  #clientGone = false;
  #serverGone = false;
  #accepting = false;
  #securing = false;
  #errand = false;
  /** The question that the client was told it waits for. */
  #held: QuestionId | null = null;

  #openedAt: number;
  #quietSince: number;
  #moved = false;

  /** @param now milliseconds on the monotonic clock */
  constructor(socket: Socket, client: ClientAddress, options: RelayOptions, now: number) {
    this.#options = options;
    this.#openedAt = now;
    this.#quietSince = now;
    this.#client = new Leg('client', socket, this);
    this.#cancelKey = options.cancelKeys.issue(this);
    this.#machine = options.protocol.machine({
      limits: options.limits,
      tls: options.tls !== null,
      auth: options.auth,
      cancelKey: this.#cancelKey,
    });
    this.#judge = options.openJudge(options.listener, client, this);
    this.#settle();
  }

  /** Ends the session politely: at once, or when the call that is under way returned. */
  terminate(denial: Denial): void {
    if (this.#over !== null) return;
    this.#denial ??= denial;
    if (!this.#busy) this.#settle();
  }

  /** The client waits for this question, and may wait for long: it is told so, and is watched. */
  inform(id: QuestionId, notice: Notice): void {
    if (this.#over !== null) return;
    this.#held = id;
    this.#client.watch(heldBytes);
    if (this.#clientSilent) this.#sayings.push({ withdrawn: id });
    this.#happened(() => this.#machine.inform(id, notice, this));
  }

  /** Somebody asks to cancel what runs here. */
  cancel(secret: Buffer): void {
    this.#happened(() => this.#machine.cancel(secret, this));
  }

  /** Ends the session if it takes too long to open or says nothing for too long. */
  sweep(now: number): void {
    if (this.#moved) {
      this.#moved = false;
      this.#quietSince = now;
    }
    const { limits } = this.#options;
    const phase = this.#machine.phase;
    if (this.#held !== null) {
      // Whoever decides has the time that policy gives; what came of it counts from then on.
      this.#openedAt = now;
      this.#quietSince = now;
    } else if (phase === 'opening') {
      if (now - this.#openedAt > limits.handshakeMs) this.terminate(handshakeTimeout);
    } else if (now - this.#quietSince > limits.idleMs && this.#waitsForClient(phase)) {
      this.terminate(idleTimeout);
    }
  }

  /** Nothing moves before the client does: it says nothing more, or does not read what it is told. */
  #waitsForClient(phase: Phase): boolean {
    return this.#client.full || (phase === 'idle' && this.#server?.full !== true);
  }

  // What the sockets say.

  arrived(side: Side, chunk: Buffer): void {
    this.#moved = true;
    if (this.#over !== null) return;
    const leg = side === 'client' ? this.#client : this.#server;
    if (leg === null) return;
    if (this.#busy || leg.holds || !this.#ready(side)) {
      leg.hold(chunk, this.#held !== null ? heldBytes : 0);
      // What is not read from can leave unnoticed, and its statement would run for nobody.
      if (side === 'client' && this.#held !== null && leg.kept > heldBytes) this.terminate(tooFarAhead);
      return;
    }
    this.#busy = true;
    try {
      this.#machine.receive(side, chunk, this);
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#settle();
  }

  drained(): void {
    this.#moved = true;
    if (!this.#busy && this.#over === null) this.#settle();
  }

  finished(side: Side): void {
    // Within a handshake there is nothing left to answer.
    if (side === 'server' || this.#accepting) {
      this.gone(side);
      return;
    }
    this.#clientFinished = true;
    this.#clientSilent = true;
    // Nobody is left to wait for people: what was held must not run.
    if (this.#held !== null) this.#sayings.push({ withdrawn: this.#held });
    if (!this.#busy && this.#over === null) this.#settle();
  }

  gone(side: Side): void {
    if (side === 'client') this.#clientGone = true;
    // While TLS is being set up, its outcome says more than the end of the socket.
    else if (this.#securing) return;
    else this.#serverGone = true;
    if (!this.#busy && this.#over === null) this.#settle();
  }

  // What the machine says: see Output.

  forward(to: Side, chunk: Buffer, start: number, end: number): void {
    if (this.#over !== null) return;
    if (to === 'client') this.#client.push(chunk, start, end);
    else if (this.#server !== null) this.#server.push(chunk, start, end);
    else throw new Error('bytes for a target that is not connected');
  }

  write(to: Side, bytes: Buffer): void {
    this.forward(to, bytes, 0, bytes.length);
  }

  ask<K extends QuestionKind>(kind: K, id: QuestionId, question: Questions[K]): void {
    // The union cannot be built from a type parameter; its members are made of exactly these three.
    this.#sayings.push({ kind, id, question } as Asked);
  }

  note(fact: Fact): void {
    this.#sayings.push(fact);
  }

  connect(target: TargetAddress): void {
    if (this.#server !== null || this.#dialling !== null) throw new Error('the target is already connected');
    this.#target = target;
    this.#dialling = dial(target, this.#options.limits.connectMs, (outcome) => {
      this.#dialling = null;
      if (typeof outcome === 'string') {
        this.#happened(() => this.#machine.ended('server', outcome, this));
        return;
      }
      this.#server = new Leg('server', outcome, this);
      this.#happened(() => this.#machine.connected(this));
    });
  }

  upgrade(side: Side, received: Buffer): void {
    this.#upgrade = { side, received };
  }

  withdraw(id: QuestionId): void {
    this.#sayings.push({ withdrawn: id });
  }

  requestCancel(key: CancelKey): void {
    this.#options.cancelKeys.cancel(key);
  }

  sendApart(errand: Errand): void {
    if (this.#target === null) throw new Error('a request for a target that is not connected');
    // One at a time: whoever asks a hundred times means the same statement.
    if (this.#errand) return;
    this.#errand = true;
    runErrand(this.#target, errand, this.#options.limits.connectMs, () => {
      this.#errand = false;
    });
  }

  close(reason: CloseReason): void {
    this.#over ??= reason;
  }

  // The order of things.

  /** Everything that follows from a call into the machine, until nothing moves. */
  #settle(): void {
    this.#busy = true;
    try {
      do {
        this.#client.flush();
        this.#server?.flush();
        if (this.#sayings.length > 0) this.#tell();
        if (this.#upgrade !== null && this.#over === null) this.#startTls(this.#upgrade.side, this.#upgrade.received);
      } while (this.#over === null && this.#step());
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#busy = false;
    if (this.#over !== null) {
      this.#leave(this.#over);
      return;
    }
    if (this.#ready('client')) this.#client.resume();
    if (this.#server !== null && this.#ready('server')) this.#server.resume();
  }

  /** The next call into the machine, if there is one to make. */
  #step(): boolean {
    if (this.#denial !== null) {
      const denial = this.#denial;
      this.#machine.terminate(denial, this);
      this.close({ kind: 'denied', denial });
      return true;
    }
    if (this.#clientGone) {
      this.#machine.ended('client', null, this);
      this.close({ kind: 'client-lost' });
      return true;
    }
    if (this.#answers.length > 0) {
      const answer = this.#answers.shift();
      if (answer !== undefined) this.#machine.decide(answer, this);
      return true;
    }
    const event = this.#events.shift();
    if (event !== undefined) {
      event();
      return true;
    }
    return this.#receiveHeld('server') || this.#receiveHeld('client') || this.#finishClient() || this.#endServer();
  }

  #receiveHeld(side: Side): boolean {
    const leg = side === 'client' ? this.#client : this.#server;
    if (leg === null || !leg.holds || !this.#ready(side)) return false;
    const chunk = leg.takeHeld();
    if (chunk !== undefined) this.#machine.receive(side, chunk, this);
    return true;
  }

  /** What the client said before it fell silent is read first. */
  #finishClient(): boolean {
    if (!this.#clientFinished || this.#client.holds) return false;
    this.#clientFinished = false;
    this.#machine.finished(this);
    return true;
  }

  /** What the target sent before it went is delivered first, also what the machine itself keeps until an answer. */
  #endServer(): boolean {
    if (!this.#serverGone || this.#server?.holds === true || !this.#machine.wants('server')) return false;
    this.#serverGone = false;
    this.#machine.ended('server', null, this);
    return true;
  }

  /**
   * A client that does not read its answers is not read from either: what it sends may be answered by the machine itself.
   * A target is read from whatever waits to be written to it: it may have to be rid of its answers first.
   */
  #ready(side: Side): boolean {
    if (!this.#machine.wants(side) || this.#client.full) return false;
    return side === 'server' || this.#server === null || !this.#server.full;
  }

  #happened(call: () => void): void {
    if (this.#over !== null) return;
    this.#events.push(call);
    if (!this.#busy) this.#settle();
  }

  /** Puts the machine's questions and notes to the judge, in the order they were made. */
  #tell(): void {
    const sayings = this.#sayings;
    this.#sayings = [];
    for (const saying of sayings) {
      if ('withdrawn' in saying) this.#judge.withdraw(saying.withdrawn);
      else if (!('question' in saying)) this.#judge.note(saying);
      else if (this.#over === null) this.#judge.ask(saying, this.#answer);
    }
  }

  readonly #answer = (answer: Answer): void => {
    if (this.#over !== null) return;
    if (answer.id === this.#held) this.#held = null;
    this.#answers.push(answer);
    if (!this.#busy) this.#settle();
  };

  #startTls(side: Side, received: Buffer): void {
    this.#upgrade = null;
    if (side === 'client') this.#secureClient(received);
    else this.#secureServer();
  }

  // Plain bytes that came behind a request for TLS would be read as if they had come encrypted: CVE-2021-23214, CVE-2021-23222.

  #secureClient(received: Buffer): void {
    const { tls, protocol, clients } = this.#options;
    if (tls === null) throw new Error('TLS was asked for on a plain listener');
    const leg = this.#client;
    if (leg.holds || this.#clientFinished) {
      this.#clientGone = true;
      return;
    }
    this.#accepting = true;
    leg.surrender((plain) => {
      // Paused, so that it waits for the TLS socket, which reads what is left in the plain one first.
      if (received.length > 0) plain.pause().unshift(received);
      const secure = acceptTls(plain, tls, protocol.alpn, clients, (secured, refusal) => {
        this.#accepting = false;
        this.#upgraded('client', secured);
        if (refusal !== null) this.terminate(certificateRefused(refusal));
      });
      leg.adopt(secure);
    });
  }

  #secureServer(): void {
    const leg = this.#server;
    const tls = this.#target === null ? null : targetTls(this.#target);
    if (leg === null || tls === null) throw new Error('TLS was asked for towards a target that does not speak it');
    if (leg.holds) {
      this.#events.push(() => this.#machine.ended('server', 'sent bytes before the TLS handshake', this));
      return;
    }
    leg.surrender((plain) => {
      this.#securing = true;
      const secure = secureTarget(plain, tls, this.#options.limits.connectMs, (outcome) => {
        this.#securing = false;
        if (typeof outcome === 'string') {
          leg.destroy();
          this.#happened(() => this.#machine.ended('server', outcome, this));
        } else {
          this.#upgraded('server', { certificate: peerCertificate(outcome), alpn: null });
        }
      });
      if (secure !== null) leg.adopt(secure);
    });
  }

  #upgraded(side: Side, secured: Secured): void {
    this.#happened(() => this.#machine.upgraded(side, secured, this));
  }

  /** A bug, in the machine or the judge: nothing more is forwarded, not even what is queued. */
  #fail(error: unknown): void {
    const reason: CloseReason = { kind: 'bug' };
    this.#over = reason;
    this.#client.destroy();
    this.#server?.destroy();
    this.#dialling?.destroy();
    this.#tellClosed(reason);
    this.#options.onBug(error);
  }

  #leave(reason: CloseReason): void {
    this.#client.leave(graceMs);
    this.#server?.leave(graceMs);
    this.#dialling?.destroy();
    this.#tellClosed(reason);
  }

  #tellClosed(reason: CloseReason): void {
    this.#options.cancelKeys.withdraw(this.#cancelKey);
    try {
      this.#judge.closed(reason);
    } catch (error) {
      this.#options.onBug(error);
    }
  }
}

interface Withdrawn {
  readonly withdrawn: QuestionId;
}

function certificateRefused(message: string): Denial {
  return {
    code: 'tls_required',
    message,
    hint: 'present a certificate of the authority that the operator names for this listener (sslcert, sslkey)',
  };
}

function peerCertificate(socket: Socket): Buffer | null {
  return socket instanceof TLSSocket ? (socket.getPeerX509Certificate()?.raw ?? null) : null;
}

/** How long a closed session may take to write what is queued. */
const graceMs = 750;

const handshakeTimeout: Denial = {
  code: 'handshake_timeout',
  message: 'the handshake was not finished in time',
  hint: 'Send the token right after connecting.',
};

const idleTimeout: Denial = {
  code: 'idle_timeout',
  message: 'the session was idle for too long',
  hint: 'Connect again, and let connection pools close idle connections earlier.',
};

const tooFarAhead: Denial = {
  code: 'limit_exceeded',
  message: 'more than 1 MiB was sent ahead behind a statement that waits for an approval; nothing of it was executed',
  hint: 'send the statement that needs an approval by itself, and what follows once it has run',
};

/** What a client may send ahead while it waits for people, bytes: as long as it is read from, its end is noticed. */
const heldBytes = 1024 * 1024;
