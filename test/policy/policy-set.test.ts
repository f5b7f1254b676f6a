import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StatementFacts } from '../../src/core/facts.ts';
import { principalId } from '../../src/core/principal.ts';
import type { Decision, DecisionRequest } from '../../src/policy/decision.ts';
import { bare, column, context, control, facts, loaded, refusal, request, routine, use, workload } from './samples.ts';

const select = 'principal, action == Action::"select", resource';
const claims = facts({ tables: [use('public.claims', { columns: ['id'] })] });
const filter = facts({
  tables: [use('public.patients', { protected: true, filtered: true })],
  controls: [control('public.patients.ssn', 'where', true)],
});
const ssn = facts({
  tables: [use('public.patients', { protected: true, limited: true })],
  outputs: [bare('public.patients.ssn', 'ssn')],
});

/** `allow a,b`, `deny a: message`, `hold a: message` */
function shown(decision: Decision): string {
  const ids = decision.policies.join(',');
  return decision.kind === 'allow' ? `allow ${ids}` : `${decision.kind} ${ids}: ${decision.message}`;
}

interface Case {
  readonly name: string;
  readonly policies: string;
  readonly facts?: StatementFacts | null;
  readonly change?: Partial<DecisionRequest>;
  readonly answer: string;
}

const cases: readonly Case[] = [
  { name: 'nothing permits', policies: '', answer: 'deny : no policy permits select on public.claims' },
  { name: 'nobody may connect', policies: '', facts: null, answer: 'deny : no policy permits connect on clinic' },
  { name: 'a plain permit', policies: `@id("a") permit(${select});`, answer: 'allow a' },
  {
    name: 'all permits that apply are named',
    policies: `@id("b") permit(${select}); @id("a") permit(${select}); @id("c") permit(principal, action == Action::"call", resource);`,
    answer: 'allow a,b',
  },
  {
    name: 'forbid wins',
    policies: `@id("a") permit(${select}); @id("f") @description("never on Sundays") forbid(${select});`,
    answer: 'deny f: denied by policy "f": never on Sundays',
  },
  {
    name: 'a forbid without a description',
    policies: `@id("a") permit(${select}); @id("f") forbid(${select});`,
    answer: 'deny f: denied by policy "f"',
  },
  {
    name: 'several forbids: the first by id speaks',
    policies: `@id("z") forbid(${select}); @id("m") @description("no") forbid(${select});`,
    answer: 'deny m,z: denied by policy "m": no',
  },
  {
    name: 'an error in a permit that would not matter',
    policies: `@id("a") permit(${select}); @id("e") permit(${select}) when { context.session.rows + 9223372036854775807 > 0 };`,
    change: { context: context({ session: { statements: 0, rows: 1, bytes: 0, classesRead: [], ageSeconds: 0 } }) },
    answer: 'deny : policy evaluation failed',
  },
  {
    name: 'a context that cannot be put to policy',
    policies: `@id("a") permit(${select});`,
    change: { context: context({ time: Number.NaN }) },
    answer: 'deny : policy evaluation failed',
  },
  {
    name: 'a permit on the schema covers table and column',
    policies: '@id("a") permit(principal, action == Action::"select", resource in Schema::"clinic/public");',
    answer: 'allow a',
  },
  {
    name: 'a permit on another connection covers nothing',
    policies: '@id("a") permit(principal, action == Action::"select", resource in Connection::"other");',
    answer: 'deny : no policy permits select on public.claims',
  },
  {
    name: 'a forbid on a column refuses that column',
    policies: `@id("a") permit(${select}); @id("f") forbid(principal, action == Action::"select", resource == Column::"clinic/public.claims.id");`,
    answer: 'deny f: denied by policy "f"',
  },
  {
    name: 'a permit on exactly the table covers its columns',
    policies: '@id("a") permit(principal, action == Action::"select", resource == Table::"clinic/public.claims");',
    answer: 'allow a',
  },
  {
    name: 'one access that is not permitted refuses the statement',
    policies: '@id("a") permit(principal, action == Action::"select", resource in Table::"clinic/public.claims");',
    facts: facts({ tables: [use('public.claims'), use('public.patients')] }),
    answer: 'deny : no policy permits select on public.patients',
  },
  {
    name: 'groups',
    policies: '@id("a") permit(principal in Group::"agents", action == Action::"select", resource);',
    change: { principal: workload({ groups: ['x', 'agents', 'x'] }) },
    answer: 'allow a',
  },
  {
    name: 'a user is no workload',
    policies: `@id("a") permit(principal is Workload, action == Action::"select", resource);`,
    change: { principal: workload({ kind: 'user', id: principalId('people', 'dana'), nature: 'person' }) },
    answer: 'deny : no policy permits select on public.claims',
  },
  {
    name: 'on behalf of whom',
    policies: `@id("a") permit(${select}) when { context has onBehalfOf && context.onBehalfOf == User::"people/dana" };`,
    change: { principal: workload({ onBehalfOf: principalId('people', 'dana') }) },
    answer: 'allow a',
  },
  {
    name: 'source in a range',
    policies: `@id("a") permit(${select}) when { context has source && context.source.isInRange(ip("10.0.0.0/8")) };`,
    change: { context: context({ source: '::ffff:10.1.2.3' }) },
    answer: 'allow a',
  },
  {
    name: 'filter is asked by use',
    policies: `@id("s") permit(${select}); @id("a") permit(principal, action == Action::"filter", resource) when { context.use == "order" };`,
    facts: filter,
    answer: 'deny : no policy permits filter on public.patients.ssn (used in where)',
  },
  {
    name: 'filter by lookup',
    policies: `@id("s") permit(${select}); @id("a") permit(principal, action == Action::"filter", resource) when { context.use == "where" && context.lookup };`,
    facts: filter,
    answer: 'allow a,s',
  },
  {
    name: 'a permit of everything is no permit to filter',
    policies: '@id("all") permit(principal, action, resource);',
    facts: filter,
    answer: 'deny : no policy permits filter on public.patients.ssn (used in where)',
  },
  {
    name: 'a forbid of everything forbids to filter',
    policies:
      '@id("s") permit(principal, action in [Action::"select", Action::"filter"], resource); @id("f") forbid(principal, action, resource is Column);',
    facts: filter,
    answer: 'deny f: denied by policy "f"',
  },
  {
    name: 'routines by schema',
    policies: '@id("a") permit(principal, action == Action::"call", resource in Schema::"clinic/public");',
    facts: facts({ routines: [routine('public', 'f', ['integer'])] }),
    answer: 'allow a',
  },
  {
    name: 'routines by name, whatever the overload',
    policies: '@id("a") permit(principal, action == Action::"call", resource in Routine::"clinic/public.f");',
    facts: facts({ routines: [routine('public', 'f', ['integer'], ['text'])] }),
    answer: 'allow a',
  },
  {
    name: 'a name that means another overload as well',
    policies: '@id("a") permit(principal, action == Action::"call", resource == Routine::"clinic/public.f(int4)");',
    facts: facts({ routines: [routine('public', 'f', ['integer'], ['text'])] }),
    answer: 'deny : no policy permits call on public.f(text)',
  },
  {
    name: 'a routine that is not resolved is permitted to nobody',
    policies: '@id("a") permit(principal, action, resource);',
    facts: facts({ routines: [routine(null, 'f')] }),
    answer: 'deny : no policy permits call on f',
  },
  {
    name: 'a statement is known by its verb and tables',
    policies: `@id("a") permit(${select}) when { context.statement.verb == "select" && context.statement.tables.containsAll(["public.claims"]) };`,
    answer: 'allow a',
  },
];

for (const { name, policies, facts: asked = claims, change, answer } of cases) {
  test(`decide: ${name}`, () => {
    const set = loaded(policies);
    assert.equal(shown(set.decide(request(asked, change))), answer);
    assert.equal(shown(set.decide(request(asked, change))), answer);
  });
}

test('decide: unmask is granted by name, and never refuses', () => {
  const read = `@id("s") permit(${select});`;
  const grant = '@id("u") permit(principal, action == Action::"unmask", resource)';
  const cases: readonly (readonly [string, boolean])[] = [
    [read, false],
    [`${read} @id("all") permit(principal, action, resource);`, false],
    [`${read} ${grant};`, true],
    [`${read} ${grant} when { context.class == "ssn" };`, true],
    [`${read} ${grant} when { context.class == "name" };`, false],
    [
      `${read} ${grant}; @id("f") forbid(principal, action == Action::"unmask", resource) when { context.class == "ssn" };`,
      false,
    ],
    [`${read} @approval("compliance") ${grant};`, false],
    [`${read} @reason("required") ${grant};`, false],
    [`${read} ${grant} when { context.session.rows + 1 + 9223372036854775807 > 0 };`, false],
  ];
  for (const [policies, granted] of cases) {
    const decision = loaded(policies).decide(request(ssn));
    assert.ok(decision.kind === 'allow', policies);
    assert.deepEqual(decision.unmasked, granted ? [column('public.patients.ssn')] : [], policies);
    assert.equal(decision.policies.includes('u'), granted, policies);
  }
});

test('decide: a column of unknown class is not unmasked where any policy asks for classes', () => {
  const derived = facts({
    tables: [use('public.patients', { limited: true })],
    outputs: [{ kind: 'derived', columns: [{ ...column('public.patients.ssn'), class: 'ssn' }] }],
  });
  const grant = `@id("s") permit(${select}); @id("u") permit(principal, action == Action::"unmask", resource);`;
  const forbid = '@id("f") forbid(principal, action == Action::"unmask", resource) when { context.class == "ssn" };';
  const unmasked = [grant, `${grant} ${forbid}`].map((policies) => {
    const decision = loaded(policies).decide(request(derived));
    return decision.kind === 'allow' && decision.unmasked;
  });
  assert.deepEqual(unmasked, [[column('public.patients.ssn')], []]);
});

test('decide: the smallest maxRows of what permitted holds', () => {
  const policies = `@id("a") @maxRows("100") permit(${select}); @id("b") @maxRows("10") permit(${select});
    @id("c") permit(${select}); @id("d") @maxRows("1") permit(principal, action == Action::"delete", resource);`;
  const decision = loaded(policies).decide(request(claims));
  assert.ok(decision.kind === 'allow');
  assert.deepEqual(decision.maxRows, { rows: 10, policy: 'b' });
  const unlimited = loaded(`@id("a") permit(${select});`).decide(request(claims));
  assert.ok(unlimited.kind === 'allow');
  assert.equal(unlimited.maxRows, null);
});

test('decide: what is not stated is refused in a sentence of what to do', () => {
  const set = loaded(`@id("a") @reason("required") permit(${select});`);
  for (const reason of [null, '', '  ']) {
    assert.equal(
      refusal(set.decide(request(claims, { context: context({ reason }) }))),
      'no policy permits select on public.claims without a reason',
    );
  }
  assert.equal(set.decide(request(claims, { context: context({ reason: 'ticket 1' }) })).kind, 'allow');
});
