import assert from 'node:assert/strict';
import { test } from 'node:test';
import { context, facts, loaded, refusal, request, use } from './samples.ts';

const update = 'principal, action == Action::"update", resource';
const claims = facts({ verb: 'update', tables: [use('public.claims', { action: 'update', filtered: true })] });

test('approval: only @approval permits apply, so the statement is held', () => {
  const decision = loaded(`@id("etl-writes") @approval("compliance") permit(${update});`).decide(request(claims));
  assert.ok(decision.kind === 'hold');
  assert.equal(decision.message, 'policy "etl-writes" asks for an approval by "compliance"');
  assert.deepEqual([decision.policies, decision.groups], [['etl-writes'], ['compliance']]);
  assert.deepEqual(
    decision.requests.map(({ access, ...rest }) => rest),
    [
      {
        label: 'update on public.claims',
        policies: [{ id: 'etl-writes', description: '' }],
        groups: ['compliance'],
        quorum: 1,
        scope: 'once',
        ttlMs: null,
        waitMs: null,
      },
    ],
  );
});

test('approval: any of their groups for one request', () => {
  const decision = loaded(
    `@id("b") @approval("dpo") permit(${update}); @id("a") @approval("compliance") permit(${update});`,
  ).decide(request(claims));
  assert.ok(decision.kind === 'hold');
  assert.equal(decision.message, 'policies "a", "b" ask for an approval by "compliance" or "dpo"');
  assert.deepEqual(decision.groups, ['compliance', 'dpo']);
  assert.equal(decision.requests.length, 1);
});

test('approval: of several permits the strictest of each term counts, in whatever order they stand', () => {
  const policies = [
    `@id("a") @approval("dpo") @quorum("2") @scope("window") @ttl("8h") @wait("1h") permit(${update});`,
    `@id("b") @approval("compliance") @scope("session") @ttl("15m") @wait("0") permit(${update});`,
    `@id("c") @approval("compliance") @scope("run") permit(${update});`,
  ];
  for (const text of [policies.join('\n'), policies.toReversed().join('\n')]) {
    const decision = loaded(text).decide(request(claims));
    assert.ok(decision.kind === 'hold');
    assert.deepEqual(
      decision.requests.map(({ quorum, scope, ttlMs, waitMs }) => ({ quorum, scope, ttlMs, waitMs })),
      [{ quorum: 2, scope: 'session', ttlMs: 900_000, waitMs: 0 }],
    );
  }
});

test('approval: what it comes to once it is given bounds its rows, and shows nothing that is only asked for', () => {
  const decision = loaded(
    `@id("w") @approval("compliance") @maxRows("10") permit(principal, action == Action::"select", resource);
     @id("s") @approval("compliance") permit(principal, action == Action::"unmask", resource);`,
  ).decide(request(facts({ tables: [use('public.patients')], outputs: [ssnOutput] })));
  assert.ok(decision.kind === 'hold');
  const { policies, unmasked, maxRows } = decision.approved;
  assert.deepEqual([policies, unmasked, maxRows], [['w'], [], { rows: 10, policy: 'w' }]);
});

const ssnOutput = {
  kind: 'bare',
  column: { schema: 'public', name: 'patients', column: 'ssn' },
  class: 'ssn',
} as const;

test('approval: a plain permit beside it allows, a forbid refuses, and so does a further access', () => {
  const held = `@id("h") @approval("compliance") permit(${update});`;
  const kinds = [`${held} @id("p") permit(${update});`, `${held} @id("f") forbid(${update});`, held].map(
    (policies) => loaded(policies).decide(request(claims)).kind,
  );
  assert.deepEqual(kinds, ['allow', 'deny', 'hold']);
  const both = facts({ ...claims, tables: [...claims.tables, use('public.patients')] });
  assert.equal(refusal(loaded(held).decide(request(both))), 'no policy permits select on public.patients');
});

test('approval: every request needs its own', () => {
  const both = facts({
    verb: 'merge',
    tables: [use('public.claims', { action: 'update' }), use('public.patients', { action: 'delete' })],
  });
  const decision = loaded(
    `@id("u") @approval("compliance") permit(${update});
     @id("d") @approval("dpo") permit(principal, action == Action::"delete", resource);`,
  ).decide(request(both));
  assert.ok(decision.kind === 'hold');
  assert.deepEqual(decision.policies, ['d', 'u']);
  assert.deepEqual(
    decision.requests.map(({ access, groups }) => [access.action, groups]),
    [
      ['update', ['compliance']],
      ['delete', ['dpo']],
    ],
  );
});

test('approval: @validUntil ends a permit, to the microsecond', () => {
  const end = '2026-11-21T12:00:00.5Z';
  const at = Date.parse(end) * 1000;
  const set = loaded(
    `@id("v") @validUntil("${end}") permit(${update}); @id("h") @approval("compliance") permit(${update});`,
  );
  const kindAt = (time: number) => set.decide(request(claims, { context: context({ time }) })).kind;
  assert.deepEqual([at - 1, at, at + 1, at - 1].map(kindAt), ['allow', 'hold', 'hold', 'allow']);
});

test('approval: an expired permit says until when it was one', () => {
  const set = loaded(`@id("v") @validUntil("2020-01-01T00:00:00Z") permit(${update});`);
  const decision = set.decide(request(claims));
  assert.ok(decision.kind === 'deny');
  assert.equal(decision.message, 'no policy permits update on public.claims');
  assert.equal(decision.hint, 'policy "v" permitted it until 2020-01-01T00:00:00Z');
});

test('approval: a purpose that is required and not stated', () => {
  const set = loaded(`@id("p") @purpose("required") @approval("compliance") permit(${update});`);
  const decision = set.decide(request(claims));
  assert.ok(decision.kind === 'deny');
  assert.equal(decision.message, 'no policy permits update on public.claims without a purpose');
  assert.match(
    decision.hint ?? '',
    /connect with options='-c sluice.purpose=TREAT'; it then asks for an approval by "compliance"$/,
  );
  assert.equal(set.decide(request(claims, { context: context({ purpose: 'TREAT' }) })).kind, 'hold');
});
