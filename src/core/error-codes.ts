/**
 * The registry of everything Sluice says no with: a stable code, and how each surface spells it. Generated into
 * `docs/errors.md`; codes are never renamed or reused.
 */
export const errorCodes = {
  policy_denied: { sqlstate: '42501', http: 403, exit: 1, meaning: 'a policy forbids it, or none permits it' },
  approval_required: {
    sqlstate: '42501',
    http: 403,
    exit: 1,
    meaning: 'policy asks for an approval, which was requested or cannot be waited for here',
  },
  approval_denied: { sqlstate: '42501', http: 403, exit: 1, meaning: 'an approver said no' },
  approval_expired: { sqlstate: '42501', http: 403, exit: 1, meaning: 'nobody decided in time' },
  approval_limit: {
    sqlstate: '53400',
    http: 429,
    exit: 1,
    meaning: 'the principal has too many requests for approval open',
  },
  approval_not_yours: {
    sqlstate: '42501',
    http: 403,
    exit: 1,
    meaning: 'this person may not decide on this request',
  },
  approval_over: { sqlstate: '55000', http: 409, exit: 1, meaning: 'the request or the grant is over already' },
  login_too_old: { sqlstate: '28000', http: 401, exit: 1, meaning: 'the person must log in again before deciding' },
  state_unavailable: {
    sqlstate: '58000',
    http: 503,
    exit: 1,
    meaning: 'the state that instances share cannot be read or written',
  },
  protected_use: {
    sqlstate: '42501',
    http: 403,
    exit: 1,
    meaning: 'a protected column is used in a way that could reveal it',
  },
  not_analysable: {
    sqlstate: '42501',
    http: 403,
    exit: 1,
    meaning: 'what the statement would reveal cannot be determined',
  },
  undefined_relation: {
    sqlstate: '42P01',
    http: 400,
    exit: 1,
    meaning: 'the relation is not in the catalogue of the connection',
  },
  undefined_column: {
    sqlstate: '42703',
    http: 400,
    exit: 1,
    meaning: 'the column is not in the catalogue of the connection',
  },
  undefined_route: { sqlstate: '42883', http: 404, exit: 1, meaning: 'the connection lists no such route' },
  content_unsupported: {
    sqlstate: '0A000',
    http: 415,
    exit: 1,
    meaning: 'the body of the request is not JSON, or is in an encoding that Sluice does not read',
  },
  unmaskable_answer: {
    sqlstate: '42501',
    http: 502,
    exit: 1,
    meaning: 'what the target answered cannot be masked, and is withheld; the request has reached it',
  },
  not_supported: {
    sqlstate: '0A000',
    http: 501,
    exit: 1,
    meaning: 'Sluice does not carry this message, command or setting',
  },
  statement_cancelled: {
    sqlstate: '57014',
    http: 409,
    exit: 1,
    meaning: 'the client cancelled it before it ran',
  },
  syntax_error: { sqlstate: '42601', http: 400, exit: 1, meaning: 'the statement does not parse' },
  invalid_text: { sqlstate: '22021', http: 400, exit: 1, meaning: 'the statement is not valid UTF-8, or holds a NUL' },
  limit_exceeded: { sqlstate: '54000', http: 413, exit: 1, meaning: 'a named limit of Sluice is exceeded' },
  rows_exceeded: {
    sqlstate: '54000',
    http: 413,
    exit: 1,
    meaning: 'the result has more rows than a policy allows; the statement was made to fail',
  },
  unknown_statement: { sqlstate: '26000', http: 404, exit: 1, meaning: 'the prepared statement does not exist' },
  unknown_portal: { sqlstate: '34000', http: 404, exit: 1, meaning: 'the portal does not exist' },
  token_refused: { sqlstate: '28000', http: 401, exit: 1, meaning: 'the presented token is not acceptable' },
  token_required: { sqlstate: '28000', http: 401, exit: 1, meaning: 'no token was presented' },
  tls_required: { sqlstate: '28000', http: 426, exit: 1, meaning: 'the listener speaks TLS only' },
  issuer_unavailable: {
    sqlstate: '28000',
    http: 503,
    exit: 1,
    meaning: 'the keys of the token issuer cannot be fetched',
  },
  principal_disabled: { sqlstate: '28000', http: 403, exit: 1, meaning: 'the principal is disabled' },
  principal_unlisted: {
    sqlstate: '28000',
    http: 403,
    exit: 1,
    meaning: 'the workload is not in the inventory, and unlisted ones are refused',
  },
  connection_unknown: { sqlstate: '3D000', http: 404, exit: 1, meaning: 'no connection has this name' },
  session_limit: { sqlstate: '53300', http: 429, exit: 1, meaning: 'too many sessions' },
  target_unreachable: {
    sqlstate: '08001',
    http: 502,
    exit: 1,
    meaning: 'the target cannot be reached, or its certificate is not trusted',
  },
  target_refused: {
    sqlstate: '08004',
    http: 502,
    exit: 1,
    meaning: 'the target refused the credential that Sluice holds',
  },
  target_unsupported: {
    sqlstate: '08004',
    http: 502,
    exit: 1,
    meaning: 'the target asks for something that Sluice does not speak',
  },
  target_lost: { sqlstate: '08006', http: 502, exit: 1, meaning: 'the target went away' },
  catalogue_unavailable: {
    sqlstate: '58000',
    http: 503,
    exit: 1,
    meaning: 'the catalogue of the target cannot be read or contradicts the configuration',
  },
  secret_unavailable: {
    sqlstate: '58000',
    http: 503,
    exit: 1,
    meaning: 'the credential of the connection cannot be read',
  },
  ledger_unavailable: {
    sqlstate: '58030',
    http: 503,
    exit: 1,
    meaning: 'the ledger cannot be written, so nothing may run',
  },
  session_ended: {
    sqlstate: '57P01',
    http: 403,
    exit: 1,
    meaning: 'the session was ended: disabled principal, lease, administrator',
  },
  idle_timeout: { sqlstate: '57P05', http: 408, exit: 1, meaning: 'the session was idle for too long' },
  handshake_timeout: {
    sqlstate: '08P01',
    http: 408,
    exit: 1,
    meaning: 'the client did not finish the handshake in time',
  },
  draining: { sqlstate: '57P03', http: 503, exit: 1, meaning: 'the gateway is shutting down' },
  protocol_violation: { sqlstate: '08P01', http: 400, exit: 1, meaning: 'bytes that break the protocol' },
  analysis_contradicted: {
    sqlstate: '42501',
    http: 403,
    exit: 1,
    meaning: 'the target described a result that contradicts the analysis',
  },
  internal: { sqlstate: 'XX000', http: 500, exit: 1, meaning: 'a fault of Sluice; the session was ended' },
  not_found: { sqlstate: '02000', http: 404, exit: 1, meaning: 'the thing does not exist' },
  invalid_request: { sqlstate: '22023', http: 400, exit: 2, meaning: 'the request is malformed' },
  forbidden: { sqlstate: '42501', http: 403, exit: 1, meaning: 'the role does not allow it' },
  rate_limited: { sqlstate: '53400', http: 429, exit: 1, meaning: 'too many requests from one address' },
  configuration_invalid: { sqlstate: 'F0000', http: 422, exit: 1, meaning: 'the configuration has faults' },
} as const satisfies Record<string, ErrorSpelling>;

export type ErrorCode = keyof typeof errorCodes;

export interface ErrorSpelling {
  /** Five characters of the PostgreSQL table of SQLSTATEs. */
  readonly sqlstate: string;
  readonly http: number;
  /** Exit code of the CLI: 1 refused or failed, 2 usage. */
  readonly exit: number;
  readonly meaning: string;
}
