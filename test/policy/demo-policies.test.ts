import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { StatementFacts } from '../../src/core/facts.ts';
import { principalId } from '../../src/core/principal.ts';
import { PolicySet } from '../../src/policy/policy-set.ts';
import { bare, context, control, facts, request, routine, use, workload } from './samples.ts';

const folder = new URL('../../policies/', import.meta.url);

function load(directory: string): PolicySet {
  const names = readdirSync(new URL(directory, folder)).filter((name) => name.endsWith('.cedar'));
  const files = names.map((name) => ({ name, text: readFileSync(new URL(`${directory}${name}`, folder), 'utf8') }));
  const result = PolicySet.load(files);
  if (!result.ok) assert.fail(JSON.stringify(result.error));
  return result.value;
}

const demo = load('demo/');
const patients = { protected: true, columns: ['id', 'ssn'] } as const;
const agent = workload({ id: principalId('demo', 'coding-agent'), groups: ['agents'], nature: 'agent' });
const stranger = workload({ id: principalId('demo', 'stranger'), groups: [] });

const approval = 'policy "etl-writes" asks for an approval by "compliance"';
const bulk =
  'denied by policy "no-bulk-phi-read": a table with protected columns is read with a WHERE condition that restricts it, or with a LIMIT';
const unfiltered =
  'denied by policy "no-unfiltered-write": rows are updated and deleted with a WHERE condition that says which';

interface Row {
  readonly name: string;
  readonly facts: StatementFacts | null;
  readonly pipeline: string;
  readonly agent: string;
  readonly reason?: string;
}

const rows: readonly Row[] = [
  { name: 'connect', facts: null, pipeline: 'allow', agent: 'allow' },
  { name: 'BEGIN', facts: facts({ verb: 'session' }), pipeline: 'allow', agent: 'allow' },
  { name: 'select 1', facts: facts(), pipeline: 'allow', agent: 'allow' },
  {
    name: 'select id, ssn from patients limit 3',
    facts: facts({
      tables: [use('public.patients', { ...patients, limited: true })],
      outputs: [{ kind: 'clear' }, bare('public.patients.ssn', 'ssn')],
    }),
    pipeline: 'allow',
    agent: 'allow',
  },
  {
    name: 'select id, ssn from patients where id = 7',
    facts: facts({ tables: [use('public.patients', { ...patients, filtered: true })] }),
    pipeline: 'allow',
    agent: 'allow',
  },
  {
    name: 'select id, ssn from patients',
    facts: facts({ tables: [use('public.patients', patients)] }),
    pipeline: bulk,
    agent: bulk,
  },
  {
    name: 'select * from providers, which protects nothing',
    facts: facts({ tables: [use('public.providers')] }),
    pipeline: 'allow',
    agent: 'allow',
  },
  {
    name: 'a join with one side unbounded',
    facts: facts({
      tables: [use('public.patients', { ...patients, filtered: true }), use('public.messages', { protected: true })],
    }),
    pipeline: bulk,
    agent: bulk,
  },
  {
    name: 'select id from patients where ssn = $1',
    facts: facts({
      tables: [use('public.patients', { ...patients, filtered: true })],
      controls: [control('public.patients.ssn', 'where', true)],
    }),
    pipeline: 'no policy permits filter on public.patients.ssn (used in where)',
    agent: 'no policy permits filter on public.patients.ssn (used in where)',
  },
  {
    name: 'a table that is not clinical',
    facts: facts({ tables: [use('public.payroll', { limited: true })] }),
    pipeline: 'no policy permits select on public.payroll',
    agent: 'no policy permits select on public.payroll',
  },
  {
    name: 'DROP TABLE',
    facts: facts({ verb: 'ddl', tables: [use('public.patients', { action: 'ddl', protected: true })] }),
    pipeline: 'denied by policy "no-ddl": the schema is changed by migrations, not through the gateway',
    agent: 'denied by policy "no-ddl": the schema is changed by migrations, not through the gateway',
  },
  {
    name: 'CREATE ROLE',
    facts: facts({ verb: 'ddl' }),
    pipeline: 'denied by policy "no-ddl": the schema is changed by migrations, not through the gateway',
    agent: 'denied by policy "no-ddl": the schema is changed by migrations, not through the gateway',
  },
  {
    name: 'TRUNCATE',
    facts: facts({ verb: 'truncate', tables: [use('public.claims', { action: 'truncate' })] }),
    pipeline: 'denied by policy "no-truncate": tables are not emptied through the gateway',
    agent: 'denied by policy "no-truncate": tables are not emptied through the gateway',
  },
  {
    name: 'delete from claims',
    facts: facts({ verb: 'delete', tables: [use('public.claims', { action: 'delete' })] }),
    reason: 'cleaning up',
    pipeline: unfiltered,
    agent: unfiltered,
  },
  {
    name: 'update claims ... where id = 1, with a reason',
    facts: facts({
      verb: 'update',
      tables: [use('public.claims', { action: 'update', columns: ['status'], filtered: true })],
    }),
    pipeline: approval,
    agent: 'no policy permits update on public.claims',
  },
  {
    name: 'insert into claims',
    facts: facts({ verb: 'insert', tables: [use('public.claims', { action: 'insert', columns: ['id'] })] }),
    pipeline: approval,
    agent: 'no policy permits insert on public.claims',
  },
  {
    name: 'an unknown function',
    facts: facts({ routines: [routine('public', 'leak', ['integer'])] }),
    pipeline: 'no policy permits call on public.leak(int4)',
    agent: 'no policy permits call on public.leak(int4)',
  },
  {
    name: 'COPY patients TO STDOUT',
    facts: facts({ verb: 'copy', tables: [use('public.patients', { action: 'copy', protected: true })] }),
    pipeline: 'no policy permits copy on public.patients',
    agent: 'no policy permits copy on public.patients',
  },
];

for (const row of rows) {
  test(`demo policies: ${row.name}`, () => {
    const asked = { context: context({}) };
    const said = [workload(), agent, stranger].map((principal) => {
      const decision = demo.decide(request(row.facts, { ...asked, principal }));
      return decision.kind === 'allow' ? 'allow' : decision.message;
    });
    assert.deepEqual(said.slice(0, 2), [row.pipeline, row.agent]);
    assert.match(said[2] ?? '', /^(no policy permits|denied by policy) /);
  });
}

test('demo policies: nothing protected leaves unmasked', () => {
  const outputs = [bare('public.patients.ssn', 'ssn'), bare('public.patients.full_name', 'name')];
  const decision = demo.decide(request(facts({ tables: [use('public.patients', { limited: true })], outputs })));
  assert.equal(decision.kind, 'allow');
  assert.deepEqual(decision.kind === 'allow' && decision.unmasked, []);
});

test('the baseline permits connect and session to its group, and nothing else', () => {
  const baseline = load('./');
  const principal = workload({ groups: ['put-your-group-here'] });
  const said = [null, facts({ verb: 'session' }), facts({ tables: [use('public.claims')] })].map(
    (asked) => baseline.decide(request(asked, { principal })).kind,
  );
  assert.deepEqual(said, ['allow', 'allow', 'deny']);
  assert.equal(baseline.decide(request(null)).kind, 'deny');
});
