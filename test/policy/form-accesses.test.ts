import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StatementFacts } from '../../src/core/facts.ts';
import type { Access } from '../../src/policy/decision.ts';
import { accessLabel } from '../../src/policy/denial-text.ts';
import { accessesOf } from '../../src/policy/form-accesses.ts';
import { bare, column, control, facts, routine, use } from './samples.ts';

/** `select on public.claims [filtered]` */
function shown(access: Access): string {
  const flags = ['filtered', 'limited', 'lookup'].filter((flag) => access[flag as 'filtered' | 'limited' | 'lookup']);
  const className = access.class === null ? [] : [access.class];
  return [accessLabel(access, 'clinic'), ...flags, ...className].join(' ');
}

const cases: readonly {
  readonly name: string;
  readonly facts: StatementFacts | null;
  readonly accesses: readonly string[];
}[] = [
  { name: 'the question whether one may connect', facts: null, accesses: ['connect on clinic'] },
  { name: 'BEGIN', facts: facts({ verb: 'session' }), accesses: ['session on clinic'] },
  { name: 'select 1', facts: facts(), accesses: ['session on clinic'] },
  {
    name: 'a read',
    facts: facts({ tables: [use('public.claims', { columns: ['id', 'code'], filtered: true, limited: true })] }),
    accesses: [
      'select on public.claims filtered limited',
      'select on public.claims.id filtered limited',
      'select on public.claims.code filtered limited',
    ],
  },
  {
    name: 'a session command that reads a table: SHOW of a view, EXPLAIN',
    facts: facts({ verb: 'session', tables: [use('public.claims')] }),
    accesses: ['session on clinic', 'select on public.claims'],
  },
  {
    name: 'a join, one side filtered',
    facts: facts({ tables: [use('public.claims', { filtered: true }), use('public.patients')] }),
    accesses: ['select on public.claims filtered', 'select on public.patients'],
  },
  {
    name: 'the same table twice, alike',
    facts: facts({ tables: [use('public.claims'), use('public.claims')] }),
    accesses: ['select on public.claims'],
  },
  {
    name: 'the same table twice, once filtered',
    facts: facts({ tables: [use('public.claims'), use('public.claims', { filtered: true })] }),
    accesses: ['select on public.claims', 'select on public.claims filtered'],
  },
  {
    name: 'INSERT ... SELECT',
    facts: facts({
      verb: 'insert',
      tables: [use('public.claims', { action: 'insert', columns: ['id'] }), use('public.lab_results')],
    }),
    accesses: ['insert on public.claims', 'insert on public.claims.id', 'select on public.lab_results'],
  },
  {
    name: 'UPDATE',
    facts: facts({
      verb: 'update',
      tables: [use('public.claims', { action: 'update', columns: ['status'], filtered: true })],
    }),
    accesses: ['update on public.claims filtered', 'update on public.claims.status filtered'],
  },
  {
    name: 'DELETE',
    facts: facts({ verb: 'delete', tables: [use('public.claims', { action: 'delete' })] }),
    accesses: ['delete on public.claims'],
  },
  {
    name: 'MERGE',
    facts: facts({
      verb: 'merge',
      tables: [use('public.claims', { action: 'update' }), use('public.claims', { action: 'delete' })],
    }),
    accesses: ['update on public.claims', 'delete on public.claims'],
  },
  { name: 'MERGE of nothing', facts: facts({ verb: 'merge' }), accesses: ['update on clinic'] },
  {
    name: 'TRUNCATE',
    facts: facts({ verb: 'truncate', tables: [use('public.claims', { action: 'truncate' })] }),
    accesses: ['truncate on public.claims'],
  },
  {
    name: 'COPY table',
    facts: facts({ verb: 'copy', tables: [use('public.claims', { action: 'copy' })] }),
    accesses: ['copy on public.claims'],
  },
  {
    name: 'COPY (query)',
    facts: facts({ verb: 'copy', tables: [use('public.claims', { limited: true })] }),
    accesses: ['copy on clinic', 'select on public.claims limited'],
  },
  {
    name: 'ALTER TABLE',
    facts: facts({ verb: 'ddl', tables: [use('public.claims', { action: 'ddl' })] }),
    accesses: ['ddl on public.claims'],
  },
  { name: 'CREATE ROLE', facts: facts({ verb: 'ddl' }), accesses: ['ddl on clinic'] },
  {
    name: 'CREATE TABLE AS, where only the read is known',
    facts: facts({ verb: 'ddl', tables: [use('public.claims')] }),
    accesses: ['ddl on clinic', 'select on public.claims'],
  },
  { name: 'an INSERT without its table', facts: facts({ verb: 'insert' }), accesses: ['insert on clinic'] },
  {
    name: 'CALL',
    facts: facts({ verb: 'call', routines: [routine('public', 'p', ['integer'])] }),
    accesses: ['call on public.p(int4)'],
  },
  { name: 'DO', facts: facts({ verb: 'call' }), accesses: ['call on clinic'] },
  {
    name: 'a function that is not reviewed, beside a table',
    facts: facts({ tables: [use('public.claims')], routines: [routine('public', 'f', ['text', 'bigint'])] }),
    accesses: ['select on public.claims', 'call on public.f(text,int8)'],
  },
  {
    name: 'a name of two overloads',
    facts: facts({ routines: [routine('public', 'f', [], ['integer'])] }),
    accesses: ['call on public.f()', 'call on public.f(int4)'],
  },
  {
    name: 'a routine without known overloads',
    facts: facts({ routines: [routine('pg_catalog', 'pg_sleep')] }),
    accesses: ['call on pg_catalog.pg_sleep'],
  },
  { name: 'an unresolved routine', facts: facts({ routines: [routine(null, 'f')] }), accesses: ['call on f'] },
  {
    name: 'control uses',
    facts: facts({
      tables: [use('public.patients', { protected: true, filtered: true })],
      controls: [
        control('public.patients.ssn', 'where', true),
        control('public.patients.ssn', 'order'),
        control('public.patients.mrn', 'where'),
      ],
    }),
    accesses: [
      'select on public.patients filtered',
      'filter on public.patients.ssn (used in where) filtered lookup',
      'filter on public.patients.ssn (used in order) filtered',
      'filter on public.patients.mrn (used in where) filtered',
    ],
  },
  {
    name: 'the same control use as a lookup and not',
    facts: facts({
      tables: [use('public.patients')],
      controls: [control('public.patients.ssn', 'where', true), control('public.patients.ssn', 'where')],
    }),
    accesses: [
      'select on public.patients',
      'filter on public.patients.ssn (used in where) lookup',
      'filter on public.patients.ssn (used in where)',
    ],
  },
  {
    name: 'protected outputs',
    facts: facts({
      tables: [use('public.patients', { limited: true }), use('public.messages', { filtered: true })],
      outputs: [
        { kind: 'clear' },
        {
          kind: 'derived',
          columns: [
            { ...column('public.patients.ssn'), class: 'ssn' },
            { ...column('public.messages.body'), class: 'free_text' },
          ],
        },
        bare('public.patients.ssn', 'ssn'),
        bare('public.patients.ssn', 'ssn'),
      ],
    }),
    accesses: [
      'select on public.patients limited',
      'select on public.messages filtered',
      'unmask on public.patients.ssn limited ssn',
      'unmask on public.messages.body filtered free_text',
    ],
  },
  {
    name: 'the output of a table that is read twice, once unbounded',
    facts: facts({
      tables: [use('public.patients', { limited: true, filtered: true }), use('public.patients', { filtered: true })],
      outputs: [bare('public.patients.ssn', 'ssn')],
    }),
    accesses: [
      'select on public.patients filtered limited',
      'select on public.patients filtered',
      'unmask on public.patients.ssn filtered ssn',
    ],
  },
  {
    name: 'the output of a table that is read twice, once unfiltered',
    facts: facts({
      tables: [use('public.patients', { filtered: true }), use('public.patients')],
      outputs: [bare('public.patients.ssn', 'ssn')],
    }),
    accesses: ['select on public.patients filtered', 'select on public.patients', 'unmask on public.patients.ssn ssn'],
  },
  {
    name: 'RETURNING of a write that reads nothing else',
    facts: facts({
      verb: 'update',
      tables: [use('public.patients', { action: 'update', filtered: true })],
      outputs: [bare('public.patients.ssn', 'ssn')],
    }),
    accesses: ['update on public.patients filtered', 'unmask on public.patients.ssn filtered ssn'],
  },
];

for (const { name, facts: asked, accesses } of cases) {
  test(`accesses: ${name}`, () => assert.deepEqual(accessesOf(asked).map(shown), accesses));
}

test('accesses: every statement must be permitted something', () => {
  for (const verb of [
    'select',
    'insert',
    'update',
    'delete',
    'merge',
    'truncate',
    'copy',
    'call',
    'ddl',
    'session',
  ] as const) {
    const outputs = [bare('public.patients.ssn', 'ssn')];
    assert.ok(
      accessesOf(facts({ verb, outputs })).some(({ action }) => action !== 'unmask'),
      verb,
    );
  }
});
