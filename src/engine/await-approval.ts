import type { ApprovalRequest } from '../approvals/approval-request.ts';
import type { Grant } from '../approvals/grant.ts';
import { rfc3339 } from '../base/clock.ts';
import type { Denial } from '../core/denial.ts';
import type { Notice } from '../core/judge.ts';
import type { TransactionStatus } from '../core/question.ts';
import type { EngineParts } from './engine-parts.ts';
import type { Held } from './held.ts';

/** How the client of something held can be reached, and who can take it back. */
export interface Waiting {
  inform(notice: Notice): void;
  readonly signal: AbortSignal;
  /** `I` where nothing else waits with it: locks that are held while people think stop everybody. */
  readonly transaction: TransactionStatus;
  /** It was approved a moment ago: a grant covers it, or it must not run. */
  readonly approved: boolean;
}

export type Awaited =
  | { readonly kind: 'granted'; readonly grant: Grant }
  /** Catalogue and policy may be others by now: the whole decision is made again (design 7). */
  | { readonly kind: 'ask-again' }
  | { readonly kind: 'refused'; readonly denial: Denial };

/** What becomes of something that only an approval permits. Every fault is a refusal. */
export async function awaitApproval(parts: EngineParts, held: Held, waiting: Waiting): Promise<Awaited> {
  try {
    return await decide(parts, held, waiting);
  } catch (error) {
    parts.onBug(error);
    return { kind: 'refused', denial: stateUnavailable };
  }
}

async function decide({ desk, standing }: EngineParts, asked: Held, waiting: Waiting): Promise<Awaited> {
  if (waiting.signal.aborted) return { kind: 'refused', denial: withdrawn };
  const grant = await desk.claim(asked);
  if (waiting.signal.aborted) return { kind: 'refused', denial: withdrawn };
  if (grant !== null) return { kind: 'granted', grant };
  if (waiting.approved) return { kind: 'refused', denial: noLongerCovered };

  const stated = leastOf(asked.decision.requests.map(({ waitMs }) => waitMs));
  if (waiting.transaction !== 'I' && stated === null) return { kind: 'refused', denial: insideTransaction(asked) };
  const held = await estimated(asked);
  if (waiting.signal.aborted) return { kind: 'refused', denial: withdrawn };
  if (stated === 0) {
    const filed = await desk.file(held);
    return {
      kind: 'refused',
      denial: filed.kind === 'refused' ? filed.denial : retryLater(held, filed.request, desk.link(filed.request)),
    };
  }
  const waitMs = stated ?? standing().approvals.waitMs;
  const end = await desk.hold(
    held,
    waitMs,
    (request) => waiting.inform(noticeOf(held, request, desk.link(request))),
    waiting.signal,
  );
  switch (end.kind) {
    case 'approved':
      return { kind: 'ask-again' };
    case 'refused':
      return { kind: 'refused', denial: end.denial };
    case 'withdrawn':
      return { kind: 'refused', denial: withdrawn };
  }
}

/** With the number of rows that the target expects: people ask for it first. */
async function estimated(held: Held): Promise<Held> {
  const rows = held.estimate === null ? null : await held.estimate();
  return rows === null ? held : { ...held, shown: { ...held.shown, estimatedRows: String(rows) } };
}

function noticeOf(held: Held, request: ApprovalRequest, link: string): Notice {
  return {
    message: `${held.decision.message}; waiting for it until ${rfc3339(request.expiresAt).slice(0, 19)}Z`,
    detail: `request ${request.id}`,
    hint: `${link} is where it is decided; cancel to withdraw it`,
  };
}

function retryLater(held: Held, request: ApprovalRequest, link: string): Denial {
  return {
    code: 'approval_required',
    message: `${held.decision.message}; request ${request.id} is pending`,
    hint: `run exactly the same again once it is approved: ${link}`,
  };
}

function insideTransaction(held: Held): Denial {
  return {
    code: 'approval_required',
    message: `${held.decision.message}, which cannot be waited for inside a transaction: its locks would stop others`,
    hint: 'send the statement outside of a transaction and by itself, or ask for a policy that states @wait',
  };
}

function leastOf(durations: readonly (number | null)[]): number | null {
  const stated = durations.filter((duration) => duration !== null);
  return stated.length === 0 ? null : Math.min(...stated);
}

const withdrawn: Denial = {
  code: 'statement_cancelled',
  message: 'it was withdrawn while it waited for an approval; nothing was executed',
};

const noLongerCovered: Denial = {
  code: 'approval_over',
  message: 'what was approved is not what would run now: policies or tables changed, or the approval was revoked',
  hint: 'run it again, which asks anew',
};

const stateUnavailable: Denial = {
  code: 'state_unavailable',
  message: 'approvals cannot be read or written now; nothing was executed',
  hint: 'try again in a moment, and tell the operator the time of this message if it stays',
};
