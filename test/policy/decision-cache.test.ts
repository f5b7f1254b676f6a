import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { StatementFacts } from '../../src/core/facts.ts';
import { type Principal, principalId, unknownOrigin } from '../../src/core/principal.ts';
import type { Decision, DecisionContext } from '../../src/policy/decision.ts';
import { DecisionCache } from '../../src/policy/decision-cache.ts';
import { unused } from '../../src/policy/usage.ts';
import { bare, clinic, control, facts, loaded, request, use, workload } from './samples.ts';

const allow: Decision = { kind: 'allow', policies: [], unmasked: [], unmaskedFields: [], maxRows: null };

test('cache: by the identity of facts and by key', () => {
  const cache = new DecisionCache();
  const known = facts();
  cache.set(known, 'a', allow);
  cache.set(null, 'a', allow);
  assert.equal(cache.get(known, 'a'), allow);
  assert.equal(cache.get(null, 'a'), allow);
  assert.equal(cache.get(known, 'b'), undefined);
  assert.equal(cache.get(facts(), 'a'), undefined);
});

test('cache: forgets everything when it is full, and goes on', () => {
  const cache = new DecisionCache(2);
  const known = facts();
  for (const key of ['a', 'b', 'c']) cache.set(known, key, allow);
  assert.deepEqual(
    ['a', 'b', 'c'].map((key) => cache.get(known, key)),
    [undefined, undefined, allow],
  );
});

const head = '(principal, action in [Action::"connect", Action::"session", Action::"select"], resource)';
const body = '@id("base") permit(principal in Group::"g1", action in [Action::"select", Action::"unmask"], resource);';
const pool: readonly string[] = [
  `permit${head} when { context.session.rows < 2 };`,
  `permit${head} when { context.session.statements == 1 };`,
  `forbid${head} when { context.session.ageSeconds > 1 };`,
  `forbid${head} when { context.session.classesRead.contains("ssn") };`,
  `forbid${head} when { context.principal.rowsHour >= 2 };`,
  `forbid${head} when { 1 < context.principal.rowsDay || context.principal.rowsDay == 0 };`,
  `permit${head} when { context.principal.statementsHour * 2 < 3 };`,
  `permit${head} when { context.principal.bytesDay != 1 && context.session.bytes <= 1 };`,
  `forbid${head} unless { context.principal.statementsDay < context.principal.bytesHour };`,
  `forbid${head} unless { context.statement has estimatedRows && context.statement.estimatedRows < 2 };`,
  `permit${head} when { context.statement has estimatedRows };`,
  `permit${head} when { context.principal.classesReadDay.isEmpty() };`,
  `permit${head} when { context has purpose && context.purpose == "TREAT" };`,
  `permit${head} when { context has ticket && context.ticket == "CHG1" };`,
  `permit${head} when { context has reason && context.reason like "t*" };`,
  `@reason("required") permit${head};`,
  `@purpose("required") @approval("c") permit${head};`,
  `@validUntil("1970-01-01T00:00:00.000002Z") permit${head};`,
  `@validUntil("1970-01-01T00:00:01Z") permit${head};`,
  `forbid${head} when { context.time > datetime("1970-01-01T00:00:00Z") };`,
  `permit${head} when { context has source && context.source.isLoopback() };`,
  `permit${head} when { context.origin.ref == "main" };`,
  `permit${head} when { context.origin == context.origin && context.origin.runId == "7" };`,
  `permit${head} when { context has onBehalfOf && context.onBehalfOf == User::"people/dana" };`,
  `permit(principal is Workload, action, resource) when { principal.nature == "agent" };`,
  `permit(principal is User, action, resource);`,
  `permit(principal == Workload::"demo/a", action, resource);`,
  `forbid(principal, action, resource in Connection::"other");`,
  `permit(principal in Group::"g2", action == Action::"filter", resource) when { context.session.rows == 0 };`,
];

const principals: fc.Arbitrary<Principal> = fc
  .record({
    key: fc.constantFrom('a', 'b'),
    kind: fc.constantFrom('workload' as const, 'user' as const),
    nature: fc.constantFrom('agent' as const, 'service' as const),
    groups: fc.subarray(['g1', 'g2']),
    ref: fc.constantFrom('main', 'dev'),
    runId: fc.constantFrom('7', '8'),
    actsFor: fc.constantFrom(null, principalId('people', 'dana'), principalId('people', 'sam')),
  })
  .map(({ key, kind, nature, groups, ref, runId, actsFor }) =>
    workload({
      id: principalId('demo', key),
      kind,
      nature,
      groups,
      origin: { ...unknownOrigin, ref, runId },
      onBehalfOf: actsFor,
    }),
  );

const contexts: fc.Arbitrary<DecisionContext> = fc.record({
  session: fc.record({
    statements: fc.nat(2),
    rows: fc.nat(3),
    bytes: fc.nat(2),
    classesRead: fc.subarray(['ssn', 'name']),
    ageSeconds: fc.constantFrom(0, 1, 1.5, 2),
  }),
  principal: fc.record({
    statementsHour: fc.nat(2),
    statementsDay: fc.nat(2),
    rowsHour: fc.nat(4),
    rowsDay: fc.nat(4),
    bytesHour: fc.nat(2),
    bytesDay: fc.nat(2),
    classesReadDay: fc.subarray(['ssn', 'name']),
  }),
  estimatedRows: fc.constantFrom(null, 0, 1, 2),
  purpose: fc.constantFrom(null, '', 'TREAT', 'x'),
  reason: fc.constantFrom(null, ' ', 't1', 'u2'),
  ticket: fc.constantFrom(null, 'CHG1', 'OPS-2'),
  source: fc.constantFrom('127.0.0.1', '10.0.0.1', 'unix'),
  time: fc.constantFrom(0, 1, 2, 3, 999_999, 1_000_000, 5_000_000),
});

const asked: readonly (StatementFacts | null)[] = [
  null,
  facts(),
  facts({ tables: [use('public.claims', { columns: ['id'] })], outputs: [bare('public.claims.name', 'name')] }),
  facts({ tables: [use('public.claims')], controls: [control('public.claims.name', 'where', true)] }),
];

test('a cached decision equals a fresh one, for any policies, principals and contexts', () => {
  const policies = fc.subarray(
    pool.map((text, index) => `@id("p${index}") ${text}`),
    { maxLength: 6 },
  );
  const question = fc.record({
    principal: principals,
    context: contexts,
    facts: fc.constantFrom(...asked),
    connection: fc.constantFrom(clinic, 'other' as typeof clinic),
  });
  fc.assert(
    fc.property(policies, fc.array(question, { minLength: 8, maxLength: 16 }), (texts, questions) => {
      const set = loaded([body, ...texts].join('\n'));
      // Each question is put again with each of the others' principals and contexts, so that what is remembered is met.
      for (const first of questions.slice(0, 4)) {
        for (const next of questions) {
          for (const change of [first, { ...first, principal: next.principal }, { ...first, context: next.context }]) {
            assert.deepEqual(set.decide(change), set.evaluate(change));
          }
        }
      }
    }),
    { numRuns: 6 },
  );
});

test('each attribute alone is met by its own policy', () => {
  for (const text of pool) {
    const set = loaded(`${body} @id("x") ${text}`);
    fc.assert(
      fc.property(principals, contexts, contexts, fc.constantFrom(...asked), (principal, before, after, askedFacts) => {
        set.decide(request(askedFacts, { principal, context: before }));
        const question = request(askedFacts, { principal, context: after });
        assert.deepEqual(set.decide(question), set.evaluate(question));
      }),
      { numRuns: 25 },
    );
  }
});

test('what is remembered is the same object; what depends on the time is worked out anew', () => {
  const question = request(facts());
  const plain = loaded('@id("a") permit(principal, action == Action::"session", resource);');
  assert.equal(plain.decide(question), plain.decide(question));
  assert.equal(plain.decide(question), plain.decide({ ...question, principal: workload() }));
  const timed = loaded(
    '@id("a") permit(principal, action == Action::"session", resource) when { context.time > datetime("2000-01-01") };',
  );
  assert.notEqual(timed.decide(question), timed.decide(question));
});

test('what no policy mentions is not part of the key', () => {
  const set = loaded(
    '@id("a") permit(principal, action == Action::"session", resource) when { context.origin.ref == "x" };',
  );
  const asked = facts();
  const first = set.decide(request(asked));
  const otherRun = workload({ origin: { ...unknownOrigin, runId: '7', declaredCommit: 'abc' } });
  const context = {
    session: { statements: 9, rows: 9, bytes: 9, classesRead: ['x'], ageSeconds: 9 },
    principal: { ...unused, rowsHour: 9, classesReadDay: ['x'] },
    estimatedRows: 9,
    purpose: 'p',
    reason: 'r',
    ticket: 'c',
  };
  const other = request(asked, { principal: otherRun, context: { ...context, source: '10.0.0.1', time: 0 } });
  assert.equal(set.decide(other), first);
  const otherRef = workload({ origin: { ...unknownOrigin, ref: 'y' } });
  assert.notEqual(set.decide(request(asked, { principal: otherRef })), first);
});
