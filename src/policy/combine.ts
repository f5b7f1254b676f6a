import { unreachable } from '../base/unreachable.ts';
import type { ColumnName } from '../core/facts.ts';
import type { FieldName } from '../core/request-facts.ts';
import type { BoundBy, Decision, DecisionRequest, HeldAccess } from './decision.ts';
import {
  accessLabel,
  approvers,
  type DenialText,
  failedText,
  forbiddenText,
  heldText,
  unpermittedText,
} from './denial-text.ts';
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
  return {
    kind: 'hold',
    policies: ids(held.flatMap(({ policies }) => policies)),
    access: first.access,
    groups: approvers(first.policies),
    requests: held.map((outcome) => heldAccess(outcome, request)),
    approved: allow(outcomes.map(asApproved)),
    ...heldText(first),
  };
}

function heldAccess({ access, policies }: Outcome & { kind: 'held' }, { connection }: DecisionRequest): HeldAccess {
  const terms = policies.map((policy) => policy.terms);
  return {
    access,
    label: accessLabel(access, connection),
    policies: policies.map(({ id, description }) => ({ id, description })),
    groups: approvers(policies),
    quorum: Math.max(...terms.map(({ quorum }) => quorum)),
    scope: narrowest(terms.map(({ scope }) => scope)),
    ttlMs: least(terms.map(({ ttlMs }) => ttlMs)),
    waitMs: least(terms.map(({ waitMs }) => waitMs)),
  };
}

/** The scope that covers least. */
export function narrowest(scopes: readonly HeldAccess['scope'][]): HeldAccess['scope'] {
  return scopesByWidth.find((scope) => scopes.includes(scope)) ?? 'once';
}

const scopesByWidth = ['once', 'session', 'run', 'window'] as const;

/** The least of those that are stated; null where none is. */
export function least(durations: readonly (number | null)[]): number | null {
  const stated = durations.filter((duration) => duration !== null);
  return stated.length === 0 ? null : Math.min(...stated);
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

/** `unmask` is not asked for: what only an approval would show stays masked. */
function asApproved(outcome: Outcome): Outcome {
  return outcome.kind === 'held' && outcome.access.action !== 'unmask' ? { ...outcome, kind: 'permitted' } : outcome;
}

function allow(outcomes: readonly Outcome[]): Extract<Decision, { kind: 'allow' }> {
  const permitted = outcomes.filter((outcome) => outcome.kind === 'permitted');
  const permits = permitted.flatMap(({ policies }) => policies);
  const unmasked: ColumnName[] = permitted.flatMap(({ access: { action, resource } }) =>
    action === 'unmask' && resource.kind === 'column' ? [resource.column] : [],
  );
  const unmaskedFields: FieldName[] = permitted.flatMap(({ access: { action, resource } }) =>
    action === 'unmask' && resource.kind === 'field' ? [resource.field] : [],
  );
  return { kind: 'allow', policies: ids(permits), unmasked, unmaskedFields, maxRows: strictest(permits) };
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
