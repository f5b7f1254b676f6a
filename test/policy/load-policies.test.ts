import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultLine } from '../../src/policy/policy-fault.ts';
import { PolicySet } from '../../src/policy/policy-set.ts';
import { loaded } from './samples.ts';

function faultsOf(...texts: readonly string[]): readonly string[] {
  const result = PolicySet.load(texts.map((text, index) => ({ name: `${'ab'[index]}.cedar`, text })));
  return result.ok ? [] : result.error.map(faultLine);
}

const scope = 'principal, action, resource';

const cases: readonly { readonly name: string; readonly text: string; readonly faults: readonly string[] }[] = [
  { name: 'nothing at all', text: '', faults: [] },
  { name: 'only a comment', text: '// permit(principal, action, resource);', faults: [] },
  { name: 'a policy', text: `@id("a") permit(${scope});`, faults: [] },
  { name: 'no id', text: `\n  permit(${scope});`, faults: ['a.cedar:2:3: missing @id("...")'] },
  {
    name: 'an id twice',
    text: `@id("a") permit(${scope});\n\n@id("a") forbid(${scope});`,
    faults: ['a.cedar:3:1: @id("a") is taken by the policy at a.cedar:1'],
  },
  {
    name: 'two ids on one policy',
    text: `@id("a") @id("b") permit(${scope});`,
    faults: ['a.cedar:1:10: duplicate annotation: @id'],
  },
  {
    name: 'no semicolon',
    text: `@id("a") permit(${scope})`,
    faults: ['a.cedar:1:45: unexpected end of input; expected `;` or identifier'],
  },
  {
    name: 'an unknown principal variable, after a character of two bytes',
    text: `// é\n@id("a") @description("é") permit(principl, action, resource);`,
    faults: [
      'a.cedar:2:35: found an invalid variable in the policy scope: principl; policy scopes must contain a `principal`, `action`, and `resource` element in that order',
    ],
  },
  {
    name: 'a template',
    text: '@id("a") permit(principal == ?principal, action, resource);',
    faults: ['a.cedar:1:1: templates (?principal, ?resource) are not supported: name the entity'],
  },
  {
    name: 'an unknown action',
    text: '@id("a") permit(principal, action == Action::"unmas", resource);',
    faults: ['a.cedar:1:38: unrecognized action `Action::"unmas"`; did you mean `Action::"unmask"`?'],
  },
  {
    name: 'an attribute that not every resource of the head has',
    text: '@id("a") forbid(principal, action == Action::"delete", resource) when { resource.protected };',
    faults: ['a.cedar:1:73: attribute `protected` on entity type `Connection` not found'],
  },
  {
    name: 'an optional attribute that is not tested for',
    text: `@id("a") permit(${scope}) when { context.purpose == "HOPERAT" };`,
    faults: [
      'a.cedar:1:53: unable to guarantee safety of access to optional attribute `purpose` in context for Action::"call"; try testing for the attribute\'s presence with `context has purpose && ..`',
    ],
  },
  {
    name: 'a policy that can never apply',
    text: '@id("a") permit(principal == Group::"pipelines", action, resource);',
    faults: [
      'a.cedar:1:1: unable to find an applicable action given the policy scope constraints; try replacing `==` with `in` in the principal clause',
    ],
  },
  {
    name: 'a name that looks like another',
    text: '@id("a") permit(principal in Group::"pipelin\u0435s", action, resource);',
    faults: ['a.cedar:1:1: identifier `pipelin\u0435s` contains mixed scripts'],
  },
  {
    name: 'an id that no table has',
    text: '@id("a")\nforbid(principal, action == Action::"select", resource == Table::"public.patients");',
    faults: [
      'a.cedar:2:59: Table::"public.patients" is not how a table is named: write Table::"clinic/public.patients"',
    ],
  },
  {
    name: 'an unknown annotation',
    text: `@id("a") @mask("x") permit(${scope});`,
    faults: [
      'a.cedar:1:10: unknown annotation @mask; known are id, description, approval, quorum, scope, ttl, wait, reason, purpose, validUntil, maxRows',
    ],
  },
  {
    name: 'an approval on a forbid',
    text: `@id("a") @approval("compliance") forbid(${scope});`,
    faults: ['a.cedar:1:10: @approval has no meaning on a forbid'],
  },
];

for (const { name, text, faults } of cases) {
  test(`load: ${name}`, () => assert.deepEqual(faultsOf(text), faults));
}

test('load: all faults of all files at once, by file and line', () => {
  const faults = faultsOf(
    `permit(${scope}) when { 1 ++ };\n@id("x") @quorum("0") permit(${scope});\npermit(${scope});`,
    `@id("x") forbid(principal, action == Action::"drop", resource);`,
  );
  assert.deepEqual(
    faults.map((fault) => fault.split(': ')[0]),
    ['a.cedar:1:47', 'a.cedar:2:10', 'a.cedar:2:10', 'a.cedar:3:1', 'b.cedar:1:1', 'b.cedar:1:38'],
  );
});

test('load: what surfaces list of a policy', () => {
  const { policies } = loaded(
    `// first\n@id("b")\n@description("why")\n@maxRows("10") permit(${scope});`,
    `@id("a") forbid(${scope});`,
  );
  assert.deepEqual(policies, [
    {
      id: 'b',
      effect: 'permit',
      description: 'why',
      file: '0.cedar',
      line: 2,
      annotations: { id: 'b', description: 'why', maxRows: '10' },
    },
    { id: 'a', effect: 'forbid', description: '', file: '1.cedar', line: 1, annotations: { id: 'a' } },
  ]);
});

test('load: the digest is of names and texts, whatever the order of the files', () => {
  const a = { name: 'a.cedar', text: `@id("a") permit(${scope});` };
  const b = { name: 'b.cedar', text: `@id("b") permit(${scope});` };
  const digest = (...files: readonly { name: string; text: string }[]): string => {
    const result = PolicySet.load(files);
    assert.ok(result.ok);
    return result.value.digest;
  };
  assert.match(digest(), /^[0-9a-f]{64}$/);
  assert.equal(digest(a, b), digest(b, a));
  const others = [digest(a), digest({ ...a, name: 'a0.cedar' }, b), digest({ ...a, text: `${a.text} ` }, b), digest()];
  assert.equal(new Set([digest(a, b), ...others]).size, 5);
});
