import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explanationLines } from '../../src/policy/explain.ts';
import { bare, context, control, facts, loaded, request, use } from './samples.ts';

const policies = `
  @id("read") @maxRows("50") permit(principal, action == Action::"select", resource);
  @id("see-names") permit(principal, action == Action::"unmask", resource == Column::"clinic/public.patients.full_name");
  @id("write") @approval("compliance") permit(principal, action == Action::"update", resource);
  @id("lookup") @purpose("required") permit(principal, action == Action::"filter", resource);
  @id("no-claims") @description("claims stay in") forbid(principal, action == Action::"select", resource in Table::"clinic/public.claims");
  @id("broken") permit(principal, action == Action::"delete", resource) when { context.session.rows + 1 + 9223372036854775807 > 0 };
`;

test('explain: an allowed statement, and what stays masked', () => {
  const asked = request(
    facts({
      tables: [use('public.patients', { limited: true })],
      outputs: [bare('public.patients.ssn', 'ssn'), bare('public.patients.full_name', 'name')],
    }),
  );
  assert.deepEqual(explanationLines(loaded(policies).explain(asked), asked), [
    'allow, at most 50 rows ("read")',
    '  permitted  select on public.patients            permit read',
    '  masked     unmask on public.patients.ssn        no policy',
    '  unmasked   unmask on public.patients.full_name  permit see-names',
  ]);
});

test('explain: a refused statement goes on to the end, where a decision stops', () => {
  const asked = request(
    facts({
      tables: [
        use('public.claims'),
        use('public.patients'),
        use('public.patients', { action: 'update' }),
        use('public.patients', { action: 'delete' }),
        use('public.patients', { action: 'insert' }),
      ],
      controls: [control('public.patients.ssn', 'where')],
    }),
  );
  const explained = loaded(policies).explain(asked);
  assert.deepEqual(explanationLines(explained, asked), [
    'deny: denied by policy "no-claims": claims stay in',
    'hint: no other policy can permit select on public.claims while this one stands',
    '  forbidden  select on public.claims                        forbid no-claims',
    '  permitted  select on public.patients                      permit read',
    '  held       update on public.patients                      permit with approval write',
    '  failed     delete on public.patients                      evaluation failed broken',
    '  refused    insert on public.patients                      no policy',
    '  refused    filter on public.patients.ssn (used in where)  lookup does not count: no purpose is stated',
  ]);
  assert.deepEqual(explained.decision, loaded(policies).decide(asked));
});

test('explain: a held statement', () => {
  const asked = request(facts({ verb: 'update', tables: [use('public.claims', { action: 'update' })] }), {
    context: context({ purpose: 'TREAT' }),
  });
  const [first] = explanationLines(loaded(policies).explain(asked), asked);
  assert.equal(first, 'hold: policy "write" asks for an approval by "compliance"');
});
