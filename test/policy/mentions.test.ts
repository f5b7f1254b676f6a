import assert from 'node:assert/strict';
import { test } from 'node:test';
import { policyToJson } from '@cedar-policy/cedar-wasm/nodejs';
import { contextMentions } from '../../src/policy/mentions.ts';

function mentionsOf(condition: string): readonly string[] {
  const answer = policyToJson(`permit(principal, action, resource) when { ${condition} };`);
  assert.ok(answer.type === 'success');
  const mentions = contextMentions([answer.json.conditions]);
  return paths.filter((path) => mentions.has(path));
}

const paths = ['session.rows', 'session.statements', 'origin.ref', 'origin.runId', 'onBehalfOf', 'reason', 'time'];

const cases: readonly (readonly [string, readonly string[]])[] = [
  ['true', []],
  ['principal.session.rows == 1', []],
  ['context.session.rows > 1', ['session.rows']],
  ['context["session"]["rows"] > 1', ['session.rows']],
  ['context has session', ['session.rows', 'session.statements']],
  ['context has session.rows', ['session.rows']],
  ['context.session has rows', ['session.rows']],
  ['context has reason', ['reason']],
  ['context.onBehalfOf.issuer == "x"', ['onBehalfOf']],
  ['context.onBehalfOf in Group::"x"', ['onBehalfOf']],
  ['context.session == {rows: 1}', ['session.rows', 'session.statements']],
  ['[context.origin].contains({ref: "x"})', ['origin.ref', 'origin.runId']],
  ['context == {}', paths],
  ['(if true then context else context).reason == "x"', paths],
  ['[{a: context.time}].contains({a: context.time})', ['time']],
  [
    'if context.reason like "x*" then context.origin.ref == "m" else !(context.time > context.time)',
    ['origin.ref', 'reason', 'time'],
  ],
  ['context.time.toTime() > duration("1h")', ['time']],
];

for (const [condition, expected] of cases) {
  test(`mentions of ${condition}`, () => assert.deepEqual(mentionsOf(condition), expected));
}
