import type { ApprovalRequest } from '../approvals/approval-request.ts';
import { type Asked, byWidth, covers } from '../approvals/covers.ts';
import type { Grant } from '../approvals/grant.ts';
import { askedOf } from './approval-filing.ts';
import { type ApprovalParts, record } from './approval-parts.ts';
import type { Held } from './held.ts';

/** The narrowest grant that covers it, used by this call; a `once` is used up. Null: there is none. */
export async function claim(parts: ApprovalParts, held: Held): Promise<Grant | null> {
  const asked = askedOf(parts, held);
  const active = await parts.store.listGrants({
    states: ['active'],
    principal: asked.principal,
    connection: asked.connection,
    limit: 1000,
  });
  for (const grant of active.filter((one) => mayCover(one, asked)).sort(byWidth)) {
    const request = grant.kind.kind === 'approval' ? await parts.store.find(grant.kind.approval) : null;
    const used = await use(parts, grant, request, asked);
    if (used !== null) return used;
  }
  return null;
}

/**
 * Saves reading what each grant was given for, and locking it: all that cover a statement have its fingerprint, and a `once` its
 * digest. Hundreds of one shape may be approved at once.
 */
function mayCover({ kind }: Grant, { binding }: Asked): boolean {
  if (kind.kind === 'break-glass') return true;
  if (kind.scope === 'once' && kind.binding.digest !== binding.digest) return false;
  return kind.binding.fingerprint === binding.fingerprint;
}

/** Looks at it once more, alone: another instance may have used it up, and its time may be over. */
async function use(
  parts: ApprovalParts,
  { id }: Grant,
  request: ApprovalRequest | null,
  asked: Asked,
): Promise<Grant | null> {
  const taken: { grant: Grant | null } = { grant: null };
  await parts.store.changeGrant(id, async (grant) => {
    const now = parts.clock.now();
    if (!covers(grant, request, asked, now)) return null;
    const uses = grant.uses + 1;
    if (!isOnce(grant)) {
      taken.grant = { ...grant, uses };
      return taken.grant;
    }
    const fault = await record(parts, [{ type: 'grant.ended', grant: id, state: 'used', by: null, uses }]);
    if (fault !== null) return null;
    if (request !== null) await parts.store.changeRequest(request.id, markUsed);
    taken.grant = { ...grant, uses, state: 'used', endedAt: now };
    return taken.grant;
  });
  return taken.grant;
}

async function markUsed(request: ApprovalRequest): Promise<ApprovalRequest | null> {
  return request.state === 'approved' ? { ...request, state: 'used' } : null;
}

function isOnce({ kind }: Grant): boolean {
  return kind.kind === 'approval' && kind.scope === 'once';
}
