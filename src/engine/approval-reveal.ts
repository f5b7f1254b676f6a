import type { ApprovalRequest } from '../approvals/approval-request.ts';
import { type OriginalStatement, unseal } from '../approvals/sealed-statement.ts';
import { err, ok, type Result } from '../base/result.ts';
import type { Denial } from '../core/denial.ts';
import type { ApprovalId } from '../core/ids.ts';
import { rolesOf } from '../identity/roles.ts';
import { groupsOf } from './approval-news.ts';
import { type ApprovalParts, record } from './approval-parts.ts';
import { noSuch, refuse } from './approval-refusal.ts';
import type { Person, RevealedStatement } from './control.ts';

/** The statement with its literals, for those who may decide and for auditors. The entry is durable before anything is shown. */
export async function reveal(
  parts: ApprovalParts,
  id: ApprovalId,
  person: Person,
): Promise<Result<RevealedStatement, Denial>> {
  const attempt = { approval: id, by: person.principal.id, act: 'reveal' } as const;
  const request = await parts.store.find(id);
  if (request === null) return refuse(parts, attempt, noSuch('request for approval'));
  const original = mayReveal(parts, request, person) ? open(parts, request) : err(notYours);
  if (!original.ok) return refuse(parts, attempt, original.error);
  const fault = await record(parts, [{ type: 'approval.revealed', approval: id, by: person.principal.id }]);
  if (fault !== null) return err(fault);
  return ok({ id, statement: original.value.text.toString(), parameters: shown(original.value) });
}

function mayReveal(parts: ApprovalParts, request: ApprovalRequest, { principal }: Person): boolean {
  if (principal.kind !== 'user' || principal.onBehalfOf !== null) return false;
  const roles = rolesOf(principal, parts.standing().roles);
  const asked = groupsOf(request).some((group) => principal.groups.includes(group));
  return asked || roles.includes('approver') || roles.includes('auditor');
}

function open({ sealKey }: ApprovalParts, { id, sealed }: ApprovalRequest): Result<OriginalStatement, Denial> {
  if (sealed === null) return err(nothingSealed);
  const original = unseal(sealKey, id, sealed);
  return original === null ? err(otherKey) : ok(original);
}

function shown({ parameters }: OriginalStatement): readonly (string | null)[] {
  if (parameters === null) return [];
  const { formats, values } = parameters;
  const [all = 0] = formats;
  return values.map((value, index) => {
    if (value === null) return null;
    const format = formats.length > 1 ? (formats[index] ?? 0) : all;
    return format === 0 ? value.toString() : `\\x${value.toString('hex')}`;
  });
}

const notYours: Denial = {
  code: 'approval_not_yours',
  message: 'only those who may decide on it, and auditors, see the statement with its literals',
};

const nothingSealed: Denial = {
  code: 'not_found',
  message: 'there is no statement behind it: the request is about a connection',
};

const otherKey: Denial = {
  code: 'state_unavailable',
  message: 'the statement was sealed with a key that this instance does not hold',
  hint: 'instances that share their state must share keys/root.secret',
};
