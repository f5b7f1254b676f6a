import type { BodyMask } from './body-mask.ts';
import type { CellMask } from './cell-mask.ts';
import type { Credential, TargetAddress } from './connection.ts';
import type { Denial } from './denial.ts';
import type { CopyDirection, StatedName } from './facts.ts';
import type { HeaderCredential, HttpTarget } from './http-connection.ts';
import type { Header } from './http-header.ts';
import type { ConnectionName, QuestionId, StatementId } from './ids.ts';
import type { HttpMethod } from './route-template.ts';

/** What a machine may ask. Asking stops the side that asked until the answer; the other side flows on. */
export interface Questions {
  /** What must a client prove that names this ticket? Asked before `login` where the client never sends its secret. */
  readonly verifier: VerifierQuestion;
  /** Who is this, and where may they go? Asked once, before anything reaches a target. */
  readonly login: LoginQuestion;
  /** The target has accepted Sluice's credential. Answered when the session is on record; only then the client is let in. */
  readonly open: OpenQuestion;
  /** May this be forwarded? Answered when the decision is durable. */
  readonly statement: StatementQuestion;
  /** The target described the rows of an execution; how are they masked? Asked only for watched executions. */
  readonly result: ResultQuestion;
  /** Who is this, on a wire without a handshake of its own? Answered when the session is on record. */
  readonly admission: AdmissionQuestion;
  /** May this HTTP request be forwarded? Answered when the decision is durable. */
  readonly request: RequestQuestion;
}

/** What each question may be told: a mask on a statement does not compile. */
export interface Verdicts {
  readonly verifier: VerifierVerdict;
  readonly login: LoginVerdict;
  readonly open: OpenVerdict;
  readonly statement: StatementVerdict;
  readonly result: ResultVerdict;
  readonly admission: AdmissionVerdict;
  readonly request: RequestVerdict;
}

export type QuestionKind = keyof Questions;

/** A question with its id, as the relay carries it. */
export type Asked = {
  readonly [K in QuestionKind]: { readonly kind: K; readonly id: QuestionId; readonly question: Questions[K] };
}[QuestionKind];

/** A verdict with the id of its question. */
export type Answer = {
  readonly [K in QuestionKind]: { readonly kind: K; readonly id: QuestionId; readonly verdict: Verdicts[K] };
}[QuestionKind];

/** SCRAM (RFC 5802): the client gives the id of its ticket as user name, and proves the secret without sending it. */
export interface VerifierQuestion {
  readonly ticket: string;
}

export type VerifierVerdict =
  /** Also for a ticket that does not exist: one that nothing proves, always the same for the same name. */
  { readonly kind: 'verifier'; readonly verifier: ScramVerifier } | { readonly kind: 'deny'; readonly denial: Denial };

/** What is kept of a secret for SCRAM-SHA-256 (RFC 5802, section 3): nobody can log in with it. */
export interface ScramVerifier {
  readonly salt: Buffer;
  readonly iterations: number;
  /** 32 bytes. */
  readonly storedKey: Buffer;
  /** 32 bytes. */
  readonly serverKey: Buffer;
}

/** How a client showed who it is. */
export type Proof =
  /** A token or ticket as presented. */
  | { readonly kind: 'secret'; readonly secret: string }
  /** The id of a ticket whose secret was proven against its verifier. */
  | { readonly kind: 'proven-ticket'; readonly ticket: string };

export interface LoginQuestion {
  readonly proof: Proof;
  /** The database the client named: the name of a connection. */
  readonly database: string;
  /** Startup parameters as received, `user` and `database` among them. They identify nobody. */
  readonly parameters: ReadonlyMap<string, string>;
}

export type LoginVerdict =
  | { readonly kind: 'accept'; readonly route: Route }
  | { readonly kind: 'deny'; readonly denial: Denial };

/** Where a session goes and how it gets in there. */
export interface Route {
  readonly target: TargetAddress;
  readonly credential: Credential;
  /** Startup parameters for the target beyond user and database: allow-listed, pinned. */
  readonly parameters: ReadonlyMap<string, string>;
  /** The connection protects something: errors and notices are rebuilt, results watched. */
  readonly scrub: boolean;
}

export interface OpenQuestion {
  /** Process id of the upstream session: what the target's own log names. Null where targets have no sessions. */
  readonly backendPid: number | null;
  /** What the target reported: `server_version`, `DateStyle`, ... */
  readonly parameters: ReadonlyMap<string, string>;
}

export type OpenVerdict = { readonly kind: 'accept' } | { readonly kind: 'deny'; readonly denial: Denial };

export type StatementQuestion =
  /** A simple query: one or more statements, all decided together. */
  | { readonly step: 'simple'; readonly text: Buffer; readonly transaction: TransactionStatus }
  /** A statement that is being prepared; decided now and again at each execution. */
  | { readonly step: 'parse'; readonly text: Buffer; readonly transaction: TransactionStatus }
  /** The first Execute of a portal. */
  | {
      readonly step: 'execute';
      readonly prepared: Prepared;
      readonly bind: BoundParameters;
      readonly transaction: TransactionStatus;
    };

/** `I` idle, `T` in a transaction, `E` in a failed one: as the target last reported; asked about a statement, also `T` where something runs before it. */
export type TransactionStatus = 'I' | 'T' | 'E';

/** Parameters of a Bind, as they came. */
export interface BoundParameters {
  /** Format codes: none (all text), one for all, or one each. */
  readonly formats: readonly number[];
  /** Null: SQL NULL. */
  readonly values: readonly (Buffer | null)[];
}

declare const prepared: unique symbol;
/** What the engine knows of a prepared statement: the machine keeps it by name and hands it back. */
export interface Prepared {
  readonly [prepared]: true;
}

/** One decided statement on its way through the target. The machine hands it back with everything that concerns it. */
export interface Execution {
  readonly id: StatementId;
  /** Results must be described and asked about before a row leaves. */
  readonly watched: boolean;
  /**
   * What was decided about it: executions of the same ruling whose rows are described byte for byte alike are masked alike,
   * and need not be asked about again. Null: always ask.
   */
  readonly ruling: object | null;
  /** The target will answer with CopyInResponse or CopyOutResponse, and only then may it. */
  readonly copy: CopyDirection | null;
  /** Null: as many rows as there are. Else the statement is alone in its query, and is made to fail at the first row beyond. */
  readonly maxRows: RowLimit | null;
}

export interface RowLimit {
  /** At least 1, and below 2^31 - 1: targets count rows in 31 bits. */
  readonly rows: number;
  /** What the client is told in the place of the first row beyond. */
  readonly denial: Denial;
}

export type StatementVerdict =
  | {
      readonly kind: 'forward';
      /** One per statement of the text for `simple`; one for `execute`, none where the text is empty; none for `parse`. */
      readonly executions: readonly Execution[];
      /** Set for `parse`. */
      readonly prepared: Prepared | null;
      /** Read nothing further from the client until the target is ready again: later statements mean something else then. */
      readonly settle: boolean;
      /** Goes to the target instead of the client's text, where that must stop at Sluice: `SET sluice.reason`. Null: the client's. */
      readonly text: Buffer | null;
    }
  /** Refused in place: the session lives on. `id` names the refused statement in the stand-in and the error. */
  | { readonly kind: 'deny'; readonly id: StatementId; readonly denial: Denial }
  /** The session ends with this. */
  | { readonly kind: 'end'; readonly denial: Denial };

export interface ResultQuestion {
  readonly execution: Execution;
  readonly columns: readonly ResultColumn[];
}

/** One field of a row description, as the target states it. */
export interface ResultColumn {
  readonly name: string;
  /** OID of the relation, or 0. */
  readonly tableOid: number;
  /** Attribute number, or 0; 0 with a non-zero relation is a whole row. */
  readonly number: number;
  readonly typeOid: number;
  /** 0 text, 1 binary: the format in which rows will come. */
  readonly format: number;
}

export type ResultVerdict =
  /** One entry per column; null passes as it came. `masks: null`: nothing is masked, rows pass uninspected. */
  | { readonly kind: 'rows'; readonly masks: readonly (CellMask | null)[] | null }
  /** No row leaves and the session ends. */
  | { readonly kind: 'end'; readonly denial: Denial };

/** What a client says of its work, beside what it asks for. */
export type StatedValues = Readonly<Record<StatedName, string | null>>;

export interface AdmissionQuestion {
  readonly proof: Proof;
  readonly connection: ConnectionName;
  readonly stated: StatedValues;
}

export type AdmissionVerdict =
  /** `scrub`: the connection protects something, so errors of the target are rebuilt. */
  | { readonly kind: 'accept'; readonly target: HttpTarget; readonly scrub: boolean }
  | { readonly kind: 'deny'; readonly denial: Denial };

export interface RequestQuestion {
  /** Every request shows who it is from. */
  readonly proof: Proof;
  readonly stated: StatedValues;
  readonly method: HttpMethod;
  /** Segments, decoded. */
  readonly path: readonly string[];
  /** Names and values, decoded. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** Of the headers that go on to the target, those that may change what it does. */
  readonly headers: readonly Header[];
  readonly body: Buffer | null;
}

export type RequestVerdict =
  | {
      readonly kind: 'forward';
      readonly execution: RequestExecution;
      readonly credential: HeaderCredential | null;
      /** Null: the route protects nothing, and its answers pass as they come. */
      readonly mask: BodyMask | null;
    }
  /** Refused in place: the session lives on. */
  | { readonly kind: 'deny'; readonly id: StatementId; readonly denial: Denial }
  /** The session ends with this. */
  | { readonly kind: 'end'; readonly denial: Denial };

/** One decided request on its way through the target. */
export interface RequestExecution {
  readonly id: StatementId;
}
