import { randomBytes } from 'node:crypto';
import type { ApprovalRequest } from '../approvals/approval-request.ts';
import type { ApprovalChange, ApprovalQuery, ApprovalStore, GrantQuery } from '../approvals/approval-store.ts';
import type { Grant } from '../approvals/grant.ts';
import { addMilliseconds, type Clock } from '../base/clock.ts';
import type { ApprovalId, GrantId } from '../core/ids.ts';
import type { PrincipalId } from '../core/principal.ts';
import { StateFault } from '../core/state-fault.ts';
import { approvalRow, parseApprovalRow } from './approval-row.ts';
import type { ChangeFeed, FeedListener } from './change-feed.ts';
import { grantRow, parseGrantRow } from './grant-row.ts';
import { stateConstant } from './state-constant.ts';
import { type StateDatabase, Thrown } from './state-database.ts';
import type { Change } from './state-tables.ts';

/** The key of digests, made by whoever comes first. */
export async function approvalDigestKey(database: StateDatabase): Promise<Buffer> {
  const fresh = randomBytes(keyBytes).toString('base64');
  const key = Buffer.from(await stateConstant(database, 'approval-digest', fresh), 'base64');
  if (key.length !== keyBytes) throw new StateFault('the state holds a key of digests that is malformed');
  return key;
}

export interface StoredApprovalsOptions {
  readonly clock: Clock;
  readonly digestKey: Buffer;
  /** Somebody who watches threw. */
  readonly onBug: (error: unknown) => void;
}

/** Requests and grants in the state that instances share. */
export class StoredApprovals implements ApprovalStore, FeedListener {
  readonly digestKey: Buffer;
  readonly #database: StateDatabase;
  readonly #clock: Clock;
  readonly #onBug: (error: unknown) => void;
  readonly #watching = new Set<(change: ApprovalChange) => void>();

  constructor(database: StateDatabase, feed: ChangeFeed, { clock, digestKey, onBug }: StoredApprovalsOptions) {
    this.#database = database;
    this.#clock = clock;
    this.digestKey = digestKey;
    this.#onBug = onBug;
    feed.tell(this);
  }

  async file(request: ApprovalRequest): Promise<void> {
    const row = approvalRow(request);
    await this.#database.write(async ({ query, changed }) => {
      await query.insertInto('approvals').values(row).execute();
      changed({ kind: 'request', id: request.id });
    });
  }

  async find(id: ApprovalId): Promise<ApprovalRequest | null> {
    const row = await this.#database.read((read) =>
      read.selectFrom('approvals').selectAll().where('id', '=', id).executeTakeFirst(),
    );
    return row === undefined ? null : parseApprovalRow(row);
  }

  async list(query: ApprovalQuery): Promise<readonly ApprovalRequest[]> {
    const { states, principal, connection, digest, fingerprint, instance, expiringBy, limit } = query;
    if (states?.length === 0) return [];
    const rows = await this.#database.read((read) =>
      read
        .selectFrom('approvals')
        .selectAll()
        .$if(states !== undefined, (found) => found.where('state', 'in', states ?? []))
        .$if(principal !== undefined, (found) => found.where('principal', '=', principal ?? ''))
        .$if(connection !== undefined, (found) => found.where('connection', '=', connection ?? ''))
        .$if(digest !== undefined, (found) => found.where('digest', '=', digest ?? ''))
        .$if(fingerprint !== undefined, (found) => found.where('fingerprint', '=', fingerprint ?? ''))
        .$if(instance !== undefined, (found) => found.where('instance', '=', instance ?? ''))
        .$if(expiringBy !== undefined, (found) => found.where('expires_at', '<=', expiringBy ?? 0))
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(Math.min(limit, listLimit))
        .execute(),
    );
    return rows.map(parseApprovalRow);
  }

  async countPending(principal: PrincipalId | null): Promise<number> {
    const { count } = await this.#database.read((read) =>
      read
        .selectFrom('approvals')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('state', '=', 'pending')
        .$if(principal !== null, (found) => found.where('principal', '=', principal ?? ''))
        .executeTakeFirstOrThrow(),
    );
    return count;
  }

  changeRequest(
    id: ApprovalId,
    change: (now: ApprovalRequest) => Promise<ApprovalRequest | null>,
  ): Promise<ApprovalRequest | null> {
    return this.#database.write(async (writing) => {
      const row = await writing.query
        .selectFrom('approvals')
        .selectAll()
        .where('id', '=', id)
        .$if(this.#database.locksRows, (found) => found.forUpdate())
        .executeTakeFirst();
      if (row === undefined) return null;
      const now = parseApprovalRow(row);
      const next = await asked(() => change(now));
      if (next === null) return now;
      await writing.query.updateTable('approvals').set(approvalRow(next)).where('id', '=', id).execute();
      writing.changed({ kind: 'request', id });
      return next;
    });
  }

  async issue(grant: Grant): Promise<void> {
    const row = grantRow(grant);
    await this.#database.write(async ({ query, changed }) => {
      await query.insertInto('grants').values(row).execute();
      changed({ kind: 'grant', id: grant.id });
    });
  }

  async findGrant(id: GrantId): Promise<Grant | null> {
    const row = await this.#database.read((read) =>
      read.selectFrom('grants').selectAll().where('id', '=', id).executeTakeFirst(),
    );
    return row === undefined ? null : parseGrantRow(row);
  }

  async listGrants({ states, principal, connection, kind, expiringBy, limit }: GrantQuery): Promise<readonly Grant[]> {
    if (states?.length === 0) return [];
    const rows = await this.#database.read((read) =>
      read
        .selectFrom('grants')
        .selectAll()
        .$if(states !== undefined, (found) => found.where('state', 'in', states ?? []))
        .$if(principal !== undefined, (found) => found.where('principal', '=', principal ?? ''))
        .$if(connection !== undefined, (found) => found.where('connection', '=', connection ?? ''))
        .$if(kind !== undefined, (found) => found.where('kind', '=', kind ?? ''))
        .$if(expiringBy !== undefined, (found) => found.where('expires_at', '<=', expiringBy ?? 0))
        .orderBy('granted_at', 'desc')
        .orderBy('id', 'desc')
        .limit(Math.min(limit, listLimit))
        .execute(),
    );
    return rows.map(parseGrantRow);
  }

  changeGrant(id: GrantId, change: (now: Grant) => Promise<Grant | null>): Promise<Grant | null> {
    return this.#database.write(async (writing) => {
      const row = await writing.query
        .selectFrom('grants')
        .selectAll()
        .where('id', '=', id)
        .$if(this.#database.locksRows, (found) => found.forUpdate())
        .executeTakeFirst();
      if (row === undefined) return null;
      const now = parseGrantRow(row);
      const next = await asked(() => change(now));
      if (next === null) return now;
      await writing.query.updateTable('grants').set(grantRow(next)).where('id', '=', id).execute();
      writing.changed({ kind: 'grant', id });
      return next;
    });
  }

  watch(listener: (change: ApprovalChange) => void): () => void {
    // Watched twice, stopped once: each call is a watch of its own.
    const watcher = (change: ApprovalChange) => listener(change);
    this.#watching.add(watcher);
    return () => this.#watching.delete(watcher);
  }

  async changed(changes: readonly Change[]): Promise<void> {
    for (const { kind, id } of changes) {
      if (kind === 'request') this.#tell({ kind, id: id as ApprovalId });
      if (kind === 'grant') this.#tell({ kind, id: id as GrantId });
    }
  }

  /** Whatever somebody may still wait for, or rest on: neither outlives its expiry. */
  async reload(missed: boolean): Promise<void> {
    if (!missed || this.#watching.size === 0) return;
    const since = addMilliseconds(this.#clock.now(), -clocksDifferMs);
    const [requests, grants] = await this.#database.read((read) =>
      Promise.all([
        read.selectFrom('approvals').select('id').where('expires_at', '>', since).execute(),
        read.selectFrom('grants').select('id').where('expires_at', '>', since).execute(),
      ]),
    );
    for (const { id } of requests) this.#tell({ kind: 'request', id: id as ApprovalId });
    for (const { id } of grants) this.#tell({ kind: 'grant', id: id as GrantId });
  }

  #tell(change: ApprovalChange): void {
    for (const watcher of this.#watching) {
      try {
        watcher(change);
      } catch (error) {
        // One listener's fault keeps the change from nobody else.
        this.#onBug(error);
      }
    }
  }
}

async function asked<T>(change: () => Promise<T>): Promise<T> {
  try {
    return await change();
  } catch (error) {
    throw new Thrown(error);
  }
}

const keyBytes = 32;
const listLimit = 1000;
/** By how much the clocks of instances may differ, and then some. */
const clocksDifferMs = 60 * 60 * 1000;
