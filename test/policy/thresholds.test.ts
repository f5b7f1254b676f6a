import assert from 'node:assert/strict';
import { test } from 'node:test';
import { policyToJson } from '@cedar-policy/cedar-wasm/nodejs';
import fc from 'fast-check';
import type { StatementFacts } from '../../src/core/facts.ts';
import type { DecisionRequest } from '../../src/policy/decision.ts';
import { sideOf, thresholdsOf } from '../../src/policy/thresholds.ts';
import { context, facts, loaded, request, use } from './samples.ts';

function conditions(text: string): readonly unknown[] {
  const answer = policyToJson(`permit(principal, action, resource) when { ${text} };`);
  if (answer.type === 'failure') assert.fail(text);
  return answer.json.conditions;
}

const read: readonly (readonly [string, readonly number[] | null])[] = [
  ['context.session.rows < 1000', [1000]],
  ['1000 >= context.session.rows', [1000]],
  ['context.session.rows == 7 || !(context.session.rows > 9) || context.session.rows != 7', [7, 9]],
  ['context.session.statements < 5', []],
  ['context.session.rows < context.session.statements', null],
  ['context.session.rows + 1 < 5', null],
  ['context.session.rows < 5 && [context.session.rows].contains(3)', null],
  ['context.session has rows && context.session.rows < 3', [3]],
  ['context has session && context.session.rows < 3', null],
  ['context.session == context.session', null],
  ['context == context', null],
];

for (const [text, expected] of read) {
  test(`thresholds of rows in: ${text}`, () => {
    assert.deepEqual(thresholdsOf(conditions(text), 'session.rows'), expected);
  });
}

test('property: values on the same side compare alike with every threshold', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer(), { maxLength: 5 }), fc.integer(), fc.integer(), (drawn, one, other) => {
      const thresholds = drawn.sort((a, b) => a - b);
      const compared = (value: number) => thresholds.map((threshold) => Math.sign(value - threshold));
      const alike = compared(one).every((sign, at) => sign === compared(other)[at]);
      assert.equal(sideOf(one, thresholds) === sideOf(other, thresholds), alike);
    }),
  );
});

test('a counter below its threshold does not ask Cedar anew', () => {
  const set = loaded(
    '@id("few") permit(principal, action == Action::"select", resource) when { context.principal.rowsHour < 1000 };',
  );
  const asked: StatementFacts = facts({ tables: [use('public.claims')] });
  const at = (rowsHour: number): DecisionRequest => {
    const base = context();
    return request(asked, { context: { ...base, principal: { ...base.principal, rowsHour } } });
  };
  const first = set.decide(at(0));
  assert.equal(first.kind, 'allow');
  assert.equal(set.decide(at(999)), first);
  assert.equal(set.decide(at(1000)).kind, 'deny');
  assert.equal(set.decide(at(5_000_000)).kind, 'deny');
});
