import { WireError } from '../../base/wire-error.ts';
import type { Denial } from '../../core/denial.ts';
import type { QuestionId } from '../../core/ids.ts';
import type { Execution, ResultVerdict } from '../../core/question.ts';
import { BoundedAnswers } from './bounded-answers.ts';
import { beginCopy, endCopy, endOfRows, expectCopyData } from './copy.ts';
import { decodeReport, endsSession, errorResponse, type Report, rebuild } from './errors.ts';
import { failHead } from './failure.ts';
import type { Framer } from './framer.ts';
import {
  type CommandTag,
  decodeCommandComplete,
  decodeNotification,
  decodeParameterStatus,
  decodeReadyForQuery,
  decodeRowDescription,
  fromServer,
  withoutPayload,
} from './messages.ts';
import { settingFault } from './parameters.ts';
import { replicationRefused, targetTooLong } from './refusals.ts';
import type { ExecuteSlot, Slot } from './replies.ts';
import { ResultPlans } from './result-plans.ts';
import type { RowBound } from './row-bound.ts';
import { noRows, passRows, type RowPlan, rowPlan } from './rows.ts';
import type { Session } from './session.ts';
import { Tally } from './tally.ts';
import { noteUnfinished } from './unfinished.ts';
import type { Wire } from './wire.ts';

/**
 * From the target to the client, once the session is open. Every message must fit the oldest thing that the target owes;
 * rows leave only by the plan of their own description.
 */
export class ServerMessages {
  readonly #session: Session;
  readonly #wire: Wire;
  readonly #framer: Framer;
  readonly #tally: Tally;
  readonly #plans = new ResultPlans();
  readonly #bounds: BoundedAnswers;
  #asked: Asked | null = null;
  #dying = false;

  constructor(session: Session, wire: Wire, framer: Framer) {
    this.#session = session;
    this.#wire = wire;
    this.#framer = framer;
    this.#tally = new Tally(wire);
    this.#bounds = new BoundedAnswers(session, wire, this.#tally);
  }

  get stopped(): boolean {
    return this.#asked !== null;
  }

  /** The target has said that it ends the session: the client knows why. */
  get dying(): boolean {
    return this.#dying;
  }

  /** Reads on as far as possible. */
  run(): void {
    while (!this.#wire.closed && !this.stopped) {
      const step = this.#framer.step();
      if (step === 'starved') return;
      if (step === 'header') this.#begin();
      else if (step === 'message') this.#message();
    }
  }

  /** The session is over: nothing more is read from the target. */
  abandon(): void {
    noteUnfinished(this.#session, this.#tally);
  }

  /** True: the answer was for this side. */
  decide(id: QuestionId, verdict: ResultVerdict): boolean {
    const asked = this.#asked;
    if (asked === null || asked.id !== id) return false;
    this.#asked = null;
    if (verdict.kind === 'end') {
      this.#wire.fatal(verdict.denial);
      return true;
    }
    const { slot } = asked;
    if (verdict.masks !== null && verdict.masks.length !== asked.columns) {
      throw new Error('a result verdict has one mask per column');
    }
    const plan = rowPlan(verdict.masks);
    this.#plans.remember(asked.execution, asked.description, plan);
    if (slot.kind === 'simple') {
      slot.plan = plan;
      this.#forward();
    } else {
      slot.portal.plan = plan;
      // Asked about when the description came: it leaves now. Asked about at the first row: it has left.
      if (slot.kind === 'describe-portal') this.#described(slot);
    }
    return true;
  }

  #begin(): void {
    if (this.#dying) {
      this.#wire.close({ kind: 'target-lost' });
      return;
    }
    const { type, size } = this.#framer;
    if (type === fromServer.dataRow) {
      this.#rows();
      return;
    }
    if (type === fromServer.copyData) {
      expectCopyData(this.#session);
      this.#passRows(null);
      return;
    }
    const head = this.#session.replies.head;
    if (head?.kind === 'execute' && endsExecution(type) && this.#planOf(head) === null) return;
    if (type === fromServer.noticeResponse && !this.#session.scrub) {
      this.#framer.pass(this.#wire.toClient);
      return;
    }
    const { collectBytes } = this.#session.limits;
    if (size > collectBytes) this.#refuse(targetTooLong('collectBytes', collectBytes));
    else if (this.#framer.collect()) this.#message();
  }

  /** At the header of a DataRow. */
  #rows(): void {
    const plan = this.#planOfHead();
    if (plan === null) return;
    if (plan.kind === 'none') throw new WireError('rows come for a statement that was said to have none');
    const framer = this.#framer;
    const { toClient } = this.#wire;
    const bound = this.#bounds.head;
    if (bound?.left === 0) {
      bound.exceed();
      framer.skip();
      return;
    }
    if (plan.kind === 'pass') {
      this.#passRows(bound);
      return;
    }
    const { maskedRowBytes } = this.#session.limits;
    if (framer.size + 1 > maskedRowBytes) {
      this.#refuse(targetTooLong('maskedRowBytes', maskedRowBytes));
      return;
    }
    this.#tally.masker = plan.masker;
    const chunk = framer.window;
    if (chunk !== null) {
      const run = plan.masker.run(chunk, framer.position, maskedRowBytes, toClient, bound?.left);
      if (run.rows > 0) {
        this.#tally.count(run.rows, run.bytes, bound);
        framer.advance(run.position);
        return;
      }
    }
    if (framer.collect()) this.#row();
  }

  /** Cuts through what has arrived of the rows at hand. */
  #passRows(bound: RowBound | null): void {
    const framer = this.#framer;
    const { toClient } = this.#wire;
    const from = framer.position;
    const rows = framer.passRun(toClient, bound?.left);
    if (rows > 0) {
      this.#tally.count(rows, framer.position - from, bound);
      return;
    }
    this.#tally.count(1, framer.size + 1, bound);
    framer.pass(toClient);
  }

  /** A row that had to be gathered, to be masked. */
  #row(): void {
    const plan = this.#planOfHead();
    if (plan?.kind !== 'mask') throw new Error('a row was gathered that nobody masks');
    const { bytes, start, end } = this.#framer;
    this.#tally.count(1, plan.masker.row(bytes, start, end, this.#wire.toClient), this.#bounds.head);
  }

  /** Null: it had to be asked for first. */
  #planOfHead(): RowPlan | null {
    const head = this.#session.replies.head;
    if (head?.kind === 'execute') return this.#planOf(head);
    if (head?.kind === 'simple' && !head.failed && head.plan !== null) return head.plan;
    throw new WireError('rows come that nobody asked for');
  }

  #planOf(slot: ExecuteSlot): RowPlan | null {
    if (!slot.execution.watched) return passRows;
    const { portal } = slot;
    if (portal.plan !== null) return portal.plan;
    if (portal.description === null) throw new Error('an execution is watched and was not described');
    if (portal.description === 'no-rows') return noRows;
    portal.plan = this.#planned(slot, slot.execution, portal.description, 0, portal.description.length);
    return portal.plan;
  }

  /** The plan for rows described like this, or null when it had to be asked for. */
  #planned(slot: Asked['slot'], execution: Execution, bytes: Buffer, start: number, end: number): RowPlan | null {
    const known = this.#plans.recall(execution, bytes, start, end);
    if (known !== null) return known;
    const columns = decodeRowDescription(bytes, start, end);
    const id = this.#wire.nextQuestion();
    const description = Buffer.from(bytes.subarray(start, end));
    this.#asked = { id, slot, execution, description, columns: columns.length };
    this.#wire.out.ask('result', id, { execution, columns });
    return null;
  }

  /** A message was gathered whole. */
  #message(): void {
    const { type, bytes, start, end } = this.#framer;
    switch (type) {
      case fromServer.dataRow:
        this.#row();
        return;
      case fromServer.errorResponse:
        this.#error(decodeReport(bytes, start, end));
        return;
      case fromServer.noticeResponse:
        this.#wire.toClient.write(rebuild('N', decodeReport(bytes, start, end)));
        return;
      case fromServer.parameterStatus:
        this.#setting(...decodeParameterStatus(bytes, start, end));
        return;
      case fromServer.notificationResponse:
        // Comes at any time, and its payload is whatever a trigger wrote into it.
        if (this.#session.scrub) this.#wire.toClient.write(withoutPayload(decodeNotification(bytes, start, end)));
        else this.#forward();
        return;
      case fromServer.copyInResponse:
      case fromServer.copyOutResponse:
        if (!beginCopy(this.#session, type)) this.#unexpected(type);
        this.#forward();
        return;
      case fromServer.copyDone:
        if (!endOfRows(this.#session)) this.#unexpected(type);
        this.#forward();
        return;
      case fromServer.copyBothResponse:
        this.#refuse(replicationRefused);
        return;
      default:
        this.#answer(type, bytes, start, end);
    }
  }

  #answer(type: number, bytes: Buffer, start: number, end: number): void {
    const { replies, statements, portals } = this.#session;
    const head = replies.head;
    switch (head?.kind) {
      case 'parse':
        if (type !== fromServer.parseComplete) break;
        statements.confirm(head.change);
        this.#done(head);
        return;
      case 'bind':
        if (type !== fromServer.bindComplete) break;
        portals.confirm(head.change);
        this.#done(head);
        return;
      case 'close':
        if (type !== fromServer.closeComplete) break;
        if (head.statement !== null) statements.confirm(head.statement);
        if (head.portal !== null) portals.confirm(head.portal);
        this.#done(head);
        return;
      case 'describe-statement':
        if (type === fromServer.parameterDescription && !head.parameters) {
          head.parameters = true;
          this.#forward();
          return;
        }
        if (!head.parameters || (type !== fromServer.rowDescription && type !== fromServer.noData)) break;
        this.#done(head);
        return;
      case 'describe-portal':
        if (type === fromServer.noData) {
          head.portal.description = 'no-rows';
          this.#described(head);
          return;
        }
        if (type !== fromServer.rowDescription) break;
        this.#portalDescription(head, bytes, start, end);
        return;
      case 'describe-cursor':
        if (type !== fromServer.rowDescription && type !== fromServer.noData) break;
        this.#done(head);
        return;
      case 'execute':
        if (!endsExecution(type)) break;
        this.#executionEnds(head, type, bytes, start, end);
        return;
      case 'execute-nothing':
        if (type !== fromServer.emptyQueryResponse) break;
        this.#done(head);
        return;
      case 'simple':
        if (this.#simpleAnswer(head, type, bytes, start, end)) return;
        break;
      case 'sync':
        if (type !== fromServer.readyForQuery) break;
        this.#ready(bytes, start, end);
        this.#done(head);
        return;
      case 'stand-in':
        if (type !== fromServer.readyForQuery || !head.failed) break;
        this.#ready(bytes, start, end);
        this.#forgetUnnamed();
        this.#done(head);
        return;
      case undefined:
    }
    this.#unexpected(type);
  }

  #unexpected(type: number): never {
    throw new WireError(`message type 0x${type.toString(16).padStart(2, '0')} answers nothing that was asked`);
  }

  #portalDescription(
    slot: Extract<Slot, { kind: 'describe-portal' }>,
    bytes: Buffer,
    start: number,
    end: number,
  ): void {
    const { portal } = slot;
    if (portal.execution !== null && !portal.execution.watched) {
      // Nobody will look at it. Should the portal be executed again and watched then, it is described again.
      portal.described = false;
      this.#described(slot);
      return;
    }
    portal.description = Buffer.from(bytes.subarray(start, end));
    portal.plan = null;
    // Not decided yet: should the execution be watched, this is asked about before its first row.
    if (portal.execution?.watched) {
      portal.plan = this.#planned(slot, portal.execution, bytes, start, end);
      if (portal.plan === null) return;
    }
    this.#described(slot);
  }

  #described(slot: Extract<Slot, { kind: 'describe-portal' }>): void {
    if (!slot.injected) this.#forward();
    this.#session.settle(slot);
  }

  #executionEnds(slot: ExecuteSlot, type: number, bytes: Buffer, start: number, end: number): void {
    const { portal, execution } = slot;
    if (this.#bounds.execute(slot, type)) return;
    // An Execute that was sent on after its execution had ended: there is nothing to tell of it.
    if (portal.execution === execution) {
      if (type === fromServer.portalSuspended) {
        this.#tally.end(execution, 'suspended', null);
      } else {
        this.#complete(
          execution,
          type === fromServer.commandComplete ? decodeCommandComplete(bytes, start, end) : null,
        );
        portal.execution = null;
      }
    }
    this.#done(slot);
  }

  #simpleAnswer(
    slot: Extract<Slot, { kind: 'simple' }>,
    type: number,
    bytes: Buffer,
    start: number,
    end: number,
  ): boolean {
    if (this.#bounds.simple(slot, type)) return true;
    if (type === fromServer.readyForQuery) {
      if (!slot.failed && slot.index < slot.executions.length) {
        throw new WireError('fewer statements were answered than were sent');
      }
      this.#ready(bytes, start, end);
      this.#forgetUnnamed();
      this.#done(slot);
      return true;
    }
    if (slot.failed) return false;
    const execution = slot.executions[slot.index];
    if (type === fromServer.emptyQueryResponse && slot.executions.length === 0) {
      this.#forward();
      return true;
    }
    if (execution === undefined) return false;
    switch (type) {
      case fromServer.rowDescription:
        slot.plan = execution.watched ? this.#planned(slot, execution, bytes, start, end) : passRows;
        if (slot.plan !== null) this.#forward();
        return true;
      case fromServer.commandComplete:
      case fromServer.emptyQueryResponse:
        this.#complete(
          execution,
          type === fromServer.commandComplete ? decodeCommandComplete(bytes, start, end) : null,
        );
        slot.index += 1;
        slot.plan = null;
        this.#forward();
        return true;
      default:
        return false;
    }
  }

  #complete(execution: Execution, tag: CommandTag | null): void {
    this.#tally.bytes += endCopy(this.#session, false);
    this.#tally.complete(execution, tag);
    // What was prepared through the protocol goes with what was prepared by SQL.
    if (tag?.tag === 'DEALLOCATE ALL' || tag?.tag === 'DISCARD ALL') this.#session.statements.forgetAll();
  }

  #ready(bytes: Buffer, start: number, end: number): void {
    const transaction = decodeReadyForQuery(bytes, start, end);
    const { failed } = this.#session;
    this.#session.transaction = transaction;
    this.#session.failed = false;
    if (transaction === 'I') this.#session.portals.forgetAll();
    this.#wire.out.note({ kind: 'ready', transaction, failed });
  }

  /** A simple query takes the unnamed statement and the unnamed portal away, whether it succeeds or not. */
  #forgetUnnamed(): void {
    this.#session.statements.forget('');
    this.#session.portals.forget('');
  }

  #setting(name: string, value: string): void {
    const fault = settingFault(name, value, this.#session.scrub);
    if (fault !== null) {
      this.#refuse(fault);
      return;
    }
    this.#wire.out.note({ kind: 'parameter', name, value });
    this.#forward();
  }

  #error(report: Report): void {
    const head = this.#session.replies.head;
    this.#dying = endsSession(report);
    this.#session.failed = true;
    if (head === undefined && !this.#dying) throw new WireError('an error comes that answers nothing');
    if (head?.kind === 'stand-in' && !head.failed && !this.#dying) {
      this.#wire.toClient.write(errorResponse(head.denial, head.id));
    } else if (this.#session.scrub) {
      this.#wire.toClient.write(rebuild('E', report));
    } else {
      this.#forward();
    }
    this.#tally.bytes += endCopy(this.#session, true);
    failHead(this.#session, this.#tally, report.sqlstate);
    if (head?.kind === 'simple') this.#bounds.failed(head);
  }

  #done(slot: Slot): void {
    this.#forward();
    this.#session.settle(slot);
  }

  #refuse(denial: Denial): void {
    this.#wire.refuse(denial);
  }

  #forward(): void {
    this.#framer.forward(this.#wire.toClient);
  }
}

interface Asked {
  readonly id: QuestionId;
  readonly slot: Extract<Slot, { kind: 'simple' | 'describe-portal' | 'execute' }>;
  readonly execution: Execution;
  readonly description: Buffer;
  readonly columns: number;
}

function endsExecution(type: number): boolean {
  return (
    type === fromServer.commandComplete || type === fromServer.emptyQueryResponse || type === fromServer.portalSuspended
  );
}
