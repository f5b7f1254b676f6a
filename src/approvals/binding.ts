import { createHash, createHmac } from 'node:crypto';
import type { ConnectionName } from '../core/ids.ts';
import type { Origin, Principal } from '../core/principal.ts';

/** What a request is about, exactly (promise P6) and in its wider form (design 7). */
export interface Binding {
  /**
   * HMAC-SHA-256, hex, under a random key kept in state, over principal, connection, database, effective search path, statement
   * bytes, parameter formats and parameters: what `once` covers.
   */
  readonly digest: string;
  /** SHA-256, hex, of the normalised statement: together with `tables` and `policies`, what the wider scopes cover. */
  readonly fingerprint: string;
  /** Actions with what they reach, sorted. */
  readonly tables: readonly string[];
  /** Platform, repository, run and attempt of the requester's origin in one string; null where the token does not state a run. */
  readonly run: string | null;
  /** Digest of the policies in force. */
  readonly policies: string;
}

/** Everything that a binding is made of. */
export interface Bound {
  readonly subject: 'connect' | 'statement';
  readonly principal: Principal;
  readonly connection: ConnectionName;
  /** Beside principal and connection, in order: database, search path, bytes, parameters. */
  readonly exact: readonly Buffer[];
  /** SHA-256, hex, of the normalised statement; null for `connect`. */
  readonly normalisedDigest: string | null;
  readonly tables: readonly string[];
  readonly policies: string;
}

export function bindingOf(bound: Bound, digestKey: Buffer): Binding {
  const { principal, connection } = bound;
  const who = [principal.id, principal.onBehalfOf ?? '', connection, bound.subject].map((part) => Buffer.from(part));
  return {
    digest: keyedDigest(digestKey, 'binding', [...who, ...bound.exact]),
    fingerprint: bound.normalisedDigest ?? fingerprintOfNothing,
    tables: bound.tables,
    run: runOf(principal.origin),
    policies: bound.policies,
  };
}

/** The digest of free text that is kept in state only: reasons, rationales, findings (design 9). */
export function textDigest(digestKey: Buffer, text: string): string {
  return keyedDigest(digestKey, 'text', [Buffer.from(text)]);
}

/** Null where the token does not say which run it is of: then nothing belongs to the same run. */
export function runOf({ platform, repository, runId, attempt }: Origin): string | null {
  return runId === 'unknown' ? null : JSON.stringify([platform, repository, runId, attempt]);
}

/** For people to read: `42 of clinic/etl (github, attempt 1)`. */
export function spellRun(run: string): string {
  const [platform, repository, runId, attempt] = JSON.parse(run) as readonly string[];
  return `${runId} of ${repository} (${platform}, attempt ${attempt})`;
}

/** Every part is preceded by its length, and all of them by their number: no two lists of parts are the same bytes. */
function keyedDigest(key: Buffer, purpose: string, parts: readonly Buffer[]): string {
  const hmac = createHmac('sha256', key);
  const purposeBytes = Buffer.from(purpose);
  hmac.update(counted(purposeBytes.length)).update(purposeBytes).update(counted(parts.length));
  for (const part of parts) hmac.update(counted(part.length)).update(part);
  return hmac.digest('hex');
}

function counted(number: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(number));
  return bytes;
}

const fingerprintOfNothing = createHash('sha256').digest('hex');
