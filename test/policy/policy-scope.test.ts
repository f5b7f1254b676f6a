import assert from 'node:assert/strict';
import { test } from 'node:test';
import { policyToJson } from '@cedar-policy/cedar-wasm/nodejs';
import fc from 'fast-check';
import { actionsNamed, tellsColumnsApart } from '../../src/policy/policy-scope.ts';
import { context, facts, loaded, request, use } from './samples.ts';

function parsed(policy: string) {
  const answer = policyToJson(policy);
  assert.ok(answer.type === 'success');
  return answer.json;
}

test('the actions in the head of a policy', () => {
  const named = (action: string) => actionsNamed(parsed(`permit(principal, ${action}, resource);`));
  assert.equal(named('action'), null);
  assert.deepEqual(named('action == Action::"select"'), new Set(['select']));
  assert.deepEqual(named('action in [Action::"select", Action::"filter"]'), new Set(['select', 'filter']));
  assert.deepEqual(named('action in Action::"select"'), new Set(['select']));
});

const select = 'action == Action::"select"';
const heads: readonly (readonly [string, boolean])[] = [
  [`permit(principal, ${select}, resource)`, false],
  [`permit(principal, ${select}, resource in Table::"clinic/public.a")`, false],
  [`permit(principal, ${select}, resource == Table::"clinic/public.a")`, false],
  [`permit(principal, ${select}, resource is Table)`, false],
  [`permit(principal, ${select}, resource is Table in Schema::"clinic/public")`, false],
  [`permit(principal, ${select}, resource is Column)`, true],
  [`permit(principal, ${select}, resource in Column::"clinic/public.a.x")`, true],
  [`permit(principal, ${select}, resource == Connection::"clinic")`, false],
  [`permit(principal, ${select}, resource) when { resource in [Table::"clinic/public.a"] }`, false],
  [`permit(principal, ${select}, resource) when { resource in [Column::"clinic/public.a.x"] }`, true],
  [`permit(principal, ${select}, resource) when { resource == Table::"clinic/public.a" }`, true],
  [`permit(principal, ${select}, resource) unless { resource is Column }`, true],
  [`permit(principal, ${select}, resource) when { context.statement.filtered }`, false],
  [`permit(principal, action == Action::"unmask", resource == Column::"clinic/public.a.x")`, false],
  [`permit(principal, action == Action::"delete", resource is Table)`, false],
  [`forbid(principal, ${select}, resource is Table) when { resource.protected }`, false],
  [`forbid(principal, ${select}, resource == Table::"clinic/public.a")`, false],
  [`forbid(principal, ${select}, resource == Column::"clinic/public.a.x")`, true],
  [`forbid(principal, action, resource) unless { resource is Table }`, true],
  [`forbid(principal, ${select}, resource) unless { [resource].contains(Table::"clinic/public.a") }`, true],
];

for (const [policy, apart] of heads) {
  test(`${apart ? 'columns matter' : 'tables suffice'}: ${policy}`, () => {
    assert.equal(tellsColumnsApart(parsed(`${policy};`)), apart);
  });
}

test('asking about columns or not gives the same answer, whatever the policies', () => {
  // Never applies to what is asked, and makes every column be asked about.
  const columnsAsked =
    '@id("ask") forbid(principal, action == Action::"select", resource == Column::"clinic/none.none.none");';
  const conditions = [
    '',
    ' when { context.statement.filtered }',
    ' unless { context.statement.limited }',
    ' when { resource in [Table::"clinic/public.b", Table::"clinic/app.c"] }',
    ' unless { resource in Table::"clinic/public.a" }',
  ];
  const heads = [
    'resource',
    'resource in Schema::"clinic/public"',
    'resource in Table::"clinic/public.a"',
    'resource == Table::"clinic/public.a"',
    'resource is Table',
    'resource is Table in Schema::"clinic/public"',
    'resource is Column',
  ];
  const policy = fc.record({
    effect: fc.constantFrom('permit', 'permit', 'forbid'),
    head: fc.constantFrom(...heads),
    condition: fc.constantFrom(...conditions),
  });
  const table = fc.record({
    name: fc.constantFrom('public.a', 'public.b', 'app.c'),
    filtered: fc.boolean(),
    limited: fc.boolean(),
    columns: fc.subarray(['x', 'y']),
  });
  fc.assert(
    fc.property(
      fc.array(policy, { maxLength: 4 }),
      fc.array(table, { minLength: 1, maxLength: 2 }),
      (drawn, tables) => {
        const texts = drawn.map(
          ({ effect, head, condition }, index) =>
            `@id("p${index}") ${effect}(principal, ${select}, ${head})${condition};`,
        );
        const asked = request(facts({ tables: tables.map(({ name, ...change }) => use(name, change)) }), {
          context: context(),
        });
        const kinds = [loaded(texts.join('\n')), loaded([...texts, columnsAsked].join('\n'))].map((set) => {
          const decision = set.decide(asked);
          return decision.kind === 'deny' ? { kind: 'deny', policies: decision.policies } : decision;
        });
        assert.deepEqual(kinds[0], kinds[1]);
      },
    ),
    { numRuns: 60 },
  );
});
