import type { Denial } from '../core/denial.ts';
import type { Outcome } from '../core/fact.ts';
import { type GrantId, newStatementId, type SessionId, type StatementId } from '../core/ids.ts';
import type { ClientAddress } from '../core/judge.ts';
import type { StatementCompleted, StatementDecided } from '../ledger/event.ts';
import type { JournalFault } from '../ledger/journal.ts';
import type { DecisionRequest, Facts } from '../policy/decision.ts';
import { usageAfter } from '../policy/usage.ts';
import type { Admission } from './admission.ts';
import type { RefusedStatement } from './deciding.ts';
import type { EngineParts } from './engine-parts.ts';
import type { MaskEvidence } from './mask-evidence.ts';
import type { DecidedRecord } from './ruling.ts';
import type { Stated } from './session-settings.ts';

/** What one session did so far, and its entries: the same for every protocol. */
export class SessionAccount {
  readonly #parts: EngineParts;
  readonly #session: SessionId;
  readonly #admission: Admission;
  readonly #client: ClientAddress;
  readonly #openedAt: number;
  readonly #classesRead = new Set<string>();
  /** Grants that running statements rest on, once for each. */
  readonly #grants: GrantId[] = [];
  statements = 0;
  rows = 0;
  bytes = 0;

  constructor(parts: EngineParts, session: SessionId, admission: Admission, client: ClientAddress) {
    this.#parts = parts;
    this.#session = session;
    this.#admission = admission;
    this.#client = client;
    this.#openedAt = parts.clock.monotonic();
  }

  /** @param before statements of the same text that will have run by then */
  request(facts: Facts, stated: Stated, estimatedRows: number | null, before: number): DecisionRequest {
    const { principal, connection } = this.#admission;
    const used = this.#parts.usage.of(principal.id);
    return {
      principal,
      connection: connection.name,
      facts,
      context: {
        session: {
          statements: this.statements + before,
          rows: this.rows,
          bytes: this.bytes,
          classesRead: this.#classesRead.size === 0 ? nothingRead : [...this.#classesRead],
          ageSeconds: Math.floor((this.#parts.clock.monotonic() - this.#openedAt) / 1000),
        },
        principal: before === 0 ? used : usageAfter(used, before),
        estimatedRows,
        purpose: stated.purpose,
        reason: stated.reason,
        ticket: stated.ticket,
        source: this.#client.address,
        time: this.#parts.clock.now(),
      },
    };
  }

  /** A statement is about to run. */
  began(grant: GrantId | null): void {
    this.statements += 1;
    this.#parts.usage.statement(this.#admission.principal.id);
    if (grant !== null) this.#grants.push(grant);
  }

  restsOn(grant: GrantId): boolean {
    return this.#admission.grant === grant || this.#grants.includes(grant);
  }

  /** Its result holds protected values of these classes, masked or not. */
  reads(classes: readonly string[]): void {
    for (const name of classes) this.#classesRead.add(name);
  }

  completed(ended: Ended, outcome: Came): void {
    const { grant } = ended;
    const held = grant === null || outcome.result === 'suspended' ? -1 : this.#grants.indexOf(grant);
    if (held >= 0) this.#grants.splice(held, 1);
    this.rows += ended.returns ? outcome.rows : 0;
    this.bytes += ended.returns ? outcome.bytes : 0;
    if (outcome.bytes > 0 && ended.returns)
      this.#parts.usage.result(this.#admission.principal.id, outcome.rows, outcome.bytes, ended.classes);
    const durationMs = Math.max(0, Math.round(this.#parts.clock.monotonic() - ended.startedAt));
    this.#parts.meter.statementCompleted(durationMs, outcome.rows, outcome.bytes);
    // Written out, and spread only where there is a status: as for what was decided.
    const event: StatementCompleted = {
      type: 'statement.completed',
      session: this.#session,
      statement: ended.statement,
      result: outcome.result,
      sqlstate: outcome.sqlstate,
      rows: String(outcome.rows),
      bytes: String(outcome.bytes),
      durationMs,
      masks: ended.masks,
    };
    this.#parts.journal.note(outcome.status === undefined ? event : { ...event, status: outcome.status });
  }

  /** A denial that policy had no part in, recorded and then told. */
  refuse(step: StatementDecided['step'], denial: Denial, answer: (verdict: RefusedStatement) => void): void {
    this.deny(step, newStatementId(this.#parts.clock), unread(denial), denial, answer);
  }

  deny(
    step: StatementDecided['step'],
    id: StatementId,
    record: DecidedRecord,
    denial: Denial,
    answer: (verdict: RefusedStatement) => void,
  ): void {
    this.record(step, id, record, null, (fault) =>
      answer({ kind: 'deny', id, denial: fault === null ? denial : ledgerDenial(fault) }),
    );
  }

  /** The machine itself refused something. */
  refused(step: StatementDecided['step'], denial: Denial): void {
    this.record(step, newStatementId(this.#parts.clock), unread(denial), null, ignoreLateFault);
  }

  record(
    step: StatementDecided['step'],
    statement: StatementId,
    record: DecidedRecord,
    grant: GrantId | null,
    done: (fault: JournalFault | null) => void,
  ): void {
    this.#parts.meter.statementDecided(record.decision, record.verb);
    // Written out: a spread costs more than the rest of a decision that is already known.
    const event: StatementDecided = {
      type: 'statement.decided',
      session: this.#session,
      statement,
      step,
      decision: record.decision,
      policies: record.policies,
      code: record.code,
      verb: record.verb,
      text: record.text,
      digest: record.digest,
      tables: record.tables,
      columns: record.columns,
    };
    this.#parts.journal.append(grant === null ? event : { ...event, grant }, done);
  }
}

/** A statement that ran. */
export interface Ended {
  readonly statement: StatementId;
  readonly grant: GrantId | null;
  /** What came back went to the client: a COPY that brought something in returned nothing. */
  readonly returns: boolean;
  readonly classes: readonly string[];
  /** Milliseconds of the monotonic clock. */
  readonly startedAt: number;
  readonly masks: MaskEvidence;
}

/** What it came to. */
export interface Came extends Pick<Outcome, 'result' | 'sqlstate' | 'rows' | 'bytes'> {
  /** Of an HTTP answer. */
  readonly status?: number;
}

export function ledgerDenial(fault: JournalFault): Denial {
  if (fault.kind === 'entry') {
    return {
      code: 'ledger_unavailable',
      message: `the ledger cannot hold this (${fault.message}), so nothing may run`,
      hint: 'name fewer tables and columns in one statement; nothing was executed',
    };
  }
  return {
    code: 'ledger_unavailable',
    message: `the ledger cannot be written (${fault.message}), so nothing may run`,
    hint: 'try again once the operator has made room; nothing was executed',
  };
}

function unread(denial: Denial): DecidedRecord {
  return {
    decision: 'deny',
    policies: [],
    code: denial.code,
    verb: 'unknown',
    text: null,
    digest: null,
    tables: [],
    columns: [],
  };
}

/** The journal refuses everything that follows and says so itself when it writes again: nothing more can be done here. */
function ignoreLateFault(): void {
  return;
}

const nothingRead: readonly string[] = [];
