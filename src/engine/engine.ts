import type { OpenJudge } from '../core/judge.ts';
import { TicketVerifier } from '../identity/ticket-verifier.ts';
import { barred } from './barred.ts';
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
      ticketVerifier: new TicketVerifier(options.tickets, options.clock),
      standing: () => this.#standing,
      draining: () => this.#draining,
    };
  }

  readonly openJudge: OpenJudge = (listener, client, session) =>
    new SessionJudge(this.parts, listener, client, session);

  /** Puts a new configuration in force. Sessions on connections that are gone, or go elsewhere now, end. */
  replace(standing: Standing): void {
    const before = this.#standing;
    this.#standing = standing;
    for (const session of this.parts.sessions.all()) {
      const was = before.connections.get(session.connection);
      const is = standing.connections.get(session.connection);
      if (is !== undefined && JSON.stringify(is) === JSON.stringify(was)) continue;
      session.terminate({
        code: 'session_ended',
        message: `connection ${session.connection} was changed by the operator`,
        hint: 'connect again',
      });
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

  /** About once a second. */
  sweep(): void {
    this.parts.usage.flush();
    const { sessions, clock, onBug } = this.parts;
    sessions.sweep(clock.monotonic(), (proven) => barred(this.parts, proven));
    if (this.#comparing) return;
    this.#comparing = true;
    endTakenBack(this.#standing, sessions.all())
      .catch(onBug)
      .finally(() => {
        this.#comparing = false;
      });
  }
}
