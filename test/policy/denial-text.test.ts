import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StatementFacts } from '../../src/core/facts.ts';
import { control, facts, loaded, request, routine, use, workload } from './samples.ts';

const read = '@id("s") permit(principal, action == Action::"select", resource);';
const claims = facts({ tables: [use('public.claims')] });

const cases: readonly {
  readonly name: string;
  readonly policies: string;
  readonly facts: StatementFacts | null;
  readonly hint: string;
}[] = [
  {
    name: 'what a policy would have to say',
    policies: '',
    facts: claims,
    hint: 'a policy would have to permit select on Table::"clinic/public.claims" to Workload::"demo/nightly-etl" or Group::"pipelines"',
  },
  {
    name: 'the same for a connection',
    policies: '',
    facts: null,
    hint: 'a policy would have to permit connect on Connection::"clinic" to Workload::"demo/nightly-etl" or Group::"pipelines"',
  },
  {
    name: 'a control use can be left out',
    policies: read,
    facts: facts({ tables: [use('public.patients')], controls: [control('public.patients.ssn', 'order')] }),
    hint: 'leave public.patients.ssn out of order, or have it permitted: a policy would have to permit filter on Column::"clinic/public.patients.ssn" to Workload::"demo/nightly-etl" or Group::"pipelines"',
  },
  {
    name: 'a routine without its schema',
    policies: '',
    facts: facts({ routines: [routine(null, 'f')] }),
    hint: 'write f with its schema: which routine it means is not known',
  },
  {
    name: 'a permit that does not name filter',
    policies: `${read} @id("all") permit(principal, action, resource);`,
    facts: facts({ tables: [use('public.patients')], controls: [control('public.patients.ssn', 'where')] }),
    hint: 'policy "all" covers every action, but filter must be named in a policy\'s head',
  },
  {
    name: 'a forbid that asks for a condition or a limit',
    policies: `${read} @id("f") forbid(principal, action == Action::"select", resource) unless { context.statement.filtered || context.statement.limited };`,
    facts: claims,
    hint: 'give public.claims a WHERE condition that restricts its rows or a constant LIMIT',
  },
  {
    name: 'a forbid that asks for a limit besides the condition that is there',
    policies: `${read} @id("f") forbid(principal, action == Action::"select", resource) unless { context.statement.filtered && context.statement.limited };`,
    facts: facts({ tables: [use('public.claims', { filtered: true })] }),
    hint: 'give public.claims a constant LIMIT',
  },
  {
    name: 'a forbid that asks for nothing',
    policies: `${read} @id("f") forbid(principal, action == Action::"select", resource);`,
    facts: claims,
    hint: 'no other policy can permit select on public.claims while this one stands',
  },
  {
    name: 'an evaluation that failed',
    policies: `${read} @id("e") permit(principal, action, resource) when { context.session.rows + 1 + 9223372036854775807 > 0 };`,
    facts: claims,
    hint: 'policy "e" ended in an error; tell its author',
  },
  {
    name: 'a reason',
    policies: '@id("s") @reason("required") permit(principal, action == Action::"select", resource);',
    facts: claims,
    hint: "policy \"s\" applies once the session states a reason: SET sluice.reason = '...', or connect with options='-c sluice.reason=...'",
  },
];

for (const { name, policies, facts: asked, hint } of cases) {
  test(`hint: ${name}`, () => {
    const decision = loaded(policies).decide(request(asked));
    assert.ok(decision.kind !== 'allow');
    assert.equal(decision.hint, hint);
  });
}

test('hint: hundreds of groups are not spelled out', () => {
  const groups = Array.from({ length: 300 }, (_, index) => `g${index}`);
  const decision = loaded('').decide(request(claims, { principal: workload({ groups }) }));
  assert.ok(decision.kind === 'deny');
  assert.match(decision.hint ?? '', /or Group::"g0" or Group::"g1" or Group::"g2"$/);
});
