import { rfc3339 } from '../base/clock.ts';
import type { CloseReason } from '../core/close-reason.ts';
import type { ConnectionSettings } from '../core/connection-settings.ts';
import type { Denial } from '../core/denial.ts';
import type { Fact } from '../core/fact.ts';
import { protectsAnyField } from '../core/http-connection.ts';
import { newSessionId, type QuestionId, type SessionId } from '../core/ids.ts';
import type { ClientAddress, Judge, SessionHandle } from '../core/judge.ts';
import type {
  AdmissionQuestion,
  AdmissionVerdict,
  Answer,
  Asked,
  LoginQuestion,
  LoginVerdict,
  OpenQuestion,
  OpenVerdict,
} from '../core/question.ts';
import { targetFor } from '../core/target-tls.ts';
import type { SessionOpened, SessionRefused } from '../ledger/event.ts';
import { type Admission, type AdmissionTo, admit, type Rejection } from './admission.ts';
import { barred } from './barred.ts';
import { connectionChanged } from './connection-changed.ts';
import type { SessionView } from './control.ts';
import type { Deciding } from './deciding.ts';
import type { EngineParts } from './engine-parts.ts';
import type { LiveSession } from './live-sessions.ts';
import { RequestJudge } from './request-judge.ts';
import { ledgerDenial, SessionAccount } from './session-account.ts';
import { admitSql, type SqlAdmission } from './sql-admission.ts';
import { StatementJudge } from './statement-judge.ts';

type State =
  | { readonly kind: 'new' }
  | { readonly kind: 'admitted'; readonly admission: SqlAdmission | AdmissionTo<'http'> }
  | {
      readonly kind: 'open';
      readonly admission: Admission;
      readonly statements: StatementJudge | RequestJudge;
      readonly account: SessionAccount;
      readonly live: LiveSession;
      readonly openedAt: number;
    }
  | { readonly kind: 'closed' };

/** The engine's view of one session, from its first question to its last entry. */
export class SessionJudge implements Judge {
  readonly #parts: EngineParts;
  readonly #id: SessionId;
  readonly #listener: string;
  readonly #client: ClientAddress;
  readonly #handle: SessionHandle;
  #state: State = { kind: 'new' };
  /** The refusal is in the ledger already. */
  #refused = false;
  /** Questions that wait for people. */
  readonly #waiting = new Map<QuestionId, AbortController>();

  constructor(parts: EngineParts, listener: string, client: ClientAddress, handle: SessionHandle) {
    this.#parts = parts;
    this.#id = newSessionId(parts.clock);
    this.#listener = listener;
    this.#client = client;
    this.#handle = handle;
  }

  ask(asked: Asked, answer: (answer: Answer) => void): void {
    let answered = false;
    const once = (given: Answer) => {
      if (answered) return;
      answered = true;
      answer(given);
    };
    try {
      this.#ask(asked, once);
    } catch (error) {
      this.#parts.onBug(error);
      once(refusalOf(asked, this.#parts));
    }
  }

  note(fact: Fact): void {
    if (this.#state.kind === 'open') this.#state.statements.note(fact);
  }

  withdraw(id: QuestionId): void {
    this.#waiting.get(id)?.abort('client-cancelled');
  }

  closed(reason: CloseReason): void {
    const state = this.#state;
    this.#state = { kind: 'closed' };
    for (const waiting of this.#waiting.values()) waiting.abort('client-left');
    this.#waiting.clear();
    if (state.kind !== 'open') {
      if (reason.kind === 'denied' && !this.#refused)
        this.#recordRefusal(reason.denial, state.kind === 'admitted' ? state.admission : null, () => undefined);
      return;
    }
    this.#parts.sessions.remove(state.live, {
      ...state.live.view(),
      state: 'closed',
      closedAt: rfc3339(this.#parts.clock.now()),
    });
    this.#parts.meter.sessionClosed();
    if (reason.kind === 'bug') this.#parts.meter.bug();
    this.#recordEnd(reason, state.account, Math.round(this.#parts.clock.monotonic() - state.openedAt));
  }

  #recordEnd(reason: CloseReason, { statements, rows, bytes }: Counts, durationMs: number): void {
    this.#parts.journal.append(
      {
        type: 'session.closed',
        session: this.#id,
        reason: reason.kind,
        code: reason.kind === 'denied' ? reason.denial.code : null,
        statements,
        rows: String(rows),
        bytes: String(bytes),
        durationMs: Math.max(0, durationMs),
      },
      () => undefined,
    );
  }

  #ask(asked: Asked, answer: (answer: Answer) => void): void {
    switch (asked.kind) {
      case 'verifier': {
        const tell = () => {
          const verifier = this.#parts.ticketVerifier.verifier(asked.question.ticket);
          answer({ kind: 'verifier', id: asked.id, verdict: { kind: 'verifier', verifier } });
        };
        // Waited for whatever the name: the time that it takes tells nobody whether there is such a ticket.
        const refreshed = this.#parts.tickets.refresh();
        if (refreshed === null) tell();
        else
          refreshed.then(tell).catch((error: unknown) => {
            this.#parts.onBug(error);
            answer(refusalOf(asked, this.#parts));
          });
        return;
      }
      case 'login':
        this.#login(
          asked.question,
          this.#deciding(asked.id, (verdict) => answer({ kind: 'login', id: asked.id, verdict })),
        );
        return;
      case 'open':
        this.#open(asked.question, (verdict) => answer({ kind: 'open', id: asked.id, verdict }));
        return;
      case 'statement':
        this.#statements().decide(
          asked.question,
          this.#deciding(asked.id, (verdict) => answer({ kind: 'statement', id: asked.id, verdict })),
        );
        return;
      case 'result':
        answer({ kind: 'result', id: asked.id, verdict: this.#statements().result(asked.question) });
        return;
      case 'admission':
        this.#admit(
          asked.question,
          this.#deciding(asked.id, (verdict) => answer({ kind: 'admission', id: asked.id, verdict })),
        );
        return;
      case 'request':
        this.#requests().decide(
          asked.question,
          this.#deciding(asked.id, (verdict) => answer({ kind: 'request', id: asked.id, verdict })),
        );
        return;
    }
  }

  /** How a question is answered, and what it can do while it waits. */
  #deciding<V>(id: QuestionId, answer: (verdict: V) => void): Deciding<V> {
    return {
      answer: (verdict) => {
        this.#waiting.delete(id);
        answer(verdict);
      },
      inform: (notice) => this.#handle.inform(id, notice),
      signal: () => {
        const waiting = this.#waiting.get(id) ?? new AbortController();
        this.#waiting.set(id, waiting);
        if (this.#state.kind === 'closed') waiting.abort('client-left');
        return waiting.signal;
      },
    };
  }

  #login(question: LoginQuestion, deciding: Deciding<LoginVerdict>): void {
    const { answer } = deciding;
    admitSql(this.#parts, this.#id, question, this.#client, deciding)
      .then((admitted) => {
        if (!admitted.ok) return this.#reject(admitted.error, answer);
        const admission = admitted.value;
        if (this.#state.kind !== 'new') return answer({ kind: 'deny', denial: gone });
        this.#state = { kind: 'admitted', admission };
        return answer({
          kind: 'accept',
          route: {
            target: targetFor(admission.connection.target, admission.credential),
            credential: admission.credential,
            parameters: admission.startup.parameters,
            scrub: admission.connection.protect.length > 0,
          },
        });
      })
      .catch((error: unknown) => {
        this.#parts.onBug(error);
        answer({ kind: 'deny', denial: ourFault });
      });
  }

  /** A wire without a handshake of its own: let in and opened in one. */
  #admit({ proof, connection, stated }: AdmissionQuestion, deciding: Deciding<AdmissionVerdict>): void {
    const { answer } = deciding;
    const applicant = { session: this.#id, proof, connection, stated, client: this.#client, deciding };
    admit(this.#parts, { ...applicant, protocol: 'http' })
      .then((admitted) => {
        if (!admitted.ok) return this.#reject(admitted.error, answer);
        const admission = admitted.value;
        if (this.#state.kind !== 'new') return answer({ kind: 'deny', denial: gone });
        this.#state = { kind: 'admitted', admission };
        const { host, port } = admission.connection.target;
        const target = { host, port, database: null, user: null, backendPid: null };
        const judge = (account: SessionAccount) => new RequestJudge(this.#parts, this.#id, admission, account);
        return this.#begin(admission, { target, catalogue: null }, judge, (denial) =>
          answer(
            denial === null
              ? { kind: 'accept', target: admission.connection.target, scrub: protectsAnyField(admission.connection) }
              : { kind: 'deny', denial },
          ),
        );
      })
      .catch((error: unknown) => {
        this.#parts.onBug(error);
        answer({ kind: 'deny', denial: ourFault });
      });
  }

  #reject(rejection: Rejection, answer: (verdict: { readonly kind: 'deny'; readonly denial: Denial }) => void): void {
    this.#recordRefusal(rejection.denial, rejection, () => answer({ kind: 'deny', denial: rejection.denial }));
  }

  #open(question: OpenQuestion, answer: (verdict: OpenVerdict) => void): void {
    if (this.#state.kind !== 'admitted' || !('catalogue' in this.#state.admission))
      throw new Error(`open asked of a session that is ${this.#state.kind}`);
    const { admission } = this.#state;
    const { host, port, database } = admission.connection.target;
    const target = { host, port, database, user: admission.credential.user, backendPid: question.backendPid };
    const judge = (account: SessionAccount) =>
      new StatementJudge(this.#parts, this.#id, admission, account, question.parameters);
    this.#begin(admission, { target, catalogue: admission.catalogue.snapshot.version }, judge, (denial) =>
      answer(denial === null ? { kind: 'accept' } : { kind: 'deny', denial }),
    );
  }

  /** On record, then open. */
  #begin(
    admission: Admission,
    where: Pick<SessionOpened, 'target' | 'catalogue'>,
    judge: (account: SessionAccount) => StatementJudge | RequestJudge,
    done: (denial: Denial | null) => void,
  ): void {
    const { principal, presented, connection } = admission;
    const inventory = this.#parts.standing().inventory.get(principal.id);
    this.#parts.journal.append(
      {
        type: 'session.opened',
        session: this.#id,
        listener: this.#listener,
        connection: connection.name,
        principal: principal.id,
        onBehalfOf: principal.onBehalfOf,
        groups: principal.groups,
        origin: principal.origin,
        owner: inventory?.owner ?? null,
        purpose: inventory?.purpose ?? null,
        token: { kind: presented.kind, id: presented.tokenId, expiresAt: rfc3339(presented.expiresAt) },
        source: this.#source(),
        target: where.target,
        policy: this.#parts.standing().policies.digest,
        catalogue: where.catalogue,
        scope: admission.scope,
      },
      (fault) => {
        if (fault !== null) return done(ledgerDenial(fault));
        if (this.#state.kind !== 'admitted') {
          // Over before it began; on record as opened all the same.
          this.#recordEnd({ kind: 'client-lost' }, { statements: 0, rows: 0, bytes: 0 }, 0);
          return done(gone);
        }
        // Disabled, revoked or reloaded between login and here: the list of live sessions did not hold this one yet.
        const bar = barred(this.#parts, admission) ?? this.#changed(connection);
        if (bar !== null) return done(bar);
        this.#enter(admission, where.target.backendPid, judge);
        return done(null);
      },
    );
  }

  #changed(connection: ConnectionSettings): Denial | null {
    return connectionChanged(connection, this.#parts.standing().connections.get(connection.name));
  }

  #enter(
    admission: Admission,
    backendPid: number | null,
    judge: (account: SessionAccount) => StatementJudge | RequestJudge,
  ): void {
    const account = new SessionAccount(this.#parts, this.#id, admission, this.#client);
    const statements = judge(account);
    const openedAt = this.#parts.clock.monotonic();
    const opened = rfc3339(this.#parts.clock.now());
    const live: LiveSession = {
      id: this.#id,
      principal: admission.principal.id,
      proven: admission,
      connection: admission.connection.name,
      leaseEnds: openedAt + this.#parts.standing().limits.leaseMs,
      restsOn: (grant) => account.restsOn(grant),
      terminate: (denial) => this.#handle.terminate(denial),
      view: (): SessionView => ({
        id: this.#id,
        state: 'open',
        principal: admission.principal.id,
        onBehalfOf: admission.principal.onBehalfOf,
        connection: admission.connection.name,
        owner: this.#parts.standing().inventory.get(admission.principal.id)?.owner ?? null,
        purpose: this.#parts.standing().inventory.get(admission.principal.id)?.purpose ?? null,
        credential: { kind: admission.presented.kind, id: admission.presented.tokenId },
        origin: admission.principal.origin,
        source: `${this.#client.address}:${this.#client.port}`,
        backendPid,
        openedAt: opened,
        closedAt: null,
        statements: account.statements,
        rows: String(account.rows),
        bytes: String(account.bytes),
      }),
    };
    this.#state = { kind: 'open', admission, statements, account, live, openedAt };
    this.#parts.sessions.add(live);
    this.#parts.meter.sessionOpened();
  }

  #recordRefusal(
    denial: Denial,
    known: Partial<Pick<Rejection, 'principal' | 'connection' | 'policies'>> | null,
    then: () => void,
  ): void {
    this.#refused = true;
    this.#parts.meter.sessionRefused(denial.code);
    const event: SessionRefused = {
      type: 'session.refused',
      session: this.#id,
      listener: this.#listener,
      connection: known?.connection?.name ?? null,
      principal: known?.principal?.id ?? null,
      code: denial.code,
      policies: known?.policies ?? [],
      source: this.#source(),
    };
    this.#parts.journal.append(event, then);
  }

  #source(): { readonly address: string; readonly port: number; readonly tls: boolean } {
    return { address: this.#client.address, port: this.#client.port, tls: this.#client.tls };
  }

  #statements(): StatementJudge {
    const state = this.#state;
    if (state.kind === 'open' && state.statements instanceof StatementJudge) return state.statements;
    throw new Error(`a statement was asked of a session that is ${state.kind}`);
  }

  #requests(): RequestJudge {
    const state = this.#state;
    if (state.kind === 'open' && state.statements instanceof RequestJudge) return state.statements;
    throw new Error(`a request was asked of a session that is ${state.kind}`);
  }
}

type Counts = Pick<SessionAccount, 'statements' | 'rows' | 'bytes'>;

/** What is said when answering failed: the session ends, nothing is forwarded. */
function refusalOf(asked: Asked, parts: EngineParts): Answer {
  switch (asked.kind) {
    case 'verifier':
      return { kind: 'verifier', id: asked.id, verdict: { kind: 'deny', denial: ourFault } };
    case 'login':
      return { kind: 'login', id: asked.id, verdict: { kind: 'deny', denial: ourFault } };
    case 'open':
      return { kind: 'open', id: asked.id, verdict: { kind: 'deny', denial: ourFault } };
    case 'statement':
      parts.meter.bug();
      return { kind: 'statement', id: asked.id, verdict: { kind: 'end', denial: ourFault } };
    case 'result':
      parts.meter.bug();
      return { kind: 'result', id: asked.id, verdict: { kind: 'end', denial: faultAtResult } };
    case 'admission':
      return { kind: 'admission', id: asked.id, verdict: { kind: 'deny', denial: ourFault } };
    case 'request':
      parts.meter.bug();
      return { kind: 'request', id: asked.id, verdict: { kind: 'end', denial: ourFault } };
  }
}

const ourFault: Denial = {
  code: 'internal',
  message: 'a fault of the gateway; nothing was executed',
  hint: 'tell the operator the time of this message',
};
/** The target has run the statement by now, and may have committed it. */
const faultAtResult: Denial = {
  code: 'internal',
  message: 'a fault of the gateway ended the session before the result; what the statement wrote may be in place',
  hint: 'tell the operator the time of this message, and look at the data before you try again',
};
const gone: Denial = { code: 'session_ended', message: 'the session is over', hint: 'connect again' };
