import type { Denial } from '../../core/denial.ts';
import type { QuestionId, StatementId } from '../../core/ids.ts';
import type { Execution, Prepared, StatementVerdict } from '../../core/question.ts';
import { admit, collect, type Refusal } from './admission.ts';
import { awaitsData, copiedIn, endOfData } from './copy.ts';
import type { Framer } from './framer.ts';
import {
  decodeBind,
  decodeExecute,
  decodeMaxRows,
  decodeParse,
  decodeQuery,
  decodeTarget,
  encodeDescribePortal,
  encodeParseBytes,
  encodeQueryBytes,
  fromClient,
  longestName,
} from './messages.ts';
import {
  cancelledBefore,
  nameTooLong,
  portalOutdated,
  tooLong,
  tooManyBytes,
  tooManyNames,
  unknownName,
} from './refusals.ts';
import type { Slot } from './replies.ts';
import { boundOf, sendBoundedExecute, sendBoundedQuery } from './row-bound.ts';
import type { Session } from './session.ts';
import { standIn } from './stand-in.ts';
import { type Kept, type NameTable, Portal } from './statements.ts';
import type { Wire } from './wire.ts';

/**
 * From the client to the target, once the session is open. Every message is gathered whole before anything of it is sent on;
 * a statement is sent on only when its question is answered.
 */
export class ClientMessages {
  readonly #session: Session;
  readonly #wire: Wire;
  readonly #framer: Framer;
  #asked: Asked | null = null;
  /** The client has cancelled what is asked about. */
  #cancelled = false;
  /** The collected message waits until the target has answered what its name hangs on. */
  #waiting = false;
  /** What to say when the message that is being skipped is over; null: nothing. */
  #refusal: Refusal | null = null;
  /** The next Sync or simple query is answered before anything further is read. */
  #settleNext = false;
  /** The bytes that wait to be forwarded hold something that the target must get now. */
  #urgent = false;
  /** Nothing comes behind what is not read yet. */
  #finished = false;
  /** The client says no more, and waits for what it is owed. */
  #leaving: Leaving | null = null;

  constructor(session: Session, wire: Wire, framer: Framer) {
    this.#session = session;
    this.#wire = wire;
    this.#framer = framer;
  }

  /** The statement that is being decided is cancelled before it runs. Behind others that run, those are meant: false. */
  cancelAsked(): boolean {
    if (this.#asked === null || this.#session.replies.length > 0) return false;
    if (!this.#cancelled) this.#wire.out.withdraw(this.#asked.id);
    this.#cancelled = true;
    return true;
  }

  isAsked(id: QuestionId): boolean {
    return this.#asked?.id === id;
  }

  /** Nothing can be read before something else happens. */
  get stopped(): boolean {
    return this.#asked !== null || this.#waiting || this.#held || this.#leaving !== null;
  }

  /** The client is owed an answer, or is inside a message. */
  get busy(): boolean {
    return this.#asked !== null || this.#framer.inside || this.#framer.loaded;
  }

  /** The client closed its half: what it said is read to the end. */
  finish(): void {
    this.#finished = true;
  }

  /** Reads on as far as possible. */
  run(): void {
    if (this.#leaving !== null) {
      this.#leave(this.#leaving);
      return;
    }
    if (this.#waiting) {
      this.#waiting = false;
      this.#message();
    }
    while (!this.#wire.closed && !this.stopped) {
      const step = this.#framer.step();
      if (step === 'starved') {
        if (this.#finished) this.#leave('finished');
        return;
      }
      if (step === 'header') this.#begin();
      else if (step === 'message') this.#message();
      else this.#skipped();
    }
  }

  /** The call is over: what was decided leaves, unless it can leave together with what is asked about now. */
  flush(): void {
    if (this.#asked !== null && !this.#urgent) return;
    this.#urgent = false;
    this.#wire.toServer.flush();
  }

  /** True: the answer was for this side. */
  decide(id: QuestionId, verdict: StatementVerdict): boolean {
    const asked = this.#asked;
    if (asked === null || asked.id !== id) return false;
    this.#asked = null;
    const cancelled = this.#cancelled;
    this.#cancelled = false;
    switch (verdict.kind) {
      case 'end':
        this.#wire.toServer.drop();
        this.#wire.fatal(verdict.denial);
        return true;
      case 'deny':
        if (!this.#session.skipping) this.#standIn(verdict.denial, verdict.id, asked.step === 'simple');
        return true;
      case 'forward':
        if (this.#session.skipping || cancelled) this.#skip(verdict.executions);
        else this.#go(asked, verdict);
        if (cancelled) this.#refuse(cancelledBefore, asked.step === 'simple');
    }
    return true;
  }

  get #held(): boolean {
    const { settling, replies } = this.#session;
    return settling !== null || replies.length >= mostInFlight;
  }

  #begin(): void {
    const { type, size } = this.#framer;
    const { limits, skipping, copy } = this.#session;
    const copied = copy?.kind === 'in' && copy.open ? copiedIn(copy, this.#framer, this.#wire.toServer) : null;
    if (copied === 'passed') return;
    if (copied === 'end') {
      if (this.#framer.collect()) this.#message();
      return;
    }
    if (copied === 'ignore') {
      if (this.#framer.skip()) this.#skipped();
      return;
    }
    const admission = admit(type, size, limits);
    if (admission === collect && (!skipping || type === fromClient.sync || type === fromClient.terminate)) {
      if (this.#framer.collect()) this.#message();
      return;
    }
    this.#refusal = skipping || admission.kind === 'collect' || admission.denial === null ? null : admission;
    if (this.#framer.skip()) this.#skipped();
  }

  #skipped(): void {
    const refusal = this.#refusal;
    this.#refusal = null;
    if (refusal?.denial && !this.#session.skipping) this.#refuse(refusal.denial, refusal.simple);
  }

  #message(): void {
    const { type, bytes, start, end } = this.#framer;
    if (type === fromClient.sync) {
      this.#sync();
      return;
    }
    if (type === fromClient.terminate) {
      this.#leave('terminated');
      return;
    }
    // The target may have failed while the rest of this message was on its way.
    if (this.#session.skipping) return;
    switch (type) {
      case fromClient.query:
        this.#query(decodeQuery(bytes, start, end));
        return;
      case fromClient.parse:
        this.#parse(bytes, start, end);
        return;
      case fromClient.bind:
        this.#bind(bytes, start, end);
        return;
      case fromClient.describe:
        this.#describe(bytes, start, end);
        return;
      case fromClient.close:
        this.#close(bytes, start, end);
        return;
      case fromClient.execute:
        this.#execute(decodeExecute(bytes, start, end));
        return;
      case fromClient.flush:
        this.#session.replies.demand();
        this.#forward();
        this.#urgent = true;
        return;
      case fromClient.copyDone:
      case fromClient.copyFail:
        if (!endOfData(this.#session)) return;
        this.#forward();
        this.#urgent = true;
        return;
      default:
        throw new Error('a message was collected that nobody handles');
    }
  }

  #query(text: Buffer): void {
    const id = this.#wire.nextQuestion();
    this.#asked = { id, step: 'simple' };
    this.#wire.out.ask('statement', id, { step: 'simple', text, transaction: this.#session.runsIn });
  }

  #parse(bytes: Buffer, start: number, end: number): void {
    const { limits, statements } = this.#session;
    const { name, text } = decodeParse(bytes, start, end);
    if (text.length > limits.statementBytes) {
      this.#refuse(tooLong('statementBytes', limits.statementBytes), false);
    } else if (this.#nameFits(name, statements) && this.#bytesFit(text.length)) {
      const id = this.#wire.nextQuestion();
      this.#asked = { id, step: 'parse', name, bytes: text.length };
      this.#wire.out.ask('statement', id, { step: 'parse', text, transaction: this.#session.runsIn });
    }
  }

  #bind(bytes: Buffer, start: number, end: number): void {
    const { statements, portals, segment, replies, meaning } = this.#session;
    if (!this.#bytesFit(end - start)) return;
    // The values outlive the chunk: they are asked about at the first Execute, whenever that is.
    const own = Buffer.from(bytes.subarray(start, end));
    const bind = decodeBind(own, 0, own.length);
    if (!this.#nameFits(bind.portal, portals)) return;
    const statement = this.#find(statements, bind.statement, 'statement');
    if (statement === null) return;
    const portal = new Portal(statement.prepared, bind.parameters, own.length, meaning);
    replies.push({ kind: 'bind', change: portals.change(bind.portal, portal, segment) });
    this.#forward();
  }

  #describe(bytes: Buffer, start: number, end: number): void {
    const { statements, portals, replies } = this.#session;
    const { kind, name } = decodeTarget(bytes, start, end);
    if (kind === 'statement') {
      if (this.#find(statements, name, 'statement') === null) return;
      replies.push({ kind: 'describe-statement', parameters: false });
    } else {
      // A cursor that was declared in SQL is a portal too; where nothing is protected, what it looks like may be told.
      if (!this.#session.scrub && name !== '' && portals.find(name, this.#session.segment).kind === 'unknown') {
        replies.push({ kind: 'describe-cursor' });
      } else {
        const portal = this.#find(portals, name, 'portal');
        if (portal === null) return;
        portal.described = true;
        replies.push({ kind: 'describe-portal', portal, injected: false });
      }
    }
    this.#forward();
  }

  #close(bytes: Buffer, start: number, end: number): void {
    const { statements, portals, segment, replies } = this.#session;
    const { kind, name } = decodeTarget(bytes, start, end);
    if (kind === 'statement') {
      replies.push({ kind: 'close', statement: statements.change(name, null, segment), portal: null });
    } else {
      replies.push({ kind: 'close', statement: null, portal: portals.change(name, null, segment) });
    }
    this.#forward();
  }

  #execute(name: string): void {
    const portal = this.#find(this.#session.portals, name, 'portal');
    if (portal === null) return;
    if (portal.execution !== null) {
      this.#sendExecute(name, portal, portal.execution);
      return;
    }
    if (portal.meaning !== this.#session.meaning) {
      this.#refuse(portalOutdated, false);
      return;
    }
    const id = this.#wire.nextQuestion();
    this.#asked = { id, step: 'execute', name, portal };
    const { prepared, bind } = portal;
    this.#wire.out.ask('statement', id, {
      step: 'execute',
      prepared,
      bind,
      transaction: this.#session.runsIn,
    });
  }

  #sync(): void {
    const session = this.#session;
    const slot: Slot = { kind: 'sync' };
    session.replies.push(slot);
    session.replies.demand();
    session.skipping = false;
    this.#endSegment(slot, false);
    this.#forward();
    this.#urgent = true;
  }

  #endSegment(slot: Slot, settle: boolean): void {
    this.#session.segment += 1;
    if (settle || this.#settleNext) this.#session.settling = slot;
    this.#settleNext = false;
  }

  /** A statement was decided: it goes. */
  #go(asked: Asked, verdict: Extract<StatementVerdict, { kind: 'forward' }>): void {
    const session = this.#session;
    const { executions } = verdict;
    if (verdict.settle) session.meaning += 1;
    switch (asked.step) {
      case 'simple': {
        const bound = boundOf(executions);
        const bounded = bound === null ? null : { bound, stage: 'parse' as const };
        const slot: Slot = { kind: 'simple', executions, index: 0, plan: null, failed: false, bounded };
        session.replies.push(slot);
        session.replies.demand();
        this.#endSegment(slot, verdict.settle || bound !== null || awaitsData(executions));
        this.#urgent = true;
        if (bound !== null) {
          const { bytes, start, end } = this.#framer;
          sendBoundedQuery(this.#wire.toServer, verdict.text ?? decodeQuery(bytes, start, end), bound);
          return;
        }
        if (verdict.text !== null) {
          this.#wire.toServer.write(encodeQueryBytes(verdict.text));
          return;
        }
        break;
      }
      case 'parse': {
        const statement = { prepared: setFor(verdict.prepared), bytes: asked.bytes };
        const change = session.statements.change(asked.name, statement, session.segment);
        session.replies.push({ kind: 'parse', change });
        this.#settleNext ||= verdict.settle;
        if (verdict.text !== null) {
          this.#wire.toServer.write(encodeParseBytes(asked.name, verdict.text));
          return;
        }
        break;
      }
      case 'execute': {
        const [execution, ...more] = executions;
        if (more.length > 0) throw new Error('an execute is answered with more than one execution');
        // A text without a statement: the target says so, and nothing runs.
        this.#settleNext ||= verdict.settle;
        if (execution !== undefined) {
          this.#goExecute(asked.name, asked.portal, execution);
          return;
        }
        session.replies.push({ kind: 'execute-nothing' });
      }
    }
    this.#forward();
  }

  #goExecute(name: string, portal: Portal, execution: Execution): void {
    const { replies } = this.#session;
    portal.execution = execution;
    portal.bound = boundOf([execution]);
    if (execution.watched && !portal.described) {
      // Rows come in the shape of this very Bind, so it is this Bind that must be described.
      portal.described = true;
      replies.push({ kind: 'describe-portal', portal, injected: true });
      this.#wire.toServer.write(encodeDescribePortal(name));
    }
    this.#sendExecute(name, portal, execution);
  }

  #sendExecute(name: string, portal: Portal, execution: Execution): void {
    const { replies } = this.#session;
    const slot: Slot = { kind: 'execute', portal, execution };
    replies.push(slot);
    this.#session.executedIn = this.#session.segment;
    if (awaitsData([execution])) {
      replies.demand();
      this.#session.settling = slot;
      this.#urgent = true;
    }
    if (portal.bound === null) {
      this.#forward();
      return;
    }
    const { bytes, start, end } = this.#framer;
    sendBoundedExecute(this.#wire.toServer, name, portal.bound.asks(decodeMaxRows(bytes, start, end)));
    replies.demand();
    // Whatever follows in the pipeline must find that this failed, should it: it waits.
    this.#session.settling = slot;
    this.#urgent = true;
  }

  /** Decided, but the target has failed meanwhile and would skip it. */
  #skip(executions: readonly Execution[]): void {
    for (const execution of executions) this.#wire.out.note({ kind: 'completed', execution, outcome: skippedOutcome });
  }

  #find<Entry extends Kept>(table: NameTable<Entry>, name: string, kind: 'statement' | 'portal'): Entry | null {
    const found = table.find(name, this.#session.segment);
    if (found.kind === 'found') return found.entry;
    if (found.kind === 'wait') this.#waiting = true;
    else this.#refuse(unknownName(kind), false);
    return null;
  }

  #nameFits(name: string, table: NameTable<Kept>): boolean {
    if (name.length > longestName) {
      this.#refuse(nameTooLong, false);
      return false;
    }
    const { preparedPerSession } = this.#session.limits;
    if (name !== '' && table.size >= preparedPerSession && !table.has(name)) {
      this.#refuse(tooManyNames(preparedPerSession), false);
      return false;
    }
    return true;
  }

  #bytesFit(more: number): boolean {
    const { statements, portals, limits } = this.#session;
    if (statements.bytes + portals.bytes + more <= limits.preparedBytes) return true;
    this.#refuse(tooManyBytes(limits.preparedBytes), false);
    return false;
  }

  /** Our own refusal, in place. */
  #refuse(denial: Denial, simple: boolean): void {
    this.#wire.out.note({ kind: 'refused', denial });
    this.#standIn(denial, null, simple);
  }

  #standIn(denial: Denial, id: StatementId | null, simple: boolean): void {
    const slot = standIn(this.#session, this.#wire, denial, id, simple);
    if (simple) this.#endSegment(slot, false);
  }

  /** As PostgreSQL does: what was said before the goodbye is answered, then the session ends. */
  #leave(how: Leaving): void {
    this.#leaving = how;
    if (this.#session.due) return;
    if (how === 'terminated') this.#forward();
    const whole = how === 'terminated' || (!this.#framer.inside && this.#session.replies.length === 0);
    this.#wire.close({ kind: whole ? 'client-left' : 'client-lost' });
  }

  #forward(): void {
    this.#framer.forward(this.#wire.toServer);
  }
}

type Asked = { readonly id: QuestionId } & (
  | { readonly step: 'simple' }
  | { readonly step: 'parse'; readonly name: string; readonly bytes: number }
  | { readonly step: 'execute'; readonly name: string; readonly portal: Portal }
);

/** By Terminate, which is still in hand; or without a word. */
type Leaving = 'terminated' | 'finished';

/** Messages sent to the target and not answered. A client that never reads its answers is not read either. */
const mostInFlight = 16_384;

const skippedOutcome = { result: 'skipped', sqlstate: null, tag: null, rows: 0, bytes: 0, masked: null } as const;

function setFor(prepared: Prepared | null): Prepared {
  if (prepared === null) throw new Error('a parse is answered with a prepared handle');
  return prepared;
}
