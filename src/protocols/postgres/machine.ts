import { WireError } from '../../base/wire-error.ts';
import type { Denial } from '../../core/denial.ts';
import type { QuestionId } from '../../core/ids.ts';
import type { Notice } from '../../core/judge.ts';
import type { Machine, MachineOptions, Output, Phase, Secured, Side } from '../../core/machine.ts';
import type { Answer } from '../../core/question.ts';
import type { Cancelling } from './cancelling.ts';
import { ClientMessages } from './client-messages.ts';
import { noticeResponse } from './errors.ts';
import { Framer } from './framer.ts';
import { type Opened, Opening } from './opening.ts';
import { ServerMessages } from './server-messages.ts';
import { Session } from './session.ts';
import { violation, Wire } from './wire.ts';

/**
 * One PostgreSQL session. The edge: every call comes in here, and whatever is thrown inside ends here, as the end of the
 * session.
 */
export class PostgresMachine implements Machine {
  readonly #options: MachineOptions;
  readonly #wire = new Wire();
  readonly #clientFramer = new Framer();
  readonly #serverFramer = new Framer();
  #state: State;
  /** The client says nothing more. */
  #finished = false;

  constructor(options: MachineOptions) {
    this.#options = options;
    const opening = new Opening(options, this.#wire, this.#clientFramer, this.#serverFramer);
    this.#state = { kind: 'opening', opening };
  }

  receive(from: Side, chunk: Buffer, out: Output): void {
    this.#enter(from, out, () => {
      const state = this.#state;
      if (state.kind === 'opening') {
        if (from === 'client') state.opening.receiveClient(chunk);
        else state.opening.receiveServer(chunk);
        return;
      }
      (from === 'client' ? this.#clientFramer : this.#serverFramer).feed(chunk);
    });
  }

  decide(answer: Answer, out: Output): void {
    this.#enter(answer.kind === 'result' ? 'server' : 'client', out, () => this.#decide(answer));
  }

  connected(out: Output): void {
    this.#enter('server', out, () => this.#opening().connected());
  }

  upgraded(side: Side, secured: Secured, out: Output): void {
    this.#enter(side, out, () => {
      if (side === 'client') this.#opening().clientUpgraded(secured);
      else this.#opening().serverUpgraded(secured);
    });
  }

  inform(id: QuestionId, notice: Notice, out: Output): void {
    this.#enter('client', out, () => {
      const state = this.#state;
      if (state.kind === 'opening') state.opening.inform(id, notice);
      else if (state.client.isAsked(id)) this.#wire.tell(noticeResponse(notice));
    });
  }

  cancel(secret: Buffer, out: Output): void {
    const state = this.#state;
    if (this.#wire.closed || state.kind !== 'open' || !state.cancelling.permits(secret)) return;
    this.#wire.enter(out);
    if (!state.client.cancelAsked() && state.session.replies.length > 0) out.sendApart(state.cancelling.errand);
  }

  ended(from: Side, reason: string | null, out: Output): void {
    this.#enter(from, out, () => {
      if (from === 'client') this.#clientEnded();
      else this.#serverEnded(reason);
    });
  }

  finished(out: Output): void {
    this.#enter('client', out, () => {
      this.#finished = true;
      if (this.#state.kind === 'open') this.#state.client.finish();
      else if (!this.#state.opening.unread) this.#clientEnded();
    });
  }

  terminate(denial: Denial, out: Output): void {
    this.#enter('client', out, () => {
      if (this.#state.kind === 'opening' && this.#state.opening.upgrading) this.#wire.close({ kind: 'denied', denial });
      else this.#wire.fatal(denial);
    });
  }

  wants(side: Side): boolean {
    if (this.#wire.closed) return false;
    const state = this.#state;
    if (state.kind === 'opening') return state.opening.wants(side);
    return side === 'client' ? !state.client.stopped : !state.server.stopped;
  }

  get phase(): Phase {
    if (this.#wire.closed) return 'closed';
    const state = this.#state;
    if (state.kind === 'opening') return 'opening';
    const busy = state.session.due || state.client.stopped || state.server.stopped;
    return busy ? 'busy' : 'idle';
  }

  /** Runs one call: what comes of it is read on, then everything that was decided leaves. */
  #enter(side: Side, out: Output, call: () => void): void {
    if (this.#wire.closed) return;
    this.#wire.enter(out);
    try {
      call();
    } catch (error) {
      this.#broken(side, error);
    }
    this.#run();
    this.#wire.tellWaiting();
    if (!this.#wire.closed) this.#flush();
    else this.#over(out);
  }

  /** The session has just ended, perhaps in the middle of something. */
  #over(out: Output): void {
    const state = this.#state;
    if (state.kind !== 'open' || state.session.replies.length === 0) return;
    state.server.abandon();
    // Where Sluice ended it, the target would go on with what runs in it, and finish it.
    if (this.#wire.cutOff && !state.targetGone) out.sendApart(state.cancelling.errand);
  }

  #run(): void {
    const state = this.#state;
    if (state.kind === 'opening' || this.#wire.closed) return;
    try {
      state.server.run();
      if (state.targetGone && !state.server.stopped) this.#targetLost(state);
    } catch (error) {
      this.#broken('server', error);
    }
    if (this.#wire.closed) return;
    // What the target answered may let the client go on.
    try {
      state.client.run();
    } catch (error) {
      this.#broken('client', error);
    }
  }

  #flush(): void {
    this.#wire.toClient.flush();
    if (this.#state.kind === 'open') this.#state.client.flush();
    else this.#wire.toServer.flush();
  }

  #decide(answer: Answer): void {
    const state = this.#state;
    switch (answer.kind) {
      case 'verifier':
        this.#opening().decideVerifier(answer.id, answer.verdict);
        return;
      case 'login':
        this.#opening().decideLogin(answer.id, answer.verdict);
        return;
      case 'open': {
        const opened = this.#opening().decideOpen(answer.id, answer.verdict);
        if (opened !== null) this.#open(opened);
        return;
      }
      case 'statement':
        if (state.kind === 'open' && state.client.decide(answer.id, answer.verdict)) return;
        break;
      case 'result':
        if (state.kind === 'open' && state.server.decide(answer.id, answer.verdict)) return;
    }
    throw new Error('an answer that nobody asked for');
  }

  #open({ route, cancelling }: Opened): void {
    const session = new Session(this.#options.limits, route.scrub);
    const client = new ClientMessages(session, this.#wire, this.#clientFramer);
    if (this.#finished) client.finish();
    const server = new ServerMessages(session, this.#wire, this.#serverFramer);
    this.#wire.out.note({ kind: 'ready', transaction: 'I', failed: false });
    this.#state = { kind: 'open', session, client, server, cancelling, targetGone: false };
  }

  #opening(): Opening {
    if (this.#state.kind !== 'opening') throw new Error('the session is open already');
    return this.#state.opening;
  }

  #clientEnded(): void {
    const state = this.#state;
    if (state.kind === 'opening') {
      this.#wire.close({ kind: state.opening.blank ? 'never-a-session' : 'client-lost' });
      return;
    }
    const left = this.phase === 'idle' && state.session.replies.length === 0 && !state.client.busy;
    this.#wire.close({ kind: left ? 'client-left' : 'client-lost' });
  }

  #serverEnded(reason: string | null): void {
    const state = this.#state;
    if (state.kind === 'opening') state.opening.serverEnded(reason);
    // What the target said before it went is told first: it may wait for an answer.
    else this.#state = { ...state, targetGone: true };
  }

  #targetLost(state: OpenState): void {
    if (!state.server.dying) {
      this.#wire.say({ code: 'target_lost', message: 'the target closed the link', hint: 'connect again' });
    }
    this.#wire.close({ kind: 'target-lost' });
  }

  #broken(side: Side, error: unknown): void {
    if (this.#wire.closed) return;
    if (error instanceof WireError) {
      this.#wire.refuse(violation(side, error));
    } else {
      this.#wire.say({ code: 'internal', message: 'a fault of Sluice ended the session' });
      this.#wire.close({ kind: 'bug' });
    }
  }
}

interface OpenState {
  readonly kind: 'open';
  readonly session: Session;
  readonly client: ClientMessages;
  readonly server: ServerMessages;
  readonly cancelling: Cancelling;
  /** The target hung up; what it said before is not all told yet. */
  readonly targetGone: boolean;
}

type State = { readonly kind: 'opening'; readonly opening: Opening } | OpenState;
