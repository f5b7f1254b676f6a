import { unreachable } from '../base/unreachable.ts';
import type { ColumnName } from '../core/facts.ts';
import type { BoundBy, Decision, DecisionRequest } from './decision.ts';
import { approvers, type DenialText, failedText, forbiddenText, heldText, unpermittedText } from './denial-text.ts';
import type { LoadedPolicy } from './loaded-policy.ts';
import type { Outcome } from './outcome.ts';

/**
 * One decision from the outcomes of all accesses (design 6): the first that is refused refuses the statement, then any that
 * is held holds it. `unmask` neither refuses nor holds: what is not granted stays masked.
 */
export function combine(outcomes: readonly Outcome[], request: DecisionRequest): Decision {
  const required = outcomes.filter(({ access }) => access.action !== 'unmask');
  for (const outcome of required) {
    const denial = denialOf(outcome, request);
    if (denial !== null) return denial;
  }
  const held = required.filter((outcome) => outcome.kind === 'held');
  const [first] = held;
  if (first === undefined) return allow(outcomes);
  const requests = held.map(({ access, policies }) => ({
    access,
    policies: ids(policies),
    groups: approvers(policies),
  }));
  return {
    kind: 'hold',
    policies: ids(held.flatMap(({ policies }) => policies)),
    access: first.access,
    groups: approvers(first.policies),
    requests,
    ...heldText(first),
  };
}

function denialOf(outcome: Outcome, request: DecisionRequest): Decision | null {
  switch (outcome.kind) {
    case 'permitted':
    case 'held':
      return null;
    case 'forbidden':
      return deny(outcome, ids(outcome.policies), forbiddenText(outcome, request));
    case 'unpermitted':
      return deny(outcome, [], unpermittedText(outcome, request));
    case 'failed':
      return deny(outcome, [], failedText(outcome));
    default:
      return unreachable(outcome);
  }
}

function deny({ access }: Outcome, policies: readonly string[], text: DenialText): Decision {
  return { kind: 'deny', policies, access, ...text };
}

function allow(outcomes: readonly Outcome[]): Decision {
  const permitted = outcomes.filter((outcome) => outcome.kind === 'permitted');
  const permits = permitted.flatMap(({ policies }) => policies);
  const unmasked: ColumnName[] = permitted.flatMap(({ access: { action, resource } }) =>
    action === 'unmask' && resource.kind === 'column' ? [resource.column] : [],
  );
  return { kind: 'allow', policies: ids(permits), unmasked, maxRows: strictest(permits) };
}

/** Every permit that helped a statement through bounds it, whatever others allow; of equals, the first by the alphabet. */
function strictest(permits: readonly LoadedPolicy[]): BoundBy | null {
  let bound: BoundBy | null = null;
  for (const { id, terms } of permits) {
    if (terms.maxRows === null) continue;
    const closer = bound === null || terms.maxRows < bound.rows || (terms.maxRows === bound.rows && id < bound.policy);
    if (closer) bound = { rows: terms.maxRows, policy: id };
  }
  return bound;
}

function ids(policies: readonly LoadedPolicy[]): readonly string[] {
  return [...new Set(policies.map(({ id }) => id))].sort();
}
