import type { CloseReason } from './close-reason.ts';
import type { TargetAddress } from './connection.ts';
import type { Denial } from './denial.ts';
import type { Fact } from './fact.ts';
import type { QuestionId } from './ids.ts';
import type { Notice } from './judge.ts';
import type { Limits } from './limits.ts';
import type { Answer, QuestionKind, Questions } from './question.ts';

export type Side = 'client' | 'server';

/**
 * What a machine can do to the world. Calls happen inside a call into the machine, and in order.
 * A span given to `forward` is valid until its socket has written it: nobody modifies a received chunk.
 */
export interface Output {
  /** Bytes as received, `chunk[start, end)`: not copied. */
  forward(to: Side, chunk: Buffer, start: number, end: number): void;
  /** Bytes that the machine made; it must not touch them again. */
  write(to: Side, bytes: Buffer): void;
  ask<K extends QuestionKind>(kind: K, id: QuestionId, question: Questions[K]): void;
  note(fact: Fact): void;
  /** The client has cancelled what this question is about. It is answered all the same. */
  withdraw(id: QuestionId): void;
  /** Dial the target. Ends in `connected` or `ended('server')`. */
  connect(target: TargetAddress): void;
  /**
   * Start TLS on that side: as server towards the client, as client towards the target. Ends in `upgraded` or `ended`.
   * `received` is the beginning of the handshake, where the machine has it already; else empty.
   */
  upgrade(side: Side, received: Buffer): void;
  /** A client asks to cancel what the session of this key is doing: it is found, and asked by {@link Machine.cancel}. */
  requestCancel(key: CancelKey): void;
  /** Takes a request to the session's target on a link of its own. Nobody waits for it. */
  sendApart(errand: Errand): void;
  /** Write what is queued, then close both sides. Nothing is called on the machine afterwards. */
  close(reason: CloseReason): void;
}

/**
 * One session of one protocol: bytes in, an {@link Output} out; no sockets, no clock, no promises.
 * Whoever drives it calls one method at a time and never from within `Output`.
 */
export interface Machine {
  /** Bytes of one side. Called only while `wants(from)`. */
  receive(from: Side, chunk: Buffer, out: Output): void;
  /** The answer to a question asked earlier. Unread bytes of the side that asked go on being read in here. */
  decide(answer: Answer, out: Output): void;
  /** What the unanswered question of that id waits for: told to the client. Too late for the question: nothing happens. */
  inform(id: QuestionId, notice: Notice, out: Output): void;
  connected(out: Output): void;
  /** TLS is up on that side. */
  upgraded(side: Side, secured: Secured, out: Output): void;
  /** Somebody asks to cancel what runs here, with this secret: wrong ones, and those that come too late, change nothing. */
  cancel(secret: Buffer, out: Output): void;
  /** The client says nothing more, and may still read. Called once all that it said was received. */
  finished(out: Output): void;
  /** That side is gone. `reason` is a lowercase phrase for the target's side when it could not be reached: `connection refused`. */
  ended(from: Side, reason: string | null, out: Output): void;
  /** End the session politely, in the client's own protocol where the stream is between messages. */
  terminate(denial: Denial, out: Output): void;
  /** False: stop reading that side, and let TCP do the rest. */
  wants(side: Side): boolean;
  /** `opening` until the client is let in; `idle`: nothing happens before the client says more. */
  readonly phase: Phase;
}

export type Phase = 'opening' | 'idle' | 'busy' | 'closed';

/** A protocol as `app/` hands it to `net/`. */
export interface Protocol {
  readonly name: string;
  /** How TLS names it (RFC 7301, the registry of IANA): `postgresql`. */
  readonly alpn: string;
  machine(options: MachineOptions): Machine;
}

export interface MachineOptions {
  readonly limits: Limits;
  /** The client's side can speak TLS. Without it the listener is on loopback and plain. */
  readonly tls: boolean;
  /** How clients of this listener log in. */
  readonly auth: 'token' | 'scram';
  /** What this session's client may cancel with. */
  readonly cancelKey: CancelKey;
}

/** A request that does not travel on the session's own link: one that cancels what runs there. */
export interface Errand {
  readonly request: Buffer;
  /** How the target is asked for TLS first, where its sessions use it, and the one byte that means yes. */
  readonly tlsRequest: Buffer;
  readonly tlsAccepted: number;
}

/** What a TLS handshake came to. */
export interface Secured {
  /** DER of the certificate that the server of this link showed, for channel binding (RFC 5929, `tls-server-end-point`). */
  readonly certificate: Buffer | null;
  /** The application protocol that both sides named (RFC 7301). */
  readonly alpn: string | null;
}

/** Names a live session of this instance to whoever may cancel what it does. */
export interface CancelKey {
  /** 31 bits; the upper ones are the instance's. */
  readonly processId: number;
  /** 32 random bytes; protocol 3.0 carries only the first four. */
  readonly secret: Buffer;
}
