import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { BoundParameters } from '../../src/core/question.ts';
import { showStatement } from '../../src/sql/shown-statement.ts';
import { clinicCatalogue } from './clinic-catalogue.ts';
import { factsOf, open } from './seen.ts';

const catalogue = clinicCatalogue();

function shown(sql: string, values: readonly (string | null)[] = [], format = 0) {
  const bind: BoundParameters = {
    formats: [format],
    values: values.map((value) => (value === null ? null : Buffer.from(value))),
  };
  return showStatement(Buffer.from(sql), factsOf(sql), values.length === 0 ? null : bind, catalogue);
}

const statements: readonly (readonly [sql: string, text: string])[] = [
  [
    "update patients set status = 'inactive', ssn = '123-45-6789' where id = 7",
    "update patients set status = 'inactive', ssn = ‹ssn› where id = 7",
  ],
  [
    "insert into patients (id, ssn, status) values (1, '123-45-6789', 'x'), (2, '999', 'y')",
    "insert into patients (id, ssn, status) values (1, ‹ssn›, 'x'), (2, ‹ssn›, 'y')",
  ],
  [
    "update patients set status = 'a' where zip in ('12345', '6')",
    "update patients set status = 'a' where zip in ('12345', '6')",
  ],
  ["update patients set status = 'a' || 'secret'", 'update patients set status = ‹string› || ‹string›'],
  [
    "insert into patients (id, status) values (1, 'x') on conflict (id) do update set status = 'y' where patients.zip = '1'",
    "insert into patients (id, status) values (1, 'x') on conflict (id) do update set status = 'y' where patients.zip = '1'",
  ],
  [
    "delete from patients p where p.id = 1 and (p.status = 'open' or p.zip not in ('1', '2'))",
    "delete from patients p where p.id = 1 and (p.status = 'open' or p.zip not in ('1', '2'))",
  ],
  [
    "update patients set ssn = lower('1') where ssn in (lower('2'), '3') and status in ('a', lower('b'))",
    "update patients set ssn = lower(‹string›) where ssn in (lower(‹ssn›), ‹ssn›) and status in ('a', lower(‹string›))",
  ],
  ["update patients set status = lower('secret')", 'update patients set status = lower(‹string›)'],
  [
    "update patients set status = 'a' -- John Smith\n where id = 1",
    "update patients set status = 'a' ‹comment› where id = 1",
  ],
  [
    "update claims set status = lower('open') where amount > 10.5",
    "update claims set status = lower('open') where amount > 10.5",
  ],
  ['update patients set "status" = \'b\'', 'update patients set "status" = \'b\''],
  ['select status as "123-45-6789" from patients limit 10', 'select status as "‹name›" from patients limit ‹number›'],
];

for (const [sql, text] of statements) {
  test(`people are shown: ${text}`, () => assert.equal(shown(sql).text, text));
}

test('the classes are those of the columns that it names', () => {
  assert.deepEqual(shown("update patients set status = 'x', ssn = '1', phone = '2'").classes, ['phone', 'ssn']);
  assert.deepEqual(shown("update patients set status = 'x'").classes, []);
});

test('a parameter is shown where each of its places may be', () => {
  const sql = 'update patients set status = $1, ssn = $2, zip = lower($3) where id = $4';
  assert.deepEqual(shown(sql, ['gone', '123-45-6789', 'secret', null]).parameters, [
    'gone',
    '‹ssn›',
    '‹value›',
    'NULL',
  ]);
  assert.deepEqual(shown('update patients set status = $1, ssn = $1', ['123-45-6789']).parameters, ['‹ssn›']);
  assert.deepEqual(shown('update patients set status = $1', ['\u0000\u0001'], 1).parameters, ['‹2 bytes in binary›']);
});

test('where nothing is protected everything is shown, comments aside', () => {
  const sql = "update patients set ssn = '123-45-6789' where full_name = 'A' || 'B'";
  const plain = clinicCatalogue({ protect: false });
  assert.equal(showStatement(Buffer.from(sql), factsOf(sql, open), null, plain).text, sql);
});

test('no literal that stands beside a protected column is ever shown, however it is written', () => {
  const spellings = fc.constantFrom(
    "'SECRET'",
    "E'SECRET'",
    "'SEC' 'RET'",
    '$$SECRET$$',
    "U&'SECRET'",
    "'it''s SECRET'",
  );
  const places = fc.constantFrom(
    (literal: string) => `update patients set ssn = ${literal}`,
    (literal: string) => `update patients set SSN=${literal} where id = 1`,
    (literal: string) => `update patients set "ssn" = (${literal})`,
    (literal: string) => `update patients set (status, ssn) = ('x', ${literal})`,
    (literal: string) => `update patients set ssn = case when id = 1 then ${literal} else '' end`,
    (literal: string) => `insert into patients values (1, ${literal}, ${literal}, ${literal})`,
    (literal: string) => `insert into patients (status, ssn) values ('x', ${literal})`,
    (literal: string) => `insert into patients (ssn) select ${literal}`,
    (literal: string) => `update patients set status = 'a' where ${literal} = ssn`,
    (literal: string) => `update patients set status = 'a' where ssn in ('x', ${literal})`,
    (literal: string) => `update patients set status = 'a' where ssn between ${literal} and ${literal}`,
    (literal: string) => `update patients set status = 'a' where status = ssn || ${literal}`,
  );
  fc.assert(
    fc.property(spellings, places, fc.constantFrom(' ', '\n', ' /* SECRET */ '), (literal, place, space) => {
      const sql = place(`${space}${literal.replace("'SEC' 'RET'", "'SEC'\n'RET'")}`);
      const { text } = showStatement(Buffer.from(sql), factsOf(sql), null, catalogue);
      assert.ok(!/SECRET|RET'/.test(text), text);
    }),
  );
});
