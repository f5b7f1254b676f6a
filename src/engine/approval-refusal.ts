import { err, type Result } from '../base/result.ts';
import type { Denial } from '../core/denial.ts';
import type { ApprovalRefused } from '../ledger/event.ts';
import { type ApprovalParts, record } from './approval-parts.ts';

/** A "no" to a person, and its entry. Where the ledger is what refused, there is nothing to add. */
export async function refuse(
  parts: ApprovalParts,
  attempt: Pick<ApprovalRefused, 'approval' | 'by' | 'act'>,
  denial: Denial,
): Promise<Result<never, Denial>> {
  if (denial.code === 'ledger_unavailable') return err(denial);
  const fault = await record(parts, [{ type: 'approval.refused', ...attempt, code: denial.code }]);
  return err(fault ?? denial);
}

export function noSuch(what: 'request for approval' | 'grant'): Denial {
  return { code: 'not_found', message: `there is no ${what} of this id`, hint: 'list them, and copy the id whole' };
}
