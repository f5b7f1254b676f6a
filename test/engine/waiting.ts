import assert from 'node:assert/strict';
import type { ApprovalRequest } from '../../src/approvals/approval-request.ts';
import { deferred } from '../../src/base/deferred.ts';
import type { Denial } from '../../src/core/denial.ts';
import type { HoldEnd } from '../../src/engine/held.ts';
import type { Office } from '../support/approval-office.ts';
import { type HeldOptions, held } from '../support/approval-samples.ts';

export interface Waiting {
  readonly request: ApprovalRequest;
  readonly end: Promise<HoldEnd>;
  readonly left: AbortController;
}

/** Holds something, and answers once its request is filed. */
export async function waiting(office: Office, options: HeldOptions = {}, waitMs = 60_000): Promise<Waiting> {
  const filed = deferred<ApprovalRequest>();
  const left = new AbortController();
  const end = office.desk.hold(held(options), waitMs, filed.resolve, left.signal);
  const request = await Promise.race([filed.promise, end.then(refusedAtOnce)]);
  return { request, end, left };
}

/** Files it for a retry. */
export async function filed(office: Office, options: HeldOptions = {}): Promise<ApprovalRequest> {
  const end = await office.desk.file(held(options));
  assert.equal(end.kind, 'filed');
  return end.request;
}

export function denialOf(end: { readonly kind: string; readonly denial?: Denial }): Denial {
  assert.ok(end.denial !== undefined, `not refused: ${end.kind}`);
  return end.denial;
}

export const rationale = 'seen with intake, ticket 4711';

function refusedAtOnce(end: HoldEnd): never {
  throw new Error(`not filed: ${JSON.stringify(end)}`);
}
