import type { BodyMask } from '../../core/body-mask.ts';
import type { Denial } from '../../core/denial.ts';
import type { Header } from '../../core/http-header.ts';
import type { ResponseHead } from '../../core/http-machine.ts';
import type { StatementId } from '../../core/ids.ts';
import type { HttpMethod } from '../../core/route-template.ts';
import { returnedHeaders, single } from './headers.ts';
import { essenceOf, isJsonType } from './media-type.ts';
import { type Answer, bareStatus } from './problem.ts';

/** What becomes of an answer of the target, by its head. */
export type AnswerPlan =
  /** As it comes. */
  | { readonly kind: 'pass'; readonly head: ResponseHead }
  /** Read whole, masked, then sent. */
  | { readonly kind: 'mask'; readonly mask: BodyMask; readonly head: ResponseHead }
  /** The client is told this instead, and the body is not looked at. */
  | { readonly kind: 'replace'; readonly answer: Answer }
  | { readonly kind: 'refuse'; readonly denial: Denial };

export interface Answering {
  readonly method: HttpMethod;
  readonly statement: StatementId;
  readonly mask: BodyMask | null;
  /** The connection protects something. */
  readonly scrub: boolean;
}

export function planAnswer(
  { status, headers }: ResponseHead,
  { method, statement, mask, scrub }: Answering,
): AnswerPlan {
  if (status === 401 || status === 407) return { kind: 'refuse', denial: refusedCredential };
  if (status < 200) return { kind: 'refuse', denial: interim };
  if (status >= 400 && scrub) return { kind: 'replace', answer: bareStatus(status, statement) };
  if (mask === null) return { kind: 'pass', head: { status, headers: returnedHeaders(headers) } };
  if (status >= 300) return { kind: 'replace', answer: bareStatus(status, statement) };
  if (status === 204) return { kind: 'replace', answer: { head: { status, headers: [] }, body: noBytes } };
  if (status === 206) return { kind: 'refuse', denial: unmaskable('is a part of something') };
  const type = single(headers, 'content-type') ?? null;
  const denial = unreadable(type, headers);
  if (type === null || denial !== null) return { kind: 'refuse', denial: denial ?? untyped };
  // Nothing else: a tag, a link or a date may hold or betray a value. What is masked for one client is not another's.
  const head = {
    status,
    headers: [['content-type', essenceOf(type)] as const, ['cache-control', 'no-store'] as const],
  };
  if (method === 'HEAD') return { kind: 'replace', answer: { head, body: noBytes } };
  return { kind: 'mask', mask, head };
}

/** `phrase` repeats nothing of the answer. */
export function unmaskable(phrase: string): Denial {
  return {
    code: 'unmaskable_answer',
    message: `the answer of the target ${phrase}, so it cannot be masked and is withheld`,
    hint: 'the request has reached the target; the operator can list a route without protected fields for such answers',
  };
}

function unreadable(type: string | null, headers: readonly Header[]): Denial | null {
  if (!isJsonType(type)) return untyped;
  const encoding = single(headers, 'content-encoding');
  return encoding === null || encoding?.toLowerCase() === 'identity' ? null : unmaskable('is compressed');
}

const untyped = unmaskable('is not said to be JSON in UTF-8');
const noBytes = Buffer.alloc(0);

const refusedCredential: Denial = {
  code: 'target_refused',
  message: 'the target refused the credential that Sluice holds',
  hint: 'tell the operator; your own token was accepted',
};
export const repeatedCredential: Denial = {
  code: 'unmaskable_answer',
  message: 'the answer of the target repeats the credential that Sluice holds, so it is withheld',
  hint: 'the request has reached the target; tell the operator, who can take the route off the list',
};
const interim: Denial = {
  code: 'target_unsupported',
  message: 'the target answered with an interim status, or wants to change the protocol',
  hint: 'the request has reached the target; tell the operator',
};
