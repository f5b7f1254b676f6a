import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ConnectionName, SessionId, StatementId } from '../../src/core/ids.ts';
import type { RequestQuestion } from '../../src/core/question.ts';
import type { RequestFacts } from '../../src/core/request-facts.ts';
import { heldRequest } from '../../src/engine/held-request.ts';
import { ruleOnRequest } from '../../src/engine/request-ruling.ts';
import type { DecisionRequest } from '../../src/policy/decision.ts';
import { context, loaded, workload } from '../policy/samples.ts';

const facts: RequestFacts = {
  verb: 'write',
  route: 'PATCH /patients/{id}',
  fields: [{ path: '$.ssn', class: 'ssn' }],
  normalised: 'PATCH /patients/{id}?dry',
};
const connection = 'records' as ConnectionName;
const request: DecisionRequest = { principal: workload(), connection, facts, context: context() };
const policies = loaded(
  '@id("w") @approval("compliance") permit (principal, action == Action::"write", resource in Connection::"records");',
);
const ruling = ruleOnRequest(facts, policies.decide(request));

const asked: RequestQuestion = {
  proof: { kind: 'secret', secret: 'token-4711' },
  stated: { reason: null, purpose: null, ticket: null },
  method: 'PATCH',
  path: ['patients', '7 b'],
  query: [['dry', '1']],
  headers: [['content-type', 'application/json']],
  body: Buffer.from('{"status":"active","patient":{"ssn":"900-11-2222"}}'),
};

function held(question: RequestQuestion) {
  if (ruling.kind !== 'hold') throw new Error(`not held: ${ruling.kind}`);
  return heldRequest(ruling, {
    session: 'ses_1' as SessionId,
    statement: 'stm_1' as StatementId,
    principal: workload(),
    connection,
    facts,
    question,
    stated: question.stated,
  });
}

function exact(question: RequestQuestion): string {
  return JSON.stringify(held(question).exact.map((part) => part.toString('base64')));
}

test('held request: what people see has no protected value, what is sealed has all of it', () => {
  const { shown, original, normalised, tables } = held(asked);
  assert.equal(shown.text, 'PATCH /patients/7%20b?dry=1\n\n{"status":"active","patient":{"ssn":"‹ssn›"}}');
  assert.deepEqual(
    [shown.verb, shown.tables, shown.columns, shown.classes],
    ['write', ['PATCH /patients/{id}'], ['$.ssn'], ['ssn']],
  );
  assert.ok(original?.text.includes('900-11-2222'));
  assert.equal(normalised?.text, 'PATCH /patients/{id}?dry');
  assert.deepEqual(tables, ['write PATCH /patients/{id}']);
  assert.ok(!JSON.stringify(held(asked), textOf).includes('4711'));
});

test('held request: an approval for once is for these bytes and no others', () => {
  const others: readonly Partial<RequestQuestion>[] = [
    { method: 'PUT' },
    { path: ['patients', '7', 'b'] },
    { path: ['patients', '8 b'] },
    { query: [] },
    { query: [['dry', '0']] },
    {
      query: [
        ['dry', '1'],
        ['x', ''],
      ],
    },
    { headers: [] },
    {
      headers: [
        ['content-type', 'application/json'],
        ['prefer', 'respond-async'],
      ],
    },
    { body: null },
    { body: Buffer.alloc(0) },
    { body: Buffer.from('{"status":"active", "patient":{"ssn":"900-11-2222"}}') },
  ];
  for (const change of others)
    assert.notEqual(exact({ ...asked, ...change }), exact(asked), JSON.stringify(change, textOf));
  assert.equal(exact({ ...asked, body: Buffer.from(asked.body ?? '') }), exact(asked));
  // Another token of the same principal, and another reason, are the same request.
  assert.equal(exact({ ...asked, proof: { kind: 'secret', secret: 'fresh' } }), exact(asked));
});

test('held request: no two requests are told to be the same', () => {
  const question = fc.record({
    path: fc.array(fc.string({ maxLength: 3 }), { maxLength: 3 }),
    query: fc.array(fc.tuple(fc.string({ maxLength: 2 }), fc.string({ maxLength: 2 })), { maxLength: 2 }),
    body: fc.option(
      fc.string({ maxLength: 3 }).map((text) => Buffer.from(text)),
      { nil: null },
    ),
  });
  fc.assert(
    fc.property(question, question, (one, other) => {
      const same = JSON.stringify(one) === JSON.stringify(other);
      assert.equal(exact({ ...asked, ...one }) === exact({ ...asked, ...other }), same);
    }),
    { numRuns: 2000 },
  );
});

function textOf(_key: string, value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'data' in value && Array.isArray(value.data)
    ? Buffer.from(value.data).toString()
    : value;
}
