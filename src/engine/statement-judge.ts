import type { CellMask } from '../core/cell-mask.ts';
import type { Denial } from '../core/denial.ts';
import type { Fact } from '../core/fact.ts';
import type { StatementFacts } from '../core/facts.ts';
import { type GrantId, newStatementId, type SessionId, type StatementId } from '../core/ids.ts';
import type {
  BoundParameters,
  ResultQuestion,
  ResultVerdict,
  StatementQuestion,
  StatementVerdict,
} from '../core/question.ts';
import type { JournalFault } from '../ledger/journal.ts';
import { planMasks } from '../masking/mask-plan.ts';
import type { DecisionRequest } from '../policy/decision.ts';
import type { Analysis, NameScope } from '../sql/analyse.ts';
import type { CatalogueIndex } from '../sql/catalogue-index.ts';
import { checkResult } from '../sql/check-result.ts';
import { awaitApproval } from './await-approval.ts';
import { barred } from './barred.ts';
import type { Deciding } from './deciding.ts';
import type { EngineParts } from './engine-parts.ts';
import { heldStatement, unshowable } from './held-statement.ts';
import { columnEvidence } from './mask-evidence.ts';
import { escapesPlanning, isPlanned, notPlanned } from './planned.ts';
import { boundedIsNotAlone } from './row-limit.ts';
import { type Ruling, ruleOn } from './ruling.ts';
import { type Allowed, PreparedStatement, Running } from './running.ts';
import { ledgerDenial, type SessionAccount } from './session-account.ts';
import { SessionNames } from './session-names.ts';
import { insteadOf, SessionSettings, statingFault } from './session-settings.ts';
import { SettingsHistory } from './settings-history.ts';
import type { SqlAdmission } from './sql-admission.ts';

/** One statement question on its way through the decision. */
interface Course extends Deciding<StatementVerdict> {
  readonly question: StatementQuestion;
  /** It was approved a moment ago, under this id. */
  readonly approved: StatementId | null;
}

/** Decides the SQL statements of one open session, and keeps what they mean for each other. */
export class StatementJudge {
  readonly #parts: EngineParts;
  readonly #session: SessionId;
  readonly #admission: SqlAdmission;
  readonly #account: SessionAccount;
  readonly #names: SessionNames;
  readonly #settings: SessionSettings;
  readonly #history: SettingsHistory;
  readonly #masks = new WeakMap<Allowed, readonly (CellMask | null)[]>();

  /** @param reported settings that the target reported when the session opened */
  constructor(
    parts: EngineParts,
    session: SessionId,
    admission: SqlAdmission,
    account: SessionAccount,
    reported: ReadonlyMap<string, string>,
  ) {
    this.#parts = parts;
    this.#session = session;
    this.#admission = admission;
    this.#account = account;
    this.#names = new SessionNames(admission.path, reported.get('search_path') ?? null);
    this.#settings = new SessionSettings(admission.startup);
    this.#history = new SettingsHistory(admission.startup.parameters);
  }

  /** Answers once, when the decision is durable. */
  decide(question: StatementQuestion, deciding: Deciding<StatementVerdict>): void {
    this.#decide({ ...deciding, question, approved: null });
  }

  #decide(course: Course): void {
    const catalogue = this.#parts.catalogues.current(this.#admission.connection.name);
    if (catalogue === null) this.#decideLater({ ...course, question: owned(course.question) });
    else this.#decideUnder(catalogue, course);
  }

  /** None is in force after a reload, or since it does not fit what is to be protected: an older one must not stand in. */
  #decideLater(course: Course): void {
    this.#parts.catalogues
      .load(this.#admission.connection)
      .then((loaded) => {
        if (loaded.ok) this.#decideUnder(loaded.value, course);
        else this.#refuse(course, loaded.error);
      })
      .catch((error: unknown) => this.#failed(error, course));
  }

  #decideUnder(catalogue: CatalogueIndex, course: Course): void {
    const scope = this.#names.under(catalogue);
    const { question } = course;
    if (question.step === 'execute') this.#execute(PreparedStatement.from(question.prepared), scope, course);
    else this.#text(question.step, question.text, scope, course);
  }

  #text(step: 'simple' | 'parse', text: Buffer, given: NameScope, course: Course): void {
    this.#analyse(text, given, course, (analysis, scope) => {
      const denial =
        analysis.kind === 'refused'
          ? analysis.denial
          : step === 'parse'
            ? (several(analysis.statements) ?? statingFault(analysis.statements))
            : (statingFault(analysis.statements) ?? this.#names.riding(analysis.statements));
      if (analysis.kind === 'refused' || denial !== null) {
        this.#refuse(course, denial ?? unreadable);
        return;
      }
      const prepared = step === 'parse' ? new PreparedStatement(Buffer.from(text)) : null;
      prepared?.understand(analysis.statements, scope);
      this.#weigh(analysis.statements, prepared, text, scope, course);
    });
  }

  /** A prepared statement means what its text means now: PostgreSQL looks its names up anew when the path or a table changed. */
  #execute(prepared: PreparedStatement, given: NameScope, course: Course): void {
    const known = prepared.meaningUnder(given);
    if (known !== null) {
      this.#weigh(known, prepared, prepared.text, given, course);
      return;
    }
    this.#analyse(prepared.text, given, course, (analysis, scope) => {
      if (analysis.kind === 'refused') {
        this.#refuse(course, analysis.denial);
        return;
      }
      prepared.understand(analysis.statements, scope);
      this.#weigh(analysis.statements, prepared, prepared.text, scope, course);
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
    this.#account.reads(running.ruling.classes);
    return { kind: 'rows', masks };
  }

  note(fact: Fact): void {
    switch (fact.kind) {
      case 'completed': {
        const running = runningOf(fact.execution);
        const { outcome } = fact;
        this.#names.ended(running.ruling.facts, outcome, running.moves);
        // A portal that was suspended may never be finished: what it moved is unknown from here on.
        running.moves = null;
        this.#account.completed(
          {
            statement: running.id,
            grant: running.grant,
            returns: running.copy !== 'in',
            classes: running.ruling.classes,
            startedAt: running.startedAt,
            masks: columnEvidence(this.#masks.get(running.ruling), outcome.masked),
          },
          outcome,
        );
        return;
      }
      case 'ready':
        if (this.#names.ready(fact.transaction, fact.failed))
          this.#parts.catalogues.outdated(this.#admission.connection.name);
        this.#settings.ready(fact.transaction);
        this.#history.ready(fact.transaction, fact.failed);
        return;
      case 'refused':
        this.#account.refused('simple', fact.denial);
        return;
      case 'parameter':
        this.#names.reported(fact.name, fact.value);
        return;
      case 'answered':
        throw new Error('an answer of HTTP in a session of SQL');
    }
  }

  /** Where policy asks how many rows to expect, the target is asked first; never for what is refused whatever it says. */
  #weigh(
    statements: readonly StatementFacts[],
    prepared: PreparedStatement | null,
    text: Buffer,
    scope: NameScope,
    course: Course,
  ): void {
    const { policies, limits } = this.#parts.standing();
    const understood: Understood = { statements, prepared, text, scope, estimatedRows: null };
    if (policies.asksEstimates && statements.some(escapesPlanning)) {
      this.#refuse(course, notPlanned);
      return;
    }
    const asks =
      policies.asksEstimates &&
      statements.some(isPlanned) &&
      statements.every((facts, at) => policies.permitsBesideTables(this.#request(facts, null, at)));
    if (!asks) {
      this.#rule(understood, course);
      return;
    }
    const { connection, credential } = this.#admission;
    const parameters = course.question.step !== 'simple';
    const later = { ...course, question: owned(course.question) };
    this.#parts.estimates
      .of({ connection, credential, text, statements, path: scope.path, parameters }, limits.connectMs)
      .then((estimate) => {
        if (estimate.ok) this.#rule({ ...understood, estimatedRows: estimate.value }, later);
        else this.#refuse(later, estimate.error);
      })
      .catch((error: unknown) => this.#failed(error, later));
  }

  #rule(understood: Understood, course: Course): void {
    const { statements, estimatedRows } = understood;
    const { step } = course.question;
    const { policies } = this.#parts.standing();
    const rulings: Exclude<Ruling, { kind: 'deny' }>[] = [];
    for (const [at, facts] of statements.entries()) {
      const decision = policies.decide(this.#request(facts, estimatedRows, at));
      const ruling = ruleOn(facts, decision, policies.countsResults);
      if (ruling.kind === 'deny') {
        this.#account.deny(step, newStatementId(this.#parts.clock), ruling.record, ruling.denial, course.answer);
        return;
      }
      rulings.push(ruling);
    }
    const held = rulings.find((ruling) => ruling.kind === 'hold');
    if (rulings.length > 1 && (held !== undefined || rulings.some((ruling) => isBounded(ruling)))) {
      this.#refuse(course, held === undefined ? boundedIsNotAlone : heldIsNotAlone);
      return;
    }
    // What is only prepared does nothing yet: it is decided again, with its parameters, when it is to run.
    if (held === undefined || step === 'parse') this.#go(understood, rulings, null, course);
    else {
      const hidden = unshowable(held.facts);
      if (hidden === null) this.#hold(understood, held, course);
      else this.#refuse(course, hidden);
    }
  }

  /** People decide. Whatever happened meanwhile, the statement is decided anew behind it. */
  #hold(understood: Understood, ruling: Extract<Ruling, { kind: 'hold' }>, course: Course): void {
    const later = { ...course, question: owned(course.question) };
    const id = course.approved ?? newStatementId(this.#parts.clock);
    const { principal, connection } = this.#admission;
    const { reason, purpose, ticket } = this.#settings;
    const held = heldStatement(ruling, {
      session: this.#session,
      statement: id,
      principal,
      connection: connection.name,
      database: connection.target.database,
      path: understood.scope.path,
      settings: this.#history.inForce,
      catalogue: understood.scope.catalogue.snapshot,
      text: Buffer.from(understood.text),
      bind: bindOf(later.question),
      estimatedRows: understood.estimatedRows,
      estimate: this.#estimateOf(understood, later.question.step !== 'simple'),
      stated: { reason, purpose, ticket },
    });
    const waiting = {
      inform: later.inform,
      signal: later.signal(),
      transaction: later.question.transaction,
      approved: course.approved !== null,
    };
    awaitApproval(this.#parts, held, waiting)
      .then((awaited) => {
        // People may have taken hours: whoever was barred meanwhile gets nothing, whatever was approved.
        const bar = barred(this.#parts, this.#admission);
        if (bar !== null) {
          const record = { ...ruling.record, decision: 'deny' as const, code: bar.code };
          this.#account.deny(later.question.step, id, record, bar, later.answer);
        } else if (awaited.kind === 'ask-again') this.#decide({ ...later, approved: id });
        else if (awaited.kind === 'granted')
          this.#go(understood, [ruling], awaited.grant.id, { ...later, approved: id });
        else {
          const record = { ...ruling.record, decision: 'deny' as const, code: awaited.denial.code };
          this.#account.deny(later.question.step, id, record, awaited.denial, later.answer);
        }
      })
      .catch((error: unknown) => this.#failed(error, later));
  }

  /** For people who must decide. A target that does not say, or not now, leaves them without. */
  #estimateOf(understood: Understood, parameters: boolean): (() => Promise<number | null>) | null {
    const { statements, text, scope, estimatedRows } = understood;
    if (estimatedRows !== null || !statements.some(isPlanned)) return null;
    const { connection, credential } = this.#admission;
    const asked = { connection, credential, text: Buffer.from(text), statements, path: scope.path, parameters };
    return async () => {
      const estimate = await this.#parts.estimates.of(asked, this.#parts.standing().limits.connectMs);
      return estimate.ok ? estimate.value : null;
    };
  }

  /** Everything is permitted: recorded, then forwarded. */
  #go(
    understood: Understood,
    rulings: readonly Exclude<Ruling, { kind: 'deny' }>[],
    grant: GrantId | null,
    course: Course,
  ): void {
    const { statements, prepared, scope } = understood;
    const { answer } = course;
    const { step } = course.question;
    // A view of the chunk it came in, which is gone once the entries are durable.
    const changes = step !== 'parse' && statements.some(({ effects }) => effects.length > 0);
    const text = changes ? Buffer.from(understood.text) : nothing;
    const bind = bindOf(course.question);
    if (rulings.length === 0) {
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
        for (const running of executions) this.#names.ended(running.ruling.facts, neverRan, running.moves);
        return answer({
          kind: 'deny',
          id: executions[0]?.id ?? newStatementId(this.#parts.clock),
          denial: ledgerDenial(fault),
        });
      }
      // What is not on record was never stated.
      if (step !== 'parse') {
        for (const { ruling } of executions) this.#settings.decided(ruling.facts.effects);
        for (const { ruling } of executions) this.#history.decided(ruling.facts.effects, text, bind);
      }
      return answer({
        kind: 'forward',
        executions: step === 'parse' ? [] : executions,
        prepared: prepared?.handle() ?? null,
        settle,
        text: step === 'execute' ? null : insteadOf(statements),
      });
    };
    for (const [index, ruling] of rulings.entries()) {
      const allowed = ruling.kind === 'hold' ? ruling.approved : ruling;
      const record = step === 'parse' ? ruling.record : allowed.record;
      // A Parse changes nothing yet: only what is executed moves the path.
      const moves = step === 'parse' ? null : this.#names.decided(allowed.facts.effects);
      settle ||= moves !== null;
      const id = course.approved ?? newStatementId(this.#parts.clock);
      const running = new Running(id, allowed, scope.catalogue, startedAt, moves, grant);
      executions.push(running);
      if (step !== 'parse') this.#account.began(grant);
      // Faults and durability are told in the order of the entries: the last one's word is enough to go on.
      this.#account.record(step, id, record, grant, index === rulings.length - 1 ? done : recorded);
    }
  }

  #request(facts: StatementFacts, estimatedRows: number | null, before: number): DecisionRequest {
    return this.#account.request(facts, this.#settings, estimatedRows, before);
  }

  #refuse({ question, answer }: Course, denial: Denial): void {
    this.#account.refuse(question.step, denial, answer);
  }

  #failed(error: unknown, { answer }: Course): void {
    this.#parts.onBug(error);
    answer({ kind: 'end', denial: unreadable });
  }

  /** What names nothing in the snapshot is looked up once more in a newer one: somebody may just have created it. */
  #analyse(text: Buffer, scope: NameScope, course: Course, then: (analysis: Analysis, scope: NameScope) => void): void {
    const analysis = this.#parts.analysis.analyse(text, scope);
    if (!(analysis instanceof Promise) && !isUnknown(analysis)) {
      then(analysis, scope);
      return;
    }
    this.#analyseAgain(Buffer.from(text), scope, analysis)
      .then((looked) => then(looked.analysis, looked.scope))
      .catch((error: unknown) => this.#failed(error, course));
  }

  async #analyseAgain(text: Buffer, scope: NameScope, first: Analysis | Promise<Analysis>) {
    const analysis = await first;
    if (!isUnknown(analysis)) return { analysis, scope };
    const catalogue = await this.#parts.catalogues.reconsider(this.#admission.connection.name);
    if (catalogue === null || catalogue === scope.catalogue.shared) return { analysis, scope };
    const renewed = this.#names.under(catalogue);
    return { analysis: await this.#parts.analysis.analyse(text, renewed), scope: renewed };
  }
}

/** What analysis made of one question. */
interface Understood {
  readonly statements: readonly StatementFacts[];
  readonly prepared: PreparedStatement | null;
  readonly text: Buffer;
  readonly scope: NameScope;
  readonly estimatedRows: number | null;
}

function isBounded(ruling: Exclude<Ruling, { kind: 'deny' }>): boolean {
  return (ruling.kind === 'hold' ? ruling.approved : ruling).maxRows !== null;
}

function bindOf(question: StatementQuestion): BoundParameters | null {
  return question.step === 'execute' ? question.bind : null;
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

function isUnknown(analysis: Analysis): boolean {
  return analysis.kind === 'refused' && suspicious.has(analysis.denial.code);
}

const heldIsNotAlone: Denial = {
  code: 'approval_required',
  message: 'one of these statements needs an approval, which covers one statement only',
  hint: 'send the statements one by one',
};

const unreadable: Denial = {
  code: 'internal',
  message: 'the statement could not be analysed',
  hint: 'try again; a shorter statement is easier',
};

const nothing = Buffer.alloc(0);

const neverRan = { result: 'skipped', sqlstate: null, tag: null, rows: 0, bytes: 0, masked: null } as const;

const suspicious: ReadonlySet<string> = new Set(['not_analysable', 'undefined_relation', 'undefined_column']);
