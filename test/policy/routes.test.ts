import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RequestFacts } from '../../src/core/request-facts.ts';
import type { DecisionRequest } from '../../src/policy/decision.ts';
import { PolicySet } from '../../src/policy/policy-set.ts';
import { context, facts, workload } from './samples.ts';

const read: RequestFacts = {
  verb: 'read',
  route: 'GET /patients/{id}',
  fields: [
    { path: '$.ssn', class: 'ssn' },
    { path: '$..name', class: 'name' },
  ],
  normalised: 'GET /patients/{id}',
};
const write: RequestFacts = {
  verb: 'write',
  route: 'PATCH /patients/{id}',
  fields: [],
  normalised: 'PATCH /patients/{id}',
};

function load(text: string): PolicySet {
  const loaded = PolicySet.load([{ name: 'a.cedar', text }]);
  if (!loaded.ok) assert.fail(JSON.stringify(loaded.error));
  return loaded.value;
}

function asked(about: RequestFacts, change: Partial<DecisionRequest['context']> = {}): DecisionRequest {
  const connection = 'records' as DecisionRequest['connection'];
  return { principal: workload(), connection, facts: about, context: { ...context(), ...change } };
}

function decide(text: string, about: RequestFacts, change: Partial<DecisionRequest['context']> = {}) {
  const policies = load(text);
  const decision = policies.decide(asked(about, change));
  assert.deepEqual(decision, policies.evaluate(asked(about, change)));
  return decision;
}

const all = '@id("all") permit (principal, action, resource);';
const reads = '@id("reads") permit (principal, action == Action::"read", resource in Connection::"records");';

test('routes: reading is one thing and writing another', () => {
  assert.equal(decide(reads, read).kind, 'allow');
  const refused = decide(reads, write);
  assert.ok(refused.kind === 'deny');
  assert.equal(refused.message, 'no policy permits write on PATCH /patients/{id}');
  assert.match(refused.hint ?? '', /write on Route::"records\/PATCH \/patients\/\{id\}"/);
});

test('routes: a permit of everything unmasks nothing', () => {
  const decision = decide(all, read);
  assert.deepEqual(decision.kind === 'allow' && decision.unmaskedFields, []);
});

test('routes: unmask is granted by field, by route or by class, and by name', () => {
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['resource == Field::"records/GET /patients/{id} $.ssn"', ['$.ssn']],
    ['resource in Route::"records/GET /patients/{id}"', ['$.ssn', '$..name']],
    ['resource in Route::"records/GET /patients"', []],
    ['resource is Column', []],
  ];
  for (const [head, unmasked] of cases) {
    const decision = decide(`${reads} @id("u") permit (principal, action == Action::"unmask", ${head});`, read);
    assert.ok(decision.kind === 'allow');
    assert.deepEqual(
      decision.unmaskedFields,
      unmasked.map((path) => ({ route: 'GET /patients/{id}', path })),
      head,
    );
    assert.deepEqual(decision.unmasked, []);
  }
  const byClass = `${reads} @id("u") permit (principal, action == Action::"unmask", resource) when { context.class == "name" };`;
  const decision = decide(byClass, read);
  assert.deepEqual(decision.kind === 'allow' && decision.unmaskedFields.map(({ path }) => path), ['$..name']);
});

test('routes: forbids, and what is known of a route', () => {
  const guarded = `${all} @id("f") forbid (principal, action == Action::"read", resource is Route) when { resource.protected };`;
  assert.deepEqual(decide(guarded, read).policies, ['f']);
  assert.equal(decide(guarded, { ...read, fields: [] }).kind, 'allow');
  const verbs = `${all} @id("f") forbid (principal, action, resource) when { context.statement.verb == "write" };`;
  assert.equal(decide(verbs, write).kind, 'deny');
  assert.equal(decide(verbs, read).kind, 'allow');
});

test('routes: approvals hold, and say whose they are', () => {
  const held = decide(
    '@id("h") @approval("compliance") permit (principal, action == Action::"write", resource in Connection::"records");',
    write,
  );
  assert.ok(held.kind === 'hold');
  assert.deepEqual(
    held.requests.map(({ label }) => label),
    ['write on PATCH /patients/{id}'],
  );
  assert.deepEqual(held.approved.unmaskedFields, []);
});

test('routes: a reason is asked for in the words of HTTP', () => {
  const text =
    '@id("r") @reason("required") permit (principal, action == Action::"write", resource in Connection::"records");';
  const refused = decide(text, write);
  assert.ok(refused.kind === 'deny');
  assert.match(refused.hint ?? '', /in its header sluice-reason: /);
  assert.equal(decide(text, write, { reason: 'asked by the patient' }).kind, 'allow');
});

test('routes: ids that no request can have are faults', () => {
  const ids = [
    'Route::"records"',
    'Route::"records/patients"',
    'Route::"records/HEAD /a"',
    'Route::"records/GET /a/"',
    'Field::"records/GET /a"',
    'Field::"records/GET /a ssn"',
  ];
  for (const id of ids) {
    const loaded = PolicySet.load([
      { name: 'a.cedar', text: `@id("a") forbid (principal, action, resource == ${id});` },
    ]);
    assert.equal(loaded.ok, false, id);
  }
});

test('routes: facts of SQL and of HTTP do not meet in the memory of decisions', () => {
  const policies = load(reads);
  assert.equal(policies.decide(asked(read)).kind, 'allow');
  assert.equal(policies.decide({ ...asked(read), facts: facts() }).kind, 'deny');
  assert.equal(policies.decide(asked(read)).kind, 'allow');
});
