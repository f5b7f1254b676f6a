import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { argumentList, columnId, idFault, relationId, routineLabel, schemaId } from '../../src/policy/entity-id.ts';

test('ids read as the design says', () => {
  assert.equal(schemaId('clinic', 'public'), 'clinic/public');
  assert.equal(relationId('clinic', { schema: 'public', name: 'patients' }), 'clinic/public.patients');
  assert.equal(columnId('clinic', { schema: 'public', name: 'patients', column: 'ssn' }), 'clinic/public.patients.ssn');
  assert.equal(
    routineLabel({ schema: 'public', name: 'f', overloads: [] }) + argumentList(['integer']),
    'public.f(int4)',
  );
});

const quoting: readonly (readonly [string, string])[] = [
  ['patients', 'patients'],
  ['_a$1', '_a$1'],
  ['Patients', '"Patients"'],
  ['a.b', '"a.b"'],
  ['a"b', '"a""b"'],
  ['1st', '"1st"'],
  ['naïve', '"naïve"'],
  ['a/b', '"a/b"'],
  ['', '""'],
];

for (const [name, part] of quoting) {
  test(`a table named ${JSON.stringify(name)}`, () => {
    assert.equal(relationId('clinic', { schema: 'public', name }), `clinic/public.${part}`);
  });
}

test('argument types have the names of pg_type', () => {
  const types = [
    'bigint',
    'bit varying',
    'boolean',
    'character',
    'character varying[]',
    'double precision',
    'real',
    'smallint',
    'time with time zone',
    'time without time zone',
    'timestamp with time zone[][]',
    'timestamp without time zone',
    'text',
    'app."Mood"',
  ];
  assert.equal(
    argumentList(types),
    '(int8,varbit,bool,bpchar,varchar[],float8,float4,int2,timetz,time,timestamptz[][],timestamp,text,app."Mood")',
  );
  assert.equal(argumentList([]), '()');
});

test('different names never share an id, and every id that is made can be written in a policy', () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'B', '.', '"', '/', '(', ' '), minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.tuple(name, name, name), fc.tuple(name, name, name), (a, b) => {
      const id = ([schema, table, column]: readonly [string, string, string]): string =>
        columnId('clinic', { schema, name: table, column });
      assert.equal(id(a) === id(b), JSON.stringify(a) === JSON.stringify(b));
      assert.equal(idFault('Column', id(a)), null);
      assert.equal(idFault('Table', relationId('clinic', { schema: a[0], name: a[1] })), null);
      assert.equal(idFault('Schema', schemaId('clinic', a[0])), null);
    }),
  );
});

const wrong: readonly (readonly [string, string])[] = [
  ['Connection', 'a/b'],
  ['Connection', ''],
  ['Schema', 'public'],
  ['Schema', 'clinic/Public'],
  ['Table', 'public.patients'],
  ['Table', 'clinic/patients'],
  ['Table', 'clinic/public.patients.ssn'],
  ['Table', 'clinic/public."patients"'],
  ['Table', 'clinic/public.Patients'],
  ['Column', 'clinic/public.patients'],
  ['Column', 'clinic/public.patients.*'],
  ['Routine', 'clinic/f'],
  ['Routine', 'clinic/public.f(int4, text)'],
  ['Routine', 'clinic/public.f(int4'],
  ['Routine', 'clinic/public.f(integer)'],
  ['Workload', 'nightly-etl'],
  ['Workload', 'demo/'],
  ['User', 'dana'],
  ['Group', ''],
];

for (const [type, id] of wrong) {
  test(`no request carries ${type}::${JSON.stringify(id)}`, () => {
    assert.match(idFault(type, id) ?? '', new RegExp(`is not how a ${type.toLowerCase()} is named: write ${type}::"`));
  });
}

test('ids of other kinds are not judged, and good ones pass', () => {
  const good: readonly (readonly [string, string])[] = [
    ['Route', 'records/GET /Patient/{id}'],
    ['Action', 'select'],
    ['Routine', 'clinic/public.f'],
    ['Routine', 'clinic/public.f()'],
    ['Routine', 'clinic/public.f(int4,text[])'],
    ['Workload', 'github/123456789'],
    ['Workload', 'k8s/system:serviceaccount:a/b'],
    ['Group', 'команда a'],
  ];
  for (const [type, id] of good) assert.equal(idFault(type, id), null, `${type} ${id}`);
});
