import { createHash } from 'node:crypto';
import { columnLabel } from '../core/catalogue.ts';
import type { Denial } from '../core/denial.ts';
import type { ClassedColumn, ColumnName, ControlUse, StatementFacts } from '../core/facts.ts';
import type { RowLimit } from '../core/question.ts';
import type { StatementDecided } from '../ledger/event.ts';
import type { Decision } from '../policy/decision.ts';
import { rowLimit, unboundableCopy } from './row-limit.ts';

/** What becomes of one statement: policy's decision, joined with what masking can and cannot do. */
export type Ruling =
  | {
      readonly kind: 'allow';
      readonly facts: StatementFacts;
      /** Protected output columns that leave as they are. */
      readonly unmasked: readonly ColumnName[];
      /** Classes of the protected columns that its result holds, masked or not. */
      readonly classes: readonly string[];
      /** How many rows may leave; null where policy does not say, or where there are none. */
      readonly maxRows: RowLimit | null;
      /** What its ledger entry says, session and statement aside. Shared by every execution. */
      readonly record: DecidedRecord;
    }
  | {
      /** Only an approval lets it pass. */
      readonly kind: 'hold';
      readonly facts: StatementFacts;
      readonly decision: Extract<Decision, { kind: 'hold' }>;
      readonly approved: Extract<Ruling, { kind: 'allow' }>;
      /** Of its preparation, which is not held. */
      readonly record: DecidedRecord;
    }
  | { readonly kind: 'deny'; readonly facts: StatementFacts; readonly denial: Denial; readonly record: DecidedRecord };

export type DecidedRecord = Omit<StatementDecided, 'type' | 'session' | 'statement' | 'step'>;

/**
 * The same ruling object for the same facts and decision, so that what is derived from it is derived once. `counted`: the
 * policies that decided speak of what results came to.
 */
export function ruleOn(facts: StatementFacts, decision: Decision, counted: boolean): Ruling {
  const known = rulings.get(decision);
  if (known !== undefined && known.facts === facts) return known;
  const ruling = rule(facts, decision, counted);
  rulings.set(decision, ruling);
  return ruling;
}

const rulings = new WeakMap<Decision, Ruling>();

function rule(facts: StatementFacts, decision: Decision, counted: boolean): Ruling {
  if (decision.kind === 'hold') {
    // What masking cannot do is refused before anybody is asked.
    const approved = rule(facts, decision.approved, counted);
    if (approved.kind !== 'allow') return approved;
    const held: DecidedRecord = {
      ...approved.record,
      decision: 'hold',
      policies: Object.freeze([...decision.policies]),
    };
    return { kind: 'hold', facts, decision, approved, record: held };
  }
  const denial = decision.kind === 'deny' ? refusalOf(facts, decision) : allowedDenial(facts, decision);
  const record = recordOf(facts, decision, denial);
  if (denial !== null) return { kind: 'deny', facts, denial, record };
  if (decision.kind !== 'allow') throw new Error('a decision that does not allow is a denial');
  return {
    kind: 'allow',
    facts,
    unmasked: decision.unmasked,
    classes: classesOf(facts),
    maxRows: rowLimit(facts, decision.maxRows, counted),
    record,
  };
}

function refusalOf(facts: StatementFacts, decision: Extract<Decision, { kind: 'deny' }>): Denial {
  const control = facts.controls.find((use) => isAbout(decision, use));
  if (control !== undefined && decision.policies.length === 0) return ungrantedControl(control);
  return {
    code: 'policy_denied',
    message: decision.message,
    ...(decision.hint === null ? {} : { hint: decision.hint }),
  };
}

function allowedDenial(facts: StatementFacts, decision: Extract<Decision, { kind: 'allow' }>): Denial | null {
  return unboundableCopy(facts, decision.maxRows) ?? derivedDenial(facts, decision.unmasked);
}

function classesOf({ outputs }: StatementFacts): readonly string[] {
  return [...new Set(protectedIn(outputs).map((column) => column.class))];
}

/** The protected columns that a result tells something of, computed or as they are. */
function protectedIn(outputs: StatementFacts['outputs']): readonly ClassedColumn[] {
  return (outputs ?? []).flatMap((output) => {
    if (output.kind === 'clear') return [];
    return output.kind === 'bare' ? [{ ...output.column, class: output.class }] : output.columns;
  });
}

/** An expression over protected columns cannot be masked: it passes only where every one of them may be seen. */
function derivedDenial(facts: StatementFacts, unmasked: readonly ColumnName[]): Denial | null {
  const clear = new Set(unmasked.map(columnLabel));
  for (const output of facts.outputs ?? []) {
    if (output.kind !== 'derived') continue;
    const hidden = output.columns.find((column) => !clear.has(columnLabel(column)));
    if (hidden === undefined) continue;
    return {
      code: 'protected_use',
      message: `${columnLabel(hidden)} is used in an expression of the result, which cannot be masked`,
      hint: 'select the column by itself, which returns it masked; or ask for a policy that permits `unmask` on it',
    };
  }
  return null;
}

function isAbout(decision: Extract<Decision, { kind: 'deny' }>, use: ControlUse): boolean {
  const { action, resource } = decision.access;
  return action === 'filter' && resource.kind === 'column' && columnLabel(resource.column) === columnLabel(use.column);
}

function ungrantedControl(use: ControlUse): Denial {
  return {
    code: 'protected_use',
    message: `${columnLabel(use.column)} is used ${positions[use.use]}; \`filter\` on it is not granted`,
    hint: 'use a column that is not protected, or ask for a policy that permits `filter` on it',
  };
}

const positions = {
  where: 'in WHERE',
  join: 'in a join condition',
  order: 'in ORDER BY',
  group: 'in GROUP BY or DISTINCT',
  limit: 'in LIMIT or OFFSET',
  test: 'in a test',
} as const;

function recordOf(
  facts: StatementFacts,
  decision: Exclude<Decision, { kind: 'hold' }>,
  denial: Denial | null,
): DecidedRecord {
  const unmasked = new Set(decision.kind === 'allow' ? decision.unmasked.map(columnLabel) : []);
  const columns = new Map<string, DecidedRecord['columns'][number]>();
  for (const name of protectedIn(facts.outputs)) {
    const column = columnLabel(name);
    columns.set(column, { column, class: name.class, masked: !unmasked.has(column) });
  }
  return {
    decision: denial === null ? 'allow' : 'deny',
    policies: Object.freeze([...decision.policies]),
    code: denial?.code ?? null,
    verb: facts.verb,
    text: prefix(facts.normalised),
    digest: createHash('sha256').update(facts.normalised).digest('hex'),
    // Shared by every entry of this ruling, and therefore spelt only once.
    tables: Object.freeze([...new Set(facts.tables.map((use) => `${use.relation.schema}.${use.relation.name}`))]),
    columns: Object.freeze([...columns.values()].map((column) => Object.freeze(column))),
  };
}

/** At most 4 KiB of UTF-8, never half a character. The digest is of the whole. */
function prefix(text: string): string {
  if (text.length <= PREFIX_BYTES / 4) return text;
  const bytes = Buffer.from(text);
  if (bytes.length <= PREFIX_BYTES) return text;
  let end = PREFIX_BYTES;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}

/** Entries hold at most 32 KiB; the text is the only part of a statement that its author makes long. */
const PREFIX_BYTES = 4096;
