import type { Slot } from './replies.ts';
import type { Session } from './session.ts';
import type { Tally } from './tally.ts';

/** The oldest thing that the target owes has failed. */
export function failHead(session: Session, tally: Tally, sqlstate: string): void {
  const head = session.replies.head;
  // Sync itself can fail (a deferred constraint): ReadyForQuery follows all the same.
  if (head === undefined || head.kind === 'sync') return;
  if (head.kind === 'simple') {
    if (!head.failed) failSimple(head.executions.slice(head.index), tally, sqlstate);
    head.failed = true;
    return;
  }
  if (head.kind === 'stand-in' && head.simple) {
    head.failed = true;
    return;
  }
  skipToSync(session, tally, sqlstate);
}

function failSimple(left: Extract<Slot, { kind: 'simple' }>['executions'], tally: Tally, sqlstate: string): void {
  const [failed, ...skipped] = left;
  if (failed !== undefined) tally.end(failed, 'failed', sqlstate);
  for (const execution of skipped) tally.end(execution, 'skipped', null);
}

/**
 * In the extended protocol the target answers nothing further up to a Sync, simple queries included (manual 54.2.3). Where
 * that Sync is not sent yet, nothing before it needs to be.
 */
function skipToSync(session: Session, tally: Tally, sqlstate: string): void {
  const { replies } = session;
  const failed = replies.head;
  for (let slot = failed; slot !== undefined && slot.kind !== 'sync'; slot = replies.head) {
    leaveUnanswered(session, tally, slot, slot === failed ? sqlstate : null);
    session.settle(slot);
  }
  if (replies.head === undefined) session.skipping = true;
}

/** @param sqlstate of the failure, or null where the message was skipped */
function leaveUnanswered(session: Session, tally: Tally, slot: Slot, sqlstate: string | null): void {
  const { statements, portals } = session;
  switch (slot.kind) {
    case 'parse':
      statements.drop(slot.change);
      return;
    case 'bind':
      portals.drop(slot.change);
      return;
    case 'close':
      if (slot.statement !== null) statements.drop(slot.statement);
      if (slot.portal !== null) portals.drop(slot.portal);
      return;
    case 'describe-portal':
      slot.portal.described = slot.portal.description !== null;
      return;
    case 'execute':
      if (slot.portal.execution !== slot.execution) return;
      tally.end(slot.execution, sqlstate === null ? 'skipped' : 'failed', sqlstate);
      slot.portal.execution = null;
      return;
    case 'simple':
      for (const execution of slot.executions) tally.end(execution, 'skipped', null);
      return;
    case 'describe-statement':
    case 'describe-cursor':
    case 'execute-nothing':
    case 'stand-in':
    case 'sync':
  }
}
