import type { ApprovalRequest } from '../approvals/approval-request.ts';
import { bindingOf, textDigest } from '../approvals/binding.ts';
import type { Asked } from '../approvals/covers.ts';
import { seal } from '../approvals/sealed-statement.ts';
import type { ApprovalTerms, GrantScope } from '../approvals/terms.ts';
import { addMilliseconds, rfc3339 } from '../base/clock.ts';
import type { Denial } from '../core/denial.ts';
import { newApprovalId } from '../core/ids.ts';
import type { PrincipalId } from '../core/principal.ts';
import type { ApprovalRequested } from '../ledger/event.ts';
import { least, narrowest } from '../policy/combine.ts';
import { newsOfRequest, tell } from './approval-news.ts';
import { type ApprovalParts, record } from './approval-parts.ts';
import { type FileEnd, type Held, longestHeld } from './held.ts';

/** Files requests: the entry first, then the state that people see. One after the other for each principal. */
export class ApprovalFiling {
  readonly #parts: ApprovalParts;
  /** The last filing of each principal that is under way: limits and repetitions are looked at one by one. */
  readonly #last = new Map<PrincipalId, Promise<unknown>>();

  constructor(parts: ApprovalParts) {
    this.#parts = parts;
  }

  /** For a client that waits `lifeMs` at most. */
  file(held: Held, lifeMs: number): Promise<FileEnd> {
    return this.#inTurn(held.principal.id, () => this.#file(held, true, lifeMs));
  }

  /** For a retry: the request that is pending for the same thing already, or a new one. */
  fileForRetry(held: Held): Promise<FileEnd> {
    return this.#inTurn(held.principal.id, async () => {
      const { store, clock, standing } = this.#parts;
      const pending = await store.list({
        states: ['pending'],
        principal: held.principal.id,
        connection: held.connection,
        digest: askedOf(this.#parts, held).binding.digest,
        limit: 1000,
      });
      const now = clock.now();
      const same = pending.find((request) => !request.waits && request.expiresAt > now);
      if (same !== undefined) return { kind: 'filed', request: same };
      return this.#file(held, false, standing().approvals.waitMs);
    });
  }

  async #file(held: Held, waits: boolean, lifeMs: number): Promise<FileEnd> {
    const { store, meter } = this.#parts;
    if (sizeOf(held) > longestHeld) return { kind: 'refused', denial: tooLong };
    const limit = this.#parts.standing().approvals.pendingPerPrincipal;
    if ((await store.countPending(held.principal.id)) >= limit) return { kind: 'refused', denial: tooMany(limit) };
    const request = requestOf(this.#parts, held, waits, lifeMs);
    const fault = await record(this.#parts, [requestedEvent(this.#parts, request, held)]);
    if (fault !== null) return { kind: 'refused', denial: fault };
    try {
      await store.file(request);
    } catch (error) {
      // The ledger says that it was asked for; it also says that nobody could answer.
      const ended = { type: 'approval.ended', approval: request.id, state: 'withdrawn', why: 'gateway-ended' } as const;
      this.#parts.journal.note(ended);
      throw error;
    }
    meter.approval('requested');
    tell(this.#parts, newsOfRequest(this.#parts, 'requested', request));
    return { kind: 'filed', request };
  }

  async #inTurn<T>(principal: PrincipalId, work: () => Promise<T>): Promise<T> {
    const mine = (this.#last.get(principal) ?? Promise.resolve()).then(work);
    const settled = mine.catch(() => undefined);
    this.#last.set(principal, settled);
    try {
      return await mine;
    } finally {
      if (this.#last.get(principal) === settled) this.#last.delete(principal);
    }
  }
}

/** What is held, as grants see it. */
export function askedOf(parts: Pick<ApprovalParts, 'store' | 'standing'>, held: Held): Asked {
  const binding = bindingOf(
    {
      subject: held.subject,
      principal: held.principal,
      connection: held.connection,
      exact: held.exact,
      normalisedDigest: held.normalised?.digest ?? null,
      tables: held.tables,
      policies: parts.standing().policies.digest,
    },
    parts.store.digestKey,
  );
  return {
    subject: held.subject,
    principal: held.principal.id,
    onBehalfOf: held.principal.onBehalfOf,
    connection: held.connection,
    session: held.session,
    binding,
    needs: needsOf(held),
  };
}

function requestOf(parts: ApprovalParts, held: Held, waits: boolean, lifeMs: number): ApprovalRequest {
  const { clock, instance, sealKey, standing } = parts;
  const { principal, original } = held;
  const id = newApprovalId(clock);
  const createdAt = clock.now();
  const { binding } = askedOf(parts, held);
  return {
    id,
    state: 'pending',
    instance,
    waits,
    subject: held.subject,
    requester: {
      id: principal.id,
      kind: principal.kind,
      display: principal.display,
      groups: principal.groups,
      nature: principal.nature,
      origin: principal.origin,
      onBehalfOf: principal.onBehalfOf,
      owner: standing().inventory.get(principal.id)?.owner ?? null,
    },
    connection: held.connection,
    session: held.session,
    statement: held.statement,
    binding,
    shown: held.shown,
    sealed: original === null ? null : seal(sealKey, id, original),
    terms: termsOf(held, binding.run, standing().approvals.ttlMs),
    reason: held.reason,
    purpose: held.purpose,
    ticket: held.ticket,
    decisions: [],
    grant: null,
    createdAt,
    expiresAt: addMilliseconds(createdAt, lifeMs),
    decidedAt: null,
  };
}

function termsOf(held: Held, run: string | null, ttlMs: number): ApprovalTerms {
  const { requests } = held.decision;
  return {
    needs: needsOf(held),
    scope: possible(narrowest(requests.map(({ scope }) => scope)), held.subject, run),
    ttlMs: least(requests.map((request) => request.ttlMs)) ?? ttlMs,
  };
}

/** Where the token states no run, nothing else belongs to it; and a session is opened once. */
function possible(scope: GrantScope, subject: Held['subject'], run: string | null): GrantScope {
  const known = scope === 'run' && run === null ? 'session' : scope;
  return known === 'session' && subject === 'connect' ? 'once' : known;
}

function needsOf({ decision }: Held): ApprovalTerms['needs'] {
  return decision.requests.map(({ label, policies, groups, quorum }) => ({ access: label, policies, groups, quorum }));
}

function requestedEvent(parts: ApprovalParts, request: ApprovalRequest, held: Held): ApprovalRequested {
  const { requester, terms, shown } = request;
  return {
    type: 'approval.requested',
    approval: request.id,
    subject: request.subject,
    session: request.session,
    statement: request.statement,
    principal: requester.id,
    owner: requester.owner,
    onBehalfOf: requester.onBehalfOf,
    connection: request.connection,
    verb: shown.verb,
    text: held.normalised?.text ?? null,
    digest: held.normalised?.digest ?? null,
    tables: shown.tables,
    classes: shown.classes,
    needs: terms.needs.map(({ access, policies, groups, quorum }) => ({
      access,
      policies: policies.map(({ id }) => id),
      groups,
      quorum,
    })),
    scope: terms.scope,
    waits: request.waits,
    reason: request.reason === null ? null : textDigest(parts.store.digestKey, request.reason),
    purpose: request.purpose,
    expiresAt: rfc3339(request.expiresAt),
  };
}

function sizeOf({ original }: Held): number {
  const values = original?.parameters?.values ?? [];
  return values.reduce((sum, value) => sum + (value?.length ?? 0), original?.text.length ?? 0);
}

const tooLong: Denial = {
  code: 'limit_exceeded',
  message: `this needs an approval, and nobody judges more than ${longestHeld / 1024} KiB of statement and parameters`,
  hint: 'send it in smaller parts, or ask for a policy that permits it without an approval',
};

function tooMany(limit: number): Denial {
  return {
    code: 'approval_limit',
    message: `this principal already has ${limit} requests for approval open (approvals.pendingPerPrincipal)`,
    hint: 'have some of them decided, or wait until they expire',
  };
}
