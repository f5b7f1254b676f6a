import { unreachable } from '../base/unreachable.ts';
import type { Decision, DecisionRequest } from './decision.ts';
import { accessLabel } from './denial-text.ts';
import type { Outcome, Why } from './outcome.ts';
import type { Explained } from './policy-set.ts';

/** A decision for people to read: what it is, the way forward, and a line for every access that was asked about. */
export function explanationLines({ decision, outcomes }: Explained, request: DecisionRequest): readonly string[] {
  const labels = outcomes.map(({ access }) => accessLabel(access, request.connection));
  const width = Math.max(0, ...labels.map((label) => label.length));
  const rows = outcomes.map((outcome, index) => {
    const word = outcomeWord(outcome);
    return `  ${word.padEnd(wordWidth)}  ${(labels[index] ?? '').padEnd(width)}  ${outcomeReason(outcome)}`.trimEnd();
  });
  return [...headline(decision), ...rows];
}

/** `permitted`, `masked`: what came of one access. */
export function outcomeWord({ kind, access }: Outcome): string {
  if (access.action === 'unmask') return kind === 'permitted' ? 'unmasked' : 'masked';
  return kind === 'unpermitted' ? 'refused' : kind;
}

function headline(decision: Decision): readonly string[] {
  switch (decision.kind) {
    case 'allow':
      return [
        decision.maxRows === null
          ? 'allow'
          : `allow, at most ${decision.maxRows.rows} rows ("${decision.maxRows.policy}")`,
      ];
    case 'deny':
    case 'hold':
      return [`${decision.kind}: ${decision.message}`, ...(decision.hint === null ? [] : [`hint: ${decision.hint}`])];
    default:
      return unreachable(decision);
  }
}

function outcomeReason(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'permitted':
      return `permit ${names(outcome)}`;
    case 'held':
      return `permit with approval ${names(outcome)}`;
    case 'forbidden':
      return `forbid ${names(outcome)}`;
    case 'unpermitted':
      return (
        outcome.withheld.map(({ policy, why }) => `${policy.id} does not count: ${reasons[why]}`).join(', ') ||
        'no policy'
      );
    case 'failed':
      return `evaluation failed ${names(outcome)}`.trimEnd();
    default:
      return unreachable(outcome);
  }
}

function names({ policies }: Exclude<Outcome, { readonly kind: 'unpermitted' }>): string {
  return policies.map(({ id }) => id).join(', ');
}

const reasons: Readonly<Record<Why, string>> = {
  expired: 'it has expired',
  'no-reason': 'no reason is stated',
  'no-purpose': 'no purpose is stated',
  'not-by-name': 'its head does not name the action',
};

const wordWidth = 'permitted'.length;
