import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import type { ApprovalRequest } from '../../src/approvals/approval-request.ts';
import type { ApprovalChange, ApprovalQuery, ApprovalStore, GrantQuery } from '../../src/approvals/approval-store.ts';
import type { Grant } from '../../src/approvals/grant.ts';
import type { ApprovalId, GrantId } from '../../src/core/ids.ts';
import type { PrincipalId } from '../../src/core/principal.ts';

/** Requests and grants in memory, shared by as many desks as a test has: changes are made one after the other. */
export class ApprovalsInMemory implements ApprovalStore {
  readonly digestKey = randomBytes(32);
  readonly requests = new Map<ApprovalId, ApprovalRequest>();
  readonly held = new Map<GrantId, Grant>();
  /** Thrown by whatever is asked next. */
  broken: Error | null = null;
  readonly #listeners = new Set<(change: ApprovalChange) => void>();
  readonly #inside = new AsyncLocalStorage<{ open: boolean }>();
  #last: Promise<unknown> = Promise.resolve();

  async file(request: ApprovalRequest): Promise<void> {
    await this.#alone(async () => {
      this.requests.set(request.id, request);
    });
    this.#tell({ kind: 'request', id: request.id });
  }

  async find(id: ApprovalId): Promise<ApprovalRequest | null> {
    this.#mayBreak();
    return this.requests.get(id) ?? null;
  }

  async list(query: ApprovalQuery): Promise<readonly ApprovalRequest[]> {
    this.#mayBreak();
    const fits = (one: ApprovalRequest) =>
      (query.states?.includes(one.state) ?? true) &&
      (query.principal ?? one.requester.id) === one.requester.id &&
      (query.connection ?? one.connection) === one.connection &&
      (query.digest ?? one.binding.digest) === one.binding.digest &&
      (query.fingerprint ?? one.binding.fingerprint) === one.binding.fingerprint &&
      (query.instance ?? one.instance) === one.instance &&
      one.expiresAt <= (query.expiringBy ?? one.expiresAt);
    return [...this.requests.values()].filter(fits).reverse().slice(0, query.limit);
  }

  async countPending(principal: PrincipalId | null): Promise<number> {
    return (await this.list({ states: ['pending'], ...(principal === null ? {} : { principal }), limit: 1000 })).length;
  }

  changeRequest(id: ApprovalId, change: (now: ApprovalRequest) => Promise<ApprovalRequest | null>) {
    return this.#change(this.requests, 'request', id, change);
  }

  async issue(grant: Grant): Promise<void> {
    await this.#alone(async () => {
      this.held.set(grant.id, grant);
    });
    this.#tell({ kind: 'grant', id: grant.id });
  }

  async findGrant(id: GrantId): Promise<Grant | null> {
    this.#mayBreak();
    return this.held.get(id) ?? null;
  }

  async listGrants(query: GrantQuery): Promise<readonly Grant[]> {
    this.#mayBreak();
    const fits = (one: Grant) =>
      (query.states?.includes(one.state) ?? true) &&
      (query.principal ?? one.principal) === one.principal &&
      (query.connection ?? one.connection) === one.connection &&
      (query.kind ?? one.kind.kind) === one.kind.kind &&
      one.expiresAt <= (query.expiringBy ?? one.expiresAt);
    return [...this.held.values()].filter(fits).reverse().slice(0, query.limit);
  }

  changeGrant(id: GrantId, change: (now: Grant) => Promise<Grant | null>) {
    return this.#change(this.held, 'grant', id, change);
  }

  watch(listener: (change: ApprovalChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #change<Id extends ApprovalId | GrantId, T>(
    all: Map<Id, T>,
    kind: ApprovalChange['kind'],
    id: Id,
    change: (now: T) => Promise<T | null>,
  ): Promise<T | null> {
    const changed = await this.#alone(async () => {
      const now = all.get(id);
      const next = now === undefined ? null : await change(now);
      if (next !== null) all.set(id, next);
      return { stored: next ?? now ?? null, told: next !== null };
    });
    if (changed.told) this.#tell({ kind, id } as ApprovalChange);
    return changed.stored;
  }

  async #alone<T>(work: () => Promise<T>): Promise<T> {
    this.#mayBreak();
    // What a change does itself is part of it.
    if (this.#inside.getStore()?.open === true) return work();
    const change = { open: true };
    const mine = this.#last.then(() => this.#inside.run(change, () => this.#whole(work)));
    this.#last = mine
      .catch(() => undefined)
      .finally(() => {
        change.open = false;
      });
    return mine;
  }

  /** All of it, or nothing. */
  async #whole<T>(work: () => Promise<T>): Promise<T> {
    const [requests, held] = [[...this.requests], [...this.held]];
    try {
      return await work();
    } catch (error) {
      this.requests.clear();
      this.held.clear();
      for (const [id, request] of requests) this.requests.set(id, request);
      for (const [id, grant] of held) this.held.set(id, grant);
      throw error;
    }
  }

  /** As between instances: later, and in order. */
  #tell(change: ApprovalChange): void {
    setImmediate(() => {
      for (const listener of this.#listeners) listener(change);
    });
  }

  #mayBreak(): void {
    if (this.broken !== null) throw this.broken;
  }
}
