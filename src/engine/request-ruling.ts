import { createHash } from 'node:crypto';
import type { Denial } from '../core/denial.ts';
import type { RequestFacts } from '../core/request-facts.ts';
import type { Decision } from '../policy/decision.ts';
import type { DecidedRecord } from './ruling.ts';

/** What becomes of one HTTP request. */
export type RequestRuling =
  | { readonly kind: 'allow'; readonly allowed: AllowedRequest }
  | { readonly kind: 'hold'; readonly decision: Extract<Decision, { kind: 'hold' }>; readonly allowed: AllowedRequest }
  | { readonly kind: 'deny'; readonly denial: Denial; readonly record: DecidedRecord };

export interface AllowedRequest {
  /** Paths of protected fields that leave as they are. */
  readonly unmasked: readonly string[];
  /** Classes of the protected fields that its answer may hold, masked or not. */
  readonly classes: readonly string[];
  /** What its ledger entry says, session and statement aside. */
  readonly record: DecidedRecord;
}

/** The same ruling for the same facts and decision, so that what is derived from it is derived once. */
export function ruleOnRequest(facts: RequestFacts, decision: Decision): RequestRuling {
  const known = rulings.get(decision);
  if (known !== undefined && known.facts === facts) return known.ruling;
  const ruling = rule(facts, decision);
  rulings.set(decision, { facts, ruling });
  return ruling;
}

const rulings = new WeakMap<Decision, { readonly facts: RequestFacts; readonly ruling: RequestRuling }>();

function rule(facts: RequestFacts, decision: Decision): RequestRuling {
  switch (decision.kind) {
    case 'deny': {
      const { message, hint } = decision;
      const denial: Denial = { code: 'policy_denied', message, ...(hint === null ? {} : { hint }) };
      return { kind: 'deny', denial, record: recordOf(facts, decision, denial, []) };
    }
    case 'hold':
      return { kind: 'hold', decision, allowed: allowed(facts, decision.approved) };
    case 'allow':
      return { kind: 'allow', allowed: allowed(facts, decision) };
  }
}

function allowed(facts: RequestFacts, decision: Extract<Decision, { kind: 'allow' }>): AllowedRequest {
  const unmasked = decision.unmaskedFields.map(({ path }) => path);
  return {
    unmasked,
    classes: [...new Set(facts.fields.map((field) => field.class))],
    record: recordOf(facts, decision, null, unmasked),
  };
}

/** A route stands where a table does, and a path where a column does. */
function recordOf(
  { verb, route, fields, normalised }: RequestFacts,
  { policies }: Decision,
  denial: Denial | null,
  unmasked: readonly string[],
): DecidedRecord {
  return {
    decision: denial === null ? 'allow' : 'deny',
    policies: Object.freeze([...policies]),
    code: denial?.code ?? null,
    verb,
    text: normalised,
    digest: createHash('sha256').update(normalised).digest('hex'),
    // Shared by every entry of this ruling, and therefore spelt only once.
    tables: Object.freeze([route]),
    columns: Object.freeze(
      fields.map(({ path, class: name }) =>
        Object.freeze({ column: path, class: name, masked: !unmasked.includes(path) }),
      ),
    ),
  };
}
