import type { CellMask } from '../core/cell-mask.ts';
import type { Denial } from '../core/denial.ts';
import type { Fact } from '../core/fact.ts';
import type { StatementFacts } from '../core/facts.ts';
import { newStatementId, type SessionId, type StatementId } from '../core/ids.ts';
import type { ClientAddress } from '../core/judge.ts';
import type { ResultQuestion, ResultVerdict, StatementQuestion, StatementVerdict } from '../core/question.ts';
import type { StatementDecided } from '../ledger/event.ts';
import type { JournalFault } from '../ledger/journal.ts';
import { planMasks } from '../masking/mask-plan.ts';
import type { DecisionRequest } from '../policy/decision.ts';
import { usageAfter } from '../policy/usage.ts';
import type { Analysis, NameScope } from '../sql/analyse.ts';
import type { CatalogueIndex } from '../sql/catalogue-index.ts';
import { checkResult } from '../sql/check-result.ts';
import type { Admission } from './admission.ts';
import type { EngineParts } from './engine-parts.ts';
import { escapesPlanning, isPlanned, notPlanned } from './planned.ts';
import { boundedIsNotAlone } from './row-limit.ts';
import { type DecidedRecord, ruleOn } from './ruling.ts';
import { type Allowed, PreparedStatement, Running } from './running.ts';
import { SearchPath } from './search-path.ts';
import { insteadOf, SessionSettings, statingFault } from './session-settings.ts';

/** Decides the statements of one open session, and keeps what they mean for each other. */
export class StatementJudge {
  readonly #parts: EngineParts;
  readonly #session: SessionId;
  readonly #admission: Admission;
  readonly #client: ClientAddress;
  readonly #openedAt: number;
  readonly #path: SearchPath;
  readonly #settings: SessionSettings;
  readonly #classesRead = new Set<string>();
  readonly #masks = new WeakMap<Allowed, readonly (CellMask | null)[]>();
  statements = 0;
  rows = 0;
  bytes = 0;

  constructor(parts: EngineParts, session: SessionId, admission: Admission, client: ClientAddress) {
    this.#parts = parts;
    this.#session = session;
    this.#admission = admission;
    this.#client = client;
    this.#openedAt = parts.clock.monotonic();
    this.#path = new SearchPath(admission.path);
    this.#settings = new SessionSettings(admission.startup);
  }

  /** Answers once, when the decision is durable. */
  decide(question: StatementQuestion, answer: (verdict: StatementVerdict) => void): void {
    const catalogue = this.#parts.catalogues.current(this.#admission.connection.name);
    if (catalogue === null) this.#decideLater(owned(question), answer);
    else this.#decideUnder(catalogue, question, answer);
  }

  /** None is in force after a reload, or since it does not fit what is to be protected: an older one must not stand in. */
  #decideLater(question: StatementQuestion, answer: (verdict: StatementVerdict) => void): void {
    this.#parts.catalogues
      .load(this.#admission.connection)
      .then((loaded) => {
        if (loaded.ok) this.#decideUnder(loaded.value, question, answer);
        else this.#refuse(question.step, loaded.error, answer);
      })
      .catch((error: unknown) => {
        this.#parts.onBug(error);
        answer({ kind: 'end', denial: unreadable });
      });
  }

  #decideUnder(
    catalogue: CatalogueIndex,
    question: StatementQuestion,
    answer: (verdict: StatementVerdict) => void,
  ): void {
    const scope = { catalogue, path: this.#path.inForce };
    if (question.step === 'execute') this.#execute(PreparedStatement.from(question.prepared), scope, answer);
    else this.#text(question.step, question.text, scope, answer);
  }

  #text(step: 'simple' | 'parse', text: Buffer, given: NameScope, answer: (verdict: StatementVerdict) => void): void {
    this.#analyse(text, given, answer, (analysis, scope) => {
      const denial =
        analysis.kind === 'refused'
          ? analysis.denial
          : step === 'parse'
            ? (several(analysis.statements) ?? statingFault(analysis.statements))
            : (statingFault(analysis.statements) ?? riding(analysis.statements, this.#path));
      if (analysis.kind === 'refused' || denial !== null) {
        this.#refuse(step, denial ?? unreadable, answer);
        return;
      }
      const prepared = step === 'parse' ? new PreparedStatement(Buffer.from(text)) : null;
      prepared?.understand(analysis.statements, scope);
      this.#weigh(step, analysis.statements, prepared, text, scope, answer);
    });
  }

  /** A prepared statement means what its text means now: PostgreSQL looks its names up anew when the path or a table changed. */
  #execute(prepared: PreparedStatement, given: NameScope, answer: (verdict: StatementVerdict) => void): void {
    const known = prepared.meaningUnder(given);
    if (known !== null) {
      this.#weigh('execute', known, prepared, prepared.text, given, answer);
      return;
    }
    this.#analyse(prepared.text, given, answer, (analysis, scope) => {
      if (analysis.kind === 'refused') {
        this.#refuse('execute', analysis.denial, answer);
        return;
      }
      prepared.understand(analysis.statements, scope);
      this.#weigh('execute', analysis.statements, prepared, prepared.text, scope, answer);
    });
  }

  /** The independent second check, then the masks. */
  result(question: ResultQuestion): ResultVerdict {
    const running = runningOf(question.execution);
    const { facts, unmasked } = running.ruling;
    const contradiction = checkResult(facts, question.columns, running.catalogue);
    if (contradiction !== null) {
      this.#parts.catalogues.reconsider(this.#admission.connection.name).catch(this.#parts.onBug);
      return { kind: 'end', denial: contradiction };
    }
    // Columns that analysis could not count are all clear: the check above found no protected origin among them.
    if (facts.openOutputs) return { kind: 'rows', masks: null };
    const standing = this.#parts.standing();
    const masks = planMasks(facts.outputs ?? [], question.columns, unmasked, standing.masking, standing.tokenKeys);
    // The machine does not ask again for the same ruling; its evidence is needed for every execution.
    if (masks !== null) this.#masks.set(running.ruling, masks);
    for (const name of running.ruling.classes) this.#classesRead.add(name);
    return { kind: 'rows', masks };
  }

  note(fact: Fact): void {
    switch (fact.kind) {
      case 'completed': {
        const running = runningOf(fact.execution);
        const { outcome } = fact;
        this.#path.ended(running.ruling.facts.effects, outcome, running.moves);
        // A portal that was suspended may never be finished: what it moved is unknown from here on.
        running.moves = false;
        this.rows += running.copy === 'in' ? 0 : outcome.rows;
        this.bytes += running.copy === 'in' ? 0 : outcome.bytes;
        // What a COPY brought in was not returned.
        if (outcome.bytes > 0 && running.copy !== 'in')
          this.#parts.usage.result(this.#admission.principal.id, outcome.rows, outcome.bytes, running.ruling.classes);
        const durationMs = Math.max(0, Math.round(this.#parts.clock.monotonic() - running.startedAt));
        this.#parts.meter.statementCompleted(durationMs, outcome.rows, outcome.bytes);
        this.#parts.journal.note({
          type: 'statement.completed',
          session: this.#session,
          statement: running.id,
          result: outcome.result,
          sqlstate: outcome.sqlstate,
          rows: String(outcome.rows),
          bytes: String(outcome.bytes),
          durationMs,
          masks: maskEvidence(this.#masks.get(running.ruling), outcome.masked),
        });
        return;
      }
      case 'ready':
        this.#path.ready(fact.transaction, fact.failed);
        this.#settings.ready(fact.transaction);
        return;
      case 'refused':
        this.#record('simple', newStatementId(this.#parts.clock), unread(fact.denial), ignoreLateFault);
        return;
      case 'parameter':
        return;
    }
  }

  /** Where policy asks how many rows to expect, the target is asked first; never for what is refused whatever it says. */
  #weigh(
    step: StatementDecided['step'],
    statements: readonly StatementFacts[],
    prepared: PreparedStatement | null,
    text: Buffer,
    scope: NameScope,
    answer: (verdict: StatementVerdict) => void,
  ): void {
    const { policies, limits } = this.#parts.standing();
    if (policies.asksEstimates && statements.some(escapesPlanning)) {
      this.#refuse(step, notPlanned, answer);
      return;
    }
    const asks =
      policies.asksEstimates &&
      statements.some(isPlanned) &&
      statements.every((facts, at) => policies.permitsBesideTables(this.#request(facts, null, at)));
    if (!asks) {
      this.#rule(step, statements, prepared, scope.catalogue, null, answer);
      return;
    }
    const { connection, credential } = this.#admission;
    const parameters = step !== 'simple';
    this.#parts.estimates
      .of({ connection, credential, text, statements, path: scope.path, parameters }, limits.connectMs)
      .then((estimate) => {
        if (estimate.ok) this.#rule(step, statements, prepared, scope.catalogue, estimate.value, answer);
        else this.#refuse(step, estimate.error, answer);
      })
      .catch((error: unknown) => {
        this.#parts.onBug(error);
        answer({ kind: 'end', denial: unreadable });
      });
  }

  #rule(
    step: StatementDecided['step'],
    statements: readonly StatementFacts[],
    prepared: PreparedStatement | null,
    catalogue: CatalogueIndex,
    estimatedRows: number | null,
    answer: (verdict: StatementVerdict) => void,
  ): void {
    const rulings: Allowed[] = [];
    const { policies } = this.#parts.standing();
    for (const [at, facts] of statements.entries()) {
      const decision = policies.decide(this.#request(facts, estimatedRows, at));
      const ruling = ruleOn(facts, decision, policies.countsResults);
      if (ruling.kind === 'deny') {
        this.#deny(step, ruling.record, ruling.denial, answer);
        return;
      }
      rulings.push(ruling);
    }
    if (rulings.length > 1 && rulings.some(({ maxRows }) => maxRows !== null)) {
      this.#refuse(step, boundedIsNotAlone, answer);
      return;
    }
    const [first] = rulings;
    if (first === undefined) {
      answer({ kind: 'forward', executions: [], prepared: prepared?.handle() ?? null, settle: false, text: null });
      return;
    }

    const executions: Running[] = [];
    let settle = false;
    const startedAt = this.#parts.clock.monotonic();
    let refused: JournalFault | null = null;
    // One entry may be refused by itself, such as one that is too long: then none of the statements may run.
    const recorded = (fault: JournalFault | null) => {
      refused ??= fault;
    };
    const done = (last: JournalFault | null) => {
      const fault = refused ?? last;
      if (fault !== null) {
        for (const running of executions) this.#path.ended(running.ruling.facts.effects, neverRan, running.moves);
        return answer({
          kind: 'deny',
          id: executions[0]?.id ?? newStatementId(this.#parts.clock),
          denial: ledgerDenial(fault),
        });
      }
      // What is not on record was never stated.
      if (step !== 'parse') for (const { ruling } of executions) this.#settings.decided(ruling.facts.effects);
      return answer({
        kind: 'forward',
        executions: step === 'parse' ? [] : executions,
        prepared: prepared?.handle() ?? null,
        settle,
        text: step === 'execute' ? null : insteadOf(statements),
      });
    };
    for (const [index, ruling] of rulings.entries()) {
      // A Parse changes nothing yet: only what is executed moves the path.
      const moves = step !== 'parse' && this.#path.decided(ruling.facts.effects);
      settle ||= moves;
      const running = new Running(newStatementId(this.#parts.clock), ruling, catalogue, startedAt, moves);
      executions.push(running);
      if (step !== 'parse') {
        this.statements += 1;
        this.#parts.usage.statement(this.#admission.principal.id);
      }
      // Faults and durability are told in the order of the entries: the last one's word is enough to go on.
      this.#record(step, running.id, ruling.record, index === rulings.length - 1 ? done : recorded);
    }
  }

  /** @param before statements of the same text that will have run by then */
  #request(facts: StatementFacts, estimatedRows: number | null, before: number): DecisionRequest {
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
        purpose: this.#settings.purpose,
        reason: this.#settings.reason,
        ticket: this.#settings.ticket,
        source: this.#client.address,
        time: this.#parts.clock.now(),
      },
    };
  }

  #refuse(step: StatementDecided['step'], denial: Denial, answer: (verdict: StatementVerdict) => void): void {
    this.#deny(step, unread(denial), denial, answer);
  }

  #deny(
    step: StatementDecided['step'],
    record: DecidedRecord,
    denial: Denial,
    answer: (verdict: StatementVerdict) => void,
  ): void {
    const id = newStatementId(this.#parts.clock);
    this.#record(step, id, record, (fault) =>
      answer({ kind: 'deny', id, denial: fault === null ? denial : ledgerDenial(fault) }),
    );
  }

  #record(
    step: StatementDecided['step'],
    statement: StatementId,
    record: DecidedRecord,
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
    this.#parts.journal.append(event, done);
  }

  /** What names nothing in the snapshot is looked up once more in a newer one: somebody may just have created it. */
  #analyse(
    text: Buffer,
    scope: NameScope,
    answer: (verdict: StatementVerdict) => void,
    then: (analysis: Analysis, scope: NameScope) => void,
  ): void {
    const analysis = this.#parts.analysis.analyse(text, scope);
    if (!(analysis instanceof Promise) && !isUnknown(analysis)) {
      then(analysis, scope);
      return;
    }
    this.#analyseAgain(Buffer.from(text), scope, analysis)
      .then((looked) => then(looked.analysis, looked.scope))
      .catch((error: unknown) => {
        this.#parts.onBug(error);
        answer({ kind: 'end', denial: unreadable });
      });
  }

  async #analyseAgain(text: Buffer, scope: NameScope, first: Analysis | Promise<Analysis>) {
    const analysis = await first;
    if (!isUnknown(analysis)) return { analysis, scope };
    const catalogue = await this.#parts.catalogues.reconsider(this.#admission.connection.name);
    if (catalogue === null || catalogue === scope.catalogue) return { analysis, scope };
    const renewed = { ...scope, catalogue };
    return { analysis: await this.#parts.analysis.analyse(text, renewed), scope: renewed };
  }
}

/** The text is a view of the chunk it came in, which belongs to its socket. */
function owned(question: StatementQuestion): StatementQuestion {
  return question.step === 'execute' ? question : { ...question, text: Buffer.from(question.text) };
}

function runningOf(execution: unknown): Running {
  if (execution instanceof Running) return execution;
  throw new Error('an execution that the engine did not make');
}

function several(statements: readonly StatementFacts[]): Denial | null {
  return statements.length < 2
    ? null
    : {
        code: 'syntax_error',
        message: 'cannot insert multiple commands into a prepared statement',
        hint: 'send them one by one',
      };
}

/** Statements of one text are all decided before the first one runs: none may change what the next ones mean. */
function riding(statements: readonly StatementFacts[], path: SearchPath): Denial | null {
  const moving = statements.findIndex((facts) =>
    facts.effects.some(
      (effect) =>
        effect.kind === 'search-path' ||
        effect.kind === 'opaque' ||
        (path.dirty && (effect.kind === 'rollback' || effect.kind === 'rollback-to' || effect.kind === 'commit')),
    ),
  );
  if (moving < 0 || moving === statements.length - 1) return null;
  return {
    code: 'not_supported',
    message: 'a statement that may change the search path must be the last one of its query',
    hint: 'send the following statements as a query of their own',
  };
}

function isUnknown(analysis: Analysis): boolean {
  return analysis.kind === 'refused' && suspicious.has(analysis.denial.code);
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

function maskEvidence(masks: readonly (CellMask | null)[] | undefined, masked: readonly number[] | null) {
  if (masked === null || masks === undefined) return [];
  return masks.flatMap((mask, at) =>
    mask === null
      ? []
      : [{ column: mask.column, class: mask.class, transform: mask.transform, cells: String(masked[at] ?? 0) }],
  );
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

/** The journal refuses everything that follows and says so itself when it writes again: nothing more can be done here. */
function ignoreLateFault(): void {
  return;
}

const nothingRead: readonly string[] = [];

const unreadable: Denial = {
  code: 'internal',
  message: 'the statement could not be analysed',
  hint: 'try again; a shorter statement is easier',
};

const neverRan = { result: 'skipped', sqlstate: null, tag: null, rows: 0, bytes: 0, masked: null } as const;

const suspicious: ReadonlySet<string> = new Set(['not_analysable', 'undefined_relation', 'undefined_column']);
