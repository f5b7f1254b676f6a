/** Bounds of one gateway. Over a bound nothing is forwarded; the refusal names the limit. Configurable under `limits:`. */
export interface Limits {
  /** Text of one statement (Query, Parse), bytes. Above it no parser is asked. */
  readonly statementBytes: number;
  /** One Bind message, bytes: parameters of a bulk insert are legitimate, a gigabyte is not. */
  readonly bindBytes: number;
  /** One row that must be masked, bytes: it is gathered whole, since its length changes. */
  readonly maskedRowBytes: number;
  /** Errors, notices, row descriptions from the target, bytes. */
  readonly collectBytes: number;
  /** One body of an HTTP request, and of an answer that must be masked, bytes: both are read whole. */
  readonly bodyBytes: number;
  /** A presented token, bytes. Entra tokens with groups are about 7,000; libpq delivers 65,000. */
  readonly tokenBytes: number;
  /** From accept to the end of authentication, milliseconds. */
  readonly handshakeMs: number;
  /** To reach and authenticate to the target, milliseconds. */
  readonly connectMs: number;
  /** Client silent with nothing in flight, milliseconds. */
  readonly idleMs: number;
  /** A session lives at most this long whatever its token says, milliseconds. */
  readonly leaseMs: number;
  readonly sessionsPerPrincipal: number;
  readonly sessions: number;
  /** Prepared statements and portals a session may keep by name. */
  readonly preparedPerSession: number;
  /** Texts and parameters of the prepared statements and portals of one session, bytes. */
  readonly preparedBytes: number;
}

export const defaultLimits: Limits = {
  statementBytes: 1024 * 1024,
  bindBytes: 64 * 1024 * 1024,
  maskedRowBytes: 64 * 1024 * 1024,
  collectBytes: 1024 * 1024,
  bodyBytes: 1024 * 1024,
  tokenBytes: 64 * 1024,
  handshakeMs: 15_000,
  connectMs: 10_000,
  idleMs: 60 * 60 * 1000,
  leaseMs: 12 * 60 * 60 * 1000,
  sessionsPerPrincipal: 200,
  sessions: 2000,
  preparedPerSession: 10_000,
  preparedBytes: 256 * 1024 * 1024,
};
