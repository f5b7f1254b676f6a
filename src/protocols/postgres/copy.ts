import { WireError } from '../../base/wire-error.ts';
import type { CopyDirection } from '../../core/facts.ts';
import type { Execution } from '../../core/question.ts';
import type { CopyIn } from './copy-state.ts';
import type { Framer } from './framer.ts';
import { fromClient, fromServer } from './messages.ts';
import type { ExecuteSlot, SimpleSlot, Slot } from './replies.ts';
import type { Session } from './session.ts';
import type { Outlet } from './wire.ts';

/**
 * The target begins a COPY. It must be what the oldest execution was decided to be: rows that leave as CopyData have no
 * description that could be checked. False: it is not.
 */
export function beginCopy(session: Session, type: number): boolean {
  const { copy } = session;
  const slot = copying(session.replies.head);
  if (slot === null || copy !== null) return false;
  if (type === fromServer.copyOutResponse && directionOf(slot) === 'out') {
    session.copy = { kind: 'out', open: true };
    return true;
  }
  if (type === fromServer.copyInResponse && directionOf(slot) === 'in') {
    session.copy = { kind: 'in', slot, open: true, bytes: 0 };
    // Nothing was read behind its statement, so that whatever comes next is known to belong to the COPY.
    session.settling = null;
    // How the COPY ends is told at the next Sync or Flush; of a simple query at once.
    if (slot.kind === 'execute') session.replies.relent();
    return true;
  }
  return false;
}

/** One of these may wait for data of the client: nothing is read behind it until it is known whether it does. */
export function awaitsData(executions: readonly Execution[]): boolean {
  return executions.some(({ copy }) => copy === 'in');
}

/** The client has said CopyDone or CopyFail. False: the target had failed before that was whole. */
export function endOfData(session: Session): boolean {
  const { copy } = session;
  if (copy?.kind !== 'in' || !copy.open) return false;
  closeIn(session, copy);
  return true;
}

/** The execution has ended. Answers the bytes that the client sent for it. */
export function endCopy(session: Session, failed: boolean): number {
  const { copy } = session;
  if (copy === null) return 0;
  session.copy = null;
  if (!failed && copy.open) throw new WireError('a copy ends before its data');
  if (copy.kind === 'out') return 0;
  // The target noticed a failure while the client was still sending: that is swallowed from here on.
  if (copy.open) closeIn(session, copy);
  return copy.bytes;
}

/** CopyData from the target fits what it owes. */
export function expectCopyData(session: Session): void {
  if (session.copy?.kind !== 'out' || !session.copy.open) throw new WireError('copied rows come that nobody asked for');
}

/** CopyDone from the target. */
export function endOfRows(session: Session): boolean {
  if (session.copy?.kind !== 'out' || !session.copy.open) return false;
  session.copy.open = false;
  return true;
}

/**
 * A client's message while it may send data. Data is cut through as it arrives; `end` must be gathered; `ignore` is what the
 * target would ignore; `leave` ends the session.
 */
export function copiedIn(copy: CopyIn, framer: Framer, toServer: Outlet): 'passed' | 'end' | 'ignore' | 'leave' {
  const { type, size } = framer;
  switch (type) {
    case fromClient.copyData: {
      const from = framer.position;
      if (framer.passRun(toServer) > 0) {
        copy.bytes += framer.position - from;
      } else {
        copy.bytes += size + 1;
        framer.pass(toServer);
      }
      return 'passed';
    }
    case fromClient.copyDone:
    case fromClient.copyFail:
      if (size > longestEnd) throw new WireError('the end of copied data is too long');
      return 'end';
    case fromClient.flush:
    case fromClient.sync:
      if (size !== 4) throw new WireError('a message without content has some');
      return 'ignore';
    case fromClient.terminate:
      return 'leave';
    default:
      throw new WireError('only copied data may follow COPY FROM STDIN');
  }
}

/** PostgreSQL's own bound on CopyFail (PQ_SMALL_MESSAGE_LIMIT). */
const longestEnd = 10_000;

function closeIn(session: Session, copy: CopyIn): void {
  copy.open = false;
  // A simple query may begin another COPY: what comes next belongs there, or nowhere.
  if (copy.slot.kind === 'simple') session.settling = copy.slot;
}

function copying(slot: Slot | undefined): ExecuteSlot | SimpleSlot | null {
  if (slot?.kind === 'execute') return slot;
  return slot?.kind === 'simple' && !slot.failed ? slot : null;
}

function directionOf(slot: ExecuteSlot | SimpleSlot): CopyDirection | null {
  return slot.kind === 'execute' ? slot.execution.copy : (slot.executions[slot.index]?.copy ?? null);
}
