import { join } from 'node:path';
import type { ApprovalStore } from '../approvals/approval-store.ts';
import type { Clock } from '../base/clock.ts';
import { err, ok, type Result } from '../base/result.ts';
import { StateFault } from '../core/state-fault.ts';
import type { PrincipalStates } from '../engine/ports.ts';
import type { Denylist, Tickets } from '../identity/tickets.ts';
import { Barring } from './barring.ts';
import { ChangeFeed } from './change-feed.ts';
import { DeniedTokens } from './denied-tokens.ts';
import { readFormerState, retireFormerState } from './former-state.ts';
import { importFormerState } from './import-former-state.ts';
import { openPostgres } from './open-postgres.ts';
import { embeddedFile, openSqlite } from './open-sqlite.ts';
import { StoredPrincipals } from './principal-states.ts';
import { markShared, refuseWhereShared } from './shared-marker.ts';
import { stateConstant } from './state-constant.ts';
import { StateDatabase } from './state-database.ts';
import { approvalDigestKey, StoredApprovals } from './stored-approvals.ts';
import { StoredTickets } from './tickets.ts';

/** What a gateway knows beyond its configuration and its ledger, shared by its instances where it is in PostgreSQL. */
export interface State {
  readonly approvals: ApprovalStore;
  readonly principals: PrincipalStates;
  readonly tickets: Tickets;
  readonly denylist: Denylist;
  /** Called when principals, tickets or denied tokens may have changed, here or elsewhere. One listener. */
  onBarred(listener: () => void): void;
  close(): Promise<void>;
}

export interface StateOptions {
  /** Of the embedded state. */
  readonly directory: string;
  /** Of a PostgreSQL that instances share; null: embedded. */
  readonly url: string | null;
  readonly instance: string;
  readonly tenant: string;
  readonly clock: Clock;
  /** A fault of ours, met while following changes. */
  readonly onBug: (error: unknown) => void;
}

/** Opens the state, and makes what is missing. The refusal is a sentence. */
export async function openState(options: StateOptions): Promise<Result<State, string>> {
  const { directory, url, instance, clock } = options;
  const embedded = url === null ? refuseWhereShared(directory) : ok(null);
  if (!embedded.ok) return embedded;
  const server = url === null ? await openSqlite(directory, clock) : await openPostgres(url, instance, clock);
  if (!server.ok) return server;
  const database = new StateDatabase(server.value, clock);
  try {
    const state = await stateOf(database, options);
    if (!state.ok) await database.close();
    return state;
  } catch (error) {
    await database.close();
    if (!(error instanceof StateFault)) throw error;
    return err(`${error.message}; it was reached, and could not be read`);
  }
}

async function stateOf(database: StateDatabase, options: StateOptions): Promise<Result<State, string>> {
  const { tenant, clock, onBug } = options;
  const keptTenant = await stateConstant(database, 'tenant', tenant);
  if (keptTenant !== tenant) {
    return err('the state belongs to another tenant; one gateway serves one, and each has a database of its own');
  }
  const taken = await takeOver(database, options);
  if (!taken.ok) return taken;
  const feed = new ChangeFeed(database, clock);
  const principals = new StoredPrincipals(database, feed);
  const tickets = new StoredTickets(database, feed, clock);
  const denylist = new DeniedTokens(database, feed, clock);
  const approvals = new StoredApprovals(database, feed, { clock, onBug, digestKey: await approvalDigestKey(database) });
  const barring = new Barring();
  feed.tell(barring);
  await feed.catchUp();
  database.follow({
    onWord: () => void feed.heard().catch(onBug),
    onListening() {
      feed.forget();
      feed.heard().catch(onBug);
    },
  });
  const pruning = setInterval(() => {
    Promise.all([feed.prune(), tickets.prune(), denylist.prune()]).catch((error: unknown) => {
      // What is over is kept for longer; it changes no answer.
      if (!(error instanceof StateFault)) onBug(error);
    });
  }, pruneMs).unref();
  return ok({
    approvals,
    principals,
    tickets,
    denylist,
    onBarred: (listener) => barring.tell(listener),
    async close() {
      clearInterval(pruning);
      await principals.flush();
      await feed.close();
      await database.close();
    },
  });
}

/** Brings along what earlier starts kept in files of their own, and what embedded state held before it was shared. */
async function takeOver(database: StateDatabase, { directory, url }: StateOptions): Promise<Result<null, string>> {
  for (const file of url === null ? [formerTickets] : [formerTickets, embeddedFile]) {
    const path = join(directory, file);
    const former = readFormerState(path);
    if (!former.ok) return former;
    if (former.value === null) continue;
    await importFormerState(database, former.value);
    const retired = await retireFormerState(path);
    if (!retired.ok) return retired;
  }
  return url === null ? ok(null) : markShared(directory);
}

/** Of the version before, in the directory of the state. */
const formerTickets = 'tickets.sqlite';
const pruneMs = 10 * 60 * 1000;
