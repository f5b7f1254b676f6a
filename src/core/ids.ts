import type { Brand } from '../base/brand.ts';
import type { Clock, Instant } from '../base/clock.ts';
import { prefixedUuidv7 } from '../base/uuid.ts';

/** One client connection to one connection: `ses_` and a UUIDv7. */
export type SessionId = Brand<string, 'SessionId'>;
/** One decided unit: `stm_` and a UUIDv7. */
export type StatementId = Brand<string, 'StatementId'>;
/** A short-lived stand-in for a token: `tkt_` and a UUIDv7. */
export type TicketId = Brand<string, 'TicketId'>;
/** One request for an approval: `apr_` and a UUIDv7. */
export type ApprovalId = Brand<string, 'ApprovalId'>;
/** An approval turned into permission: `grt_` and a UUIDv7. */
export type GrantId = Brand<string, 'GrantId'>;
/** One entry of the ledger: `ent_` and a UUIDv7. */
export type EntryId = Brand<string, 'EntryId'>;
/** The name of a connection in the configuration; clients give it as their database. */
export type ConnectionName = Brand<string, 'ConnectionName'>;
/** A question of one machine; counts up from 1 within its session. */
export type QuestionId = Brand<number, 'QuestionId'>;

export function newSessionId(clock: Clock): SessionId {
  return prefixedUuidv7('ses_', clock.now()) as SessionId;
}

export function newStatementId(clock: Clock): StatementId {
  return prefixedUuidv7('stm_', clock.now()) as StatementId;
}

export function newTicketId(clock: Clock): TicketId {
  return prefixedUuidv7('tkt_', clock.now()) as TicketId;
}

export function newApprovalId(clock: Clock): ApprovalId {
  return prefixedUuidv7('apr_', clock.now()) as ApprovalId;
}

export function newGrantId(clock: Clock): GrantId {
  return prefixedUuidv7('grt_', clock.now()) as GrantId;
}

export function newEntryId(at: Instant): EntryId {
  return prefixedUuidv7('ent_', at) as EntryId;
}

export function questionId(number: number): QuestionId {
  return number as QuestionId;
}

/** Letters, digits, `_`, `-`, `.`; starts with a letter; at most 63: it fits where a database name fits. */
export function parseConnectionName(text: string): ConnectionName | null {
  return /^[A-Za-z][A-Za-z0-9_.-]{0,62}$/.test(text) ? (text as ConnectionName) : null;
}

/** True for a well-formed session id, so that a request can be refused before anything is looked up. */
export function isSessionId(text: string): text is SessionId {
  return /^ses_[0-9a-f-]{36}$/.test(text);
}

/** True for a well-formed ticket id. */
export function isTicketId(text: string): text is TicketId {
  return /^tkt_[0-9a-f-]{36}$/.test(text);
}

/** True for a well-formed id of a request for an approval. */
export function isApprovalId(text: string): text is ApprovalId {
  return /^apr_[0-9a-f-]{36}$/.test(text);
}

/** True for a well-formed id of a grant. */
export function isGrantId(text: string): text is GrantId {
  return /^grt_[0-9a-f-]{36}$/.test(text);
}
