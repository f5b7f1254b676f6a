import type { Denial } from '../core/denial.ts';
import type { ConnectionName, GrantId, SessionId } from '../core/ids.ts';
import type { PrincipalId } from '../core/principal.ts';
import type { SessionView } from './control.ts';
import type { Proven } from './proven.ts';

/** A session that has been let in. */
export interface LiveSession {
  readonly id: SessionId;
  readonly principal: PrincipalId;
  /** As they logged in. */
  readonly proven: Proven;
  readonly connection: ConnectionName;
  /** Milliseconds of the monotonic clock after which the lease is over. */
  readonly leaseEnds: number;
  /** It was let in by that grant, or runs something that was. */
  restsOn(grant: GrantId): boolean;
  view(): SessionView;
  terminate(denial: Denial): void;
}

/** Who is on, and a short memory of who was. */
export class LiveSessions {
  readonly #live = new Map<SessionId, LiveSession>();
  readonly #perPrincipal = new Map<PrincipalId, Set<LiveSession>>();
  readonly #recent: SessionView[] = [];

  get size(): number {
    return this.#live.size;
  }

  count(principal: PrincipalId): number {
    return this.#perPrincipal.get(principal)?.size ?? 0;
  }

  add(session: LiveSession): void {
    this.#live.set(session.id, session);
    const mine = this.#perPrincipal.get(session.principal) ?? new Set();
    mine.add(session);
    this.#perPrincipal.set(session.principal, mine);
  }

  remove(session: LiveSession, last: SessionView): void {
    if (!this.#live.delete(session.id)) return;
    const mine = this.#perPrincipal.get(session.principal);
    mine?.delete(session);
    if (mine?.size === 0) this.#perPrincipal.delete(session.principal);
    this.#recent.push(last);
    if (this.#recent.length > RECENT) this.#recent.shift();
  }

  get(id: SessionId): LiveSession | null {
    return this.#live.get(id) ?? null;
  }

  /** The principal's own, those of agents that act for it, and those of tickets that its token was exchanged for. */
  of(principal: PrincipalId): readonly LiveSession[] {
    return this.all().filter(
      ({ proven: { principal: who, sources } }) =>
        who.id === principal ||
        who.onBehalfOf === principal ||
        sources.some((source) => source.principal === principal),
    );
  }

  all(): readonly LiveSession[] {
    return [...this.#live.values()];
  }

  /** Live ones, and the latest that ended. */
  views(): readonly SessionView[] {
    return [...this.#recent, ...this.all().map((session) => session.view())];
  }

  /** Ends what has outlived its lease, and whoever may not stay. Called about once a second. */
  sweep(monotonic: number, barred: (proven: Proven) => Denial | null): void {
    for (const session of this.#live.values()) {
      const denial = barred(session.proven);
      if (denial !== null) session.terminate({ ...denial, code: 'session_ended' });
      if (denial !== null || session.leaseEnds > monotonic) continue;
      session.terminate({
        code: 'session_ended',
        message: 'the lease of this session is over',
        hint: 'connect again with a fresh token',
      });
    }
  }
}

/** Ended sessions that `sessions list` still shows; the ledger has all of them. */
const RECENT = 200;
