import type { CloseReason } from './close-reason.ts';
import type { Denial } from './denial.ts';
import type { Fact } from './fact.ts';
import type { QuestionId } from './ids.ts';
import type { Answer, Asked } from './question.ts';

/** What a relay drives beside its machine: the engine's view of one session. Never throws and always answers once. */
export interface Judge {
  /** Answers at once, inside the call, or later. */
  ask(asked: Asked, answer: (answer: Answer) => void): void;
  note(fact: Fact): void;
  /** The client no longer wants what this question is about; it is still answered, and the answer must not let anything run. */
  withdraw(id: QuestionId): void;
  /** The session is over; called once. */
  closed(reason: CloseReason): void;
}

/** What the relay offers the judge. */
export interface SessionHandle {
  /** Ends the session politely within a second: revocation, lease, shutdown. */
  terminate(denial: Denial): void;
  /** Tells the client what its unanswered question waits for. */
  inform(id: QuestionId, notice: Notice): void;
}

/** Told to a client while it waits, where its protocol has a way. Never holds a literal, a secret or a protected value. */
export interface Notice {
  /** One lowercase sentence without the `sluice: ` prefix and without a full stop. */
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
}

/** Where a client comes from, as the socket says. */
export interface ClientAddress {
  readonly address: string;
  readonly port: number;
  readonly tls: boolean;
}

/** One per gateway: `net/` is handed it by `app/`. */
export type OpenJudge = (listener: string, client: ClientAddress, session: SessionHandle) => Judge;
