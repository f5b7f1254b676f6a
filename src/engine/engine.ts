import type { OpenJudge } from '../core/judge.ts';
import type { EngineOptions, EngineParts } from './engine-parts.ts';
import { LiveSessions } from './live-sessions.ts';
import { SessionJudge } from './session-judge.ts';
import type { Standing } from './standing.ts';

/** Puts the decisions in order; knows no wire. One per gateway. */
export class Engine {
  readonly parts: EngineParts;
  #standing: Standing;
  #draining = false;

  constructor(options: EngineOptions) {
    this.#standing = options.standing;
    this.parts = {
      ...options,
      sessions: new LiveSessions(),
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
    this.parts.sessions.sweep(this.parts.clock.monotonic());
  }
}
