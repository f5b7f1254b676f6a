import { Reader } from '../../base/reader.ts';
import { WireError } from '../../base/wire-error.ts';
import type { Denial } from '../../core/denial.ts';
import type { QuestionId } from '../../core/ids.ts';
import type { MachineOptions } from '../../core/machine.ts';
import type { Proof, VerifierVerdict } from '../../core/question.ts';
import { cleartextPasswordRequest, decodePassword } from './auth.ts';
import type { Framer } from './framer.ts';
import { fromClient, fromServer, message } from './messages.ts';
import { ScramServer } from './scram-server.ts';
import type { Startup } from './startup.ts';
import type { Wire } from './wire.ts';

type State =
  /** The token or ticket itself is to come, as a password. */
  | { readonly kind: 'password' }
  | { readonly kind: 'scram-first'; readonly scram: ScramServer }
  | { readonly kind: 'verifier'; readonly scram: ScramServer; readonly id: QuestionId }
  | { readonly kind: 'scram-final'; readonly scram: ScramServer }
  /** The login question is asked. */
  | { readonly kind: 'asked'; readonly id: QuestionId };

/** From a startup packet to the login question: what the client shows, and how (manual 54.2.1, 54.3). */
export class ClientLogin {
  readonly #options: MachineOptions;
  readonly #wire: Wire;
  readonly #client: Framer;
  readonly #startup: Startup;
  #state: State;

  /** @param binding data of the link's channel binding, or null */
  constructor(options: MachineOptions, wire: Wire, client: Framer, startup: Startup, binding: Buffer | null) {
    this.#options = options;
    this.#wire = wire;
    this.#client = client;
    this.#startup = startup;
    if (options.auth === 'token') {
      this.#state = { kind: 'password' };
      wire.toClient.write(cleartextPasswordRequest());
      return;
    }
    const scram = new ScramServer(binding);
    this.#state = { kind: 'scram-first', scram };
    wire.toClient.write(saslRequest(scram.mechanisms));
  }

  get wants(): boolean {
    return this.#state.kind !== 'verifier' && this.#state.kind !== 'asked';
  }

  /** The client has shown nothing that could be a login. */
  get blank(): boolean {
    return this.#state.kind === 'password' || this.#state.kind === 'scram-first';
  }

  receive(chunk: Buffer): void {
    this.#client.feed(chunk);
    this.#run();
  }

  decideVerifier(id: QuestionId, verdict: VerifierVerdict): void {
    const state = this.#state;
    if (state.kind !== 'verifier' || state.id !== id) throw new Error('an answer that nobody asked for');
    if (verdict.kind === 'deny') {
      this.#wire.fatal(verdict.denial);
      return;
    }
    const challenge = Buffer.from(state.scram.challenge(verdict.verifier));
    this.#state = { kind: 'scram-final', scram: state.scram };
    this.#wire.toClient.write(saslMessage(saslContinue, challenge));
    this.#run();
  }

  /** Whether this is the login question, and it is still open. */
  isAsked(id: QuestionId): boolean {
    return this.#state.kind === 'asked' && this.#state.id === id;
  }

  #run(): void {
    if (!this.wants || this.#wire.closed) return;
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
    if (whole) this.#message(client.bytes, client.start, client.end);
  }

  #message(bytes: Buffer, start: number, end: number): void {
    const state = this.#state;
    switch (state.kind) {
      case 'password':
        this.#password(decodePassword(bytes, start, end));
        return;
      case 'scram-first': {
        const reader = new Reader(bytes, start + 5, end);
        const mechanism = reader.string();
        const length = reader.int32();
        if (length !== reader.remaining) throw new WireError('the first SASL message has another length than it says');
        state.scram.first(mechanism, reader.span(length).toString('utf8'));
        const id = this.#wire.nextQuestion();
        this.#state = { kind: 'verifier', scram: state.scram, id };
        this.#wire.out.ask('verifier', id, { ticket: this.#startup.user });
        return;
      }
      case 'scram-final': {
        const proof = state.scram.proves(bytes.toString('utf8', start + 5, end));
        if (proof === null) {
          this.#wire.refuse(notProven);
          return;
        }
        this.#wire.toClient.write(saslMessage(saslFinal, Buffer.from(proof)));
        this.#ask({ kind: 'proven-ticket', ticket: this.#startup.user });
        return;
      }
      case 'verifier':
      case 'asked':
        throw new Error('a message was read while an answer is awaited');
    }
  }

  #password(secret: string): void {
    if (secret === '') {
      this.#wire.refuse({
        code: 'token_required',
        message: 'no token was presented',
        hint: 'give the token of your workload as the password',
      });
      return;
    }
    this.#ask({ kind: 'secret', secret });
  }

  #ask(proof: Proof): void {
    const id = this.#wire.nextQuestion();
    this.#state = { kind: 'asked', id };
    const { database, parameters } = this.#startup;
    this.#wire.out.ask('login', id, { proof, database, parameters });
  }
}

/** Codes of Authentication messages (manual 54.7). */
const sasl = 10;
const saslContinue = 11;
const saslFinal = 12;

function saslRequest(mechanisms: readonly string[]): Buffer {
  return message(fromServer.authentication, (writer) => {
    writer.int32(sasl);
    for (const mechanism of mechanisms) writer.string(mechanism);
    return writer.uint8(0);
  });
}

function saslMessage(code: number, content: Buffer): Buffer {
  return message(fromServer.authentication, (writer) => writer.int32(code).bytes(content));
}

/** The same for a ticket that does not exist, has ended, or has another secret. */
const notProven: Denial = {
  code: 'token_refused',
  message: 'the ticket does not exist, has ended, or its secret is another one',
  hint: 'give the id of a live ticket as the user and the whole ticket as the password; get one from /oauth/token',
};
