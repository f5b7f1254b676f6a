import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { schemaToJson } from '@cedar-policy/cedar-wasm/nodejs';
import { cedarSchema } from '../../src/policy/schema.ts';
import { column, context, control, facts, loaded, refusal, request, routine, use, workload } from './samples.ts';

const page = readFileSync(new URL('../../docs/policy.md', import.meta.url), 'utf8');
const examples = [...page.matchAll(/```cedar\n([\s\S]*?)```/g)].map((match) => match[1] ?? '');
const set = loaded(examples.join('\n'));
const inGroup = (group: string) => workload({ groups: [group] });

test('documentation: every example is loaded', () => {
  assert.equal(examples.length, 7);
  assert.deepEqual(
    set.policies.map(({ id }) => id),
    [
      'analysts-connect',
      'analysts-read',
      'bounded-reads',
      'no-ssn',
      'names-for-treatment',
      'lookup-by-mrn',
      'vendor-writes',
      'agents-are-bounded',
      'analysts-bounded',
      'analysts-dates',
      'score-patients',
    ],
  );
});

test('documentation: the examples do what the page says', () => {
  const principal = inGroup('analysts');
  const patients = (change: object) => facts({ tables: [use('public.patients', { protected: true, ...change })] });
  assert.equal(set.decide(request(null, { principal })).kind, 'allow');
  assert.equal(set.decide(request(patients({ limited: true, columns: ['id'] }), { principal })).kind, 'allow');
  assert.match(refusal(set.decide(request(patients({}), { principal }))), /^denied by policy "bounded-reads"/);
  assert.match(
    refusal(set.decide(request(patients({ filtered: true, columns: ['ssn'] }), { principal }))),
    /^denied by policy "no-ssn"/,
  );
  const call = facts({ routines: [routine('public', 'risk_score', ['integer'], [])] });
  assert.equal(set.decide(request(call)).kind, 'allow');
});

test('documentation: names for treatment, and a lookup by record number', () => {
  const principal = inGroup('care');
  const both = loaded(`${examples.join('\n')} @id("read") permit(principal, action == Action::"select", resource);`);
  const asked = facts({
    tables: [use('public.patients', { protected: true, filtered: true })],
    controls: [control('public.patients.mrn', 'where', true)],
    outputs: [
      { kind: 'bare', column: column('public.patients.full_name'), class: 'name' },
      { kind: 'bare', column: column('public.patients.phone'), class: 'phone' },
    ],
  });
  const unmasked = [null, 'TREAT', 'HOPERAT'].map((purpose) => {
    const decision = both.decide(request(asked, { principal, context: context({ purpose }) }));
    return decision.kind === 'allow' ? decision.unmasked : decision.message;
  });
  assert.deepEqual(unmasked, [[], [column('public.patients.full_name')], []]);
});

test('documentation: the page names every attribute, action, entity and annotation', () => {
  const answer = schemaToJson(cedarSchema);
  assert.ok(answer.type === 'success');
  const schema = Object.values(answer.json)[0];
  assert.ok(schema !== undefined);
  const names = [...Object.keys(schema.actions), ...Object.keys(schema.entityTypes)];
  for (const type of Object.values(schema.commonTypes ?? {})) {
    if ('attributes' in type && typeof type.attributes === 'object') names.push(...Object.keys(type.attributes));
  }
  assert.ok(names.length > 50);
  for (const name of names) assert.match(page, new RegExp(`\\b${name}\\b`), name);
});
