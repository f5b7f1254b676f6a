import type { GrantId } from '../core/ids.ts';
import type { OpenJudge } from '../core/judge.ts';
import { TicketVerifier } from '../identity/ticket-verifier.ts';
import { barred } from './barred.ts';
import { connectionChanged } from './connection-changed.ts';
import type { EngineOptions, EngineParts } from './engine-parts.ts';
import { LiveSessions } from './live-sessions.ts';
import { SessionJudge } from './session-judge.ts';
import type { Standing } from './standing.ts';
import { endTakenBack } from './taken-back.ts';

/** Puts the decisions in order; knows no wire. One per gateway. */
export class Engine {
  readonly parts: EngineParts;
  #standing: Standing;
  #draining = false;
  /** The keys of issuers are being compared with those that live sessions began with. */
  #comparing = false;

  constructor(options: EngineOptions) {
    this.#standing = options.standing;
    this.parts = {
      ...options,
      sessions: new LiveSessions(),
      ticketVerifier: new TicketVerifier(options.tickets, options.clock, options.decoyKey),
      standing: () => this.#standing,
      draining: () => this.#draining,
    };
    options.desk.onRevoked((grant) => this.#endWhatRestsOn(grant));
  }

  readonly openJudge: OpenJudge = (listener, client, session) =>
    new SessionJudge(this.parts, listener, client, session);

  /** Puts a new configuration in force. Sessions on connections that are gone, or go elsewhere now, end. */
  replace(standing: Standing): void {
    const before = this.#standing;
    this.#standing = standing;
    for (const session of this.parts.sessions.all()) {
      const was = before.connections.get(session.connection);
      // Whoever comes in right now compares for itself.
      const denial = was === undefined ? null : connectionChanged(was, standing.connections.get(session.connection));
      if (denial !== null) session.terminate(denial);
    }
  }

  /** Lets nobody in from now on; `end` also ends who is in. */
  drain(end: boolean): void {
    this.#draining = true;
    if (!end) return;
    for (const session of this.parts.sessions.all()) {
      session.terminate({
        code: 'draining',
        message: 'the gateway is shutting down',
        hint: 'connect again in a moment',
      });
    }
  }

  /** Ends who may not stay: with every sweep, and when the state says that somebody was barred on another instance. */
  endBarred(): void {
    const { sessions, clock } = this.parts;
    sessions.sweep(clock.monotonic(), (proven) => barred(this.parts, proven));
  }

  /** About once a second. */
  sweep(): void {
    this.parts.usage.flush();
    this.parts.desk.sweep();
    this.endBarred();
    const { sessions, onBug } = this.parts;
    if (this.#comparing) return;
    this.#comparing = true;
    endTakenBack(this.#standing, sessions.all())
      .catch(onBug)
      .finally(() => {
        this.#comparing = false;
      });
  }

  #endWhatRestsOn(grant: GrantId): void {
    for (const session of this.parts.sessions.all()) {
      if (!session.restsOn(grant)) continue;
      session.terminate({
        code: 'session_ended',
        message: `the approval that this rested on was revoked (${grant})`,
        hint: 'what was committed before stays; ask the approvers before you try again',
      });
    }
  }
}
