import type { Denial } from '../../core/denial.ts';
import type { StatementId } from '../../core/ids.ts';
import { encodeParse, encodeQuery } from './messages.ts';
import type { Slot } from './replies.ts';
import type { Session } from './session.ts';
import type { Wire } from './wire.ts';

/**
 * Sends a message that cannot but fail in the place of the denied one. Order of answers, the state of the transaction and
 * skipping up to Sync are then the target's own. A named statement is used, since a failing unnamed Parse would take the
 * client's unnamed statement away.
 */
export function standIn(session: Session, wire: Wire, denial: Denial, id: StatementId | null, simple: boolean): Slot {
  const text = id === null ? 'sluice: denied' : `sluice: denied ${id}`;
  const slot: Slot = { kind: 'stand-in', denial, id, simple, failed: false };
  session.replies.push(slot);
  session.replies.demand();
  if (!simple) session.skipping = true;
  wire.toServer.write(simple ? encodeQuery(text) : encodeParse('sluice_denied', text));
  return slot;
}
