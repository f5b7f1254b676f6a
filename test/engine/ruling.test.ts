import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StatementFacts } from '../../src/core/facts.ts';
import { ruleOn } from '../../src/engine/ruling.ts';
import type { Decision } from '../../src/policy/decision.ts';

const ssn = { schema: 'public', name: 'patients', column: 'ssn', class: 'ssn' };
const mrn = { schema: 'public', name: 'patients', column: 'mrn', class: 'mrn' };
const facts: StatementFacts = {
  verb: 'select',
  construct: 'SelectStmt',
  tables: [],
  routines: [],
  controls: [],
  outputs: [{ kind: 'clear' }],
  effects: [],
  normalised: 'select ?',
};
const allow = (
  unmasked: readonly (typeof ssn)[] = [],
  maxRows: number | null = null,
): Extract<Decision, { kind: 'allow' }> => ({
  kind: 'allow',
  policies: ['p'],
  unmasked,
  unmaskedFields: [],
  maxRows: maxRows === null ? null : { rows: maxRows, policy: 'few' },
});
const denied: Extract<Decision, { kind: 'deny' }> = {
  kind: 'deny',
  policies: [],
  access: {
    action: 'filter',
    resource: { kind: 'column', column: ssn, protected: true },
    use: 'where',
    lookup: true,
    filtered: false,
    limited: false,
    class: null,
  },
  message: 'no policy permits filter on public.patients.ssn',
  hint: null,
};

const cases: readonly {
  readonly name: string;
  readonly facts: Partial<StatementFacts>;
  readonly decision: Decision;
  readonly code: string | null;
}[] = [
  { name: 'a clear result passes', facts: {}, decision: allow(), code: null },
  {
    name: 'a bare protected column passes, to be masked',
    facts: { outputs: [{ kind: 'bare', column: ssn, class: 'ssn' }] },
    decision: allow(),
    code: null,
  },
  {
    name: 'an expression over a protected column does not',
    facts: { outputs: [{ kind: 'derived', columns: [ssn] }] },
    decision: allow(),
    code: 'protected_use',
  },
  {
    name: 'not even with half of it granted',
    facts: { outputs: [{ kind: 'derived', columns: [ssn, mrn] }] },
    decision: allow([ssn]),
    code: 'protected_use',
  },
  {
    name: 'it passes with all of it granted',
    facts: { outputs: [{ kind: 'derived', columns: [ssn, mrn] }] },
    decision: allow([ssn, mrn]),
    code: null,
  },
  {
    name: 'a bound on rows passes, to be enforced',
    facts: {},
    decision: allow([], 10),
    code: null,
  },
  {
    name: 'a bound on the rows of COPY refuses',
    facts: { verb: 'copy', outputs: null },
    decision: allow([], 10),
    code: 'policy_denied',
  },
  {
    name: 'a filter that is not granted refuses',
    facts: { controls: [{ column: ssn, use: 'where', lookup: true }] },
    decision: denied,
    code: 'protected_use',
  },
  {
    name: 'what masking cannot do is refused before anybody is asked',
    facts: { outputs: [{ kind: 'derived', columns: [ssn, mrn] }] },
    decision: held(),
    code: 'protected_use',
  },
];

function held(): Extract<Decision, { kind: 'hold' }> {
  return {
    kind: 'hold',
    policies: ['w'],
    access: denied.access,
    groups: ['compliance'],
    requests: [],
    approved: allow([]),
    message: 'asks',
    hint: null,
  };
}

test('a hold passes once it is approved, and only its preparation does before', () => {
  const ruling = ruleOn(facts, held(), false);
  assert.equal(ruling.kind, 'hold');
  assert.equal(ruling.record.decision, 'hold');
  assert.deepEqual(ruling.record.policies, ['w']);
  assert.equal(ruling.kind === 'hold' && ruling.approved.record.decision, 'allow');
});

for (const { name, facts: given, decision, code } of cases) {
  test(name, () => {
    const ruling = ruleOn({ ...facts, ...given }, { ...decision }, false);
    assert.equal(ruling.kind, code === null ? 'allow' : 'deny');
    assert.equal(ruling.record.code, code);
    assert.equal(ruling.record.decision, code === null ? 'allow' : 'deny');
  });
}

test('a bound applies to rows that are returned, and names its policy', () => {
  const bounded = ruleOn(facts, allow([], 10), false);
  assert.deepEqual(bounded.kind === 'allow' && bounded.maxRows?.rows, 10);
  assert.match(
    (bounded.kind === 'allow' && bounded.maxRows?.denial.message) || '',
    /^the policy "few" allows at most 10 rows$/,
  );
  const written = ruleOn({ ...facts, verb: 'update', outputs: null }, allow([], 10), false);
  assert.equal(written.kind === 'allow' && written.maxRows, null);
});

test('the record says what leaves masked, and no more of a long text than fits', () => {
  const long = `select ${'é'.repeat(5000)}`;
  const { record } = ruleOn(
    {
      ...facts,
      normalised: long,
      outputs: [
        { kind: 'bare', column: ssn, class: 'ssn' },
        { kind: 'bare', column: mrn, class: 'mrn' },
      ],
    },
    allow([mrn]),
    false,
  );
  assert.deepEqual(record.columns, [
    { column: 'public.patients.ssn', class: 'ssn', masked: true },
    { column: 'public.patients.mrn', class: 'mrn', masked: false },
  ]);
  assert.ok(Buffer.byteLength(record.text ?? '') <= 4096);
  assert.ok(long.startsWith(record.text ?? 'x'));
});

test('one decision on other facts is ruled on anew', () => {
  const decision = allow();
  const clear = ruleOn(facts, decision, false);
  const derived = ruleOn({ ...facts, outputs: [{ kind: 'derived', columns: [ssn] }] }, decision, false);
  assert.equal(clear.kind, 'allow');
  assert.equal(derived.kind, 'deny');
  assert.equal(ruleOn(facts, decision, false).kind, 'allow');
});
