import type { Session } from './session.ts';
import type { Tally } from './tally.ts';

/**
 * The session is over while the target still owes answers: how those statements end is not known, and what has left of their
 * rows counts all the same. Who hangs up in time must not be counted for less.
 */
export function noteUnfinished({ replies }: Session, tally: Tally): void {
  for (const slot of replies.rest()) {
    if (slot.kind === 'execute') tally.end(slot.execution, 'unfinished', null);
    if (slot.kind !== 'simple' || slot.failed) continue;
    for (const execution of slot.executions.slice(slot.index)) tally.end(execution, 'unfinished', null);
  }
}
