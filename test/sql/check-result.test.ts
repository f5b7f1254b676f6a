import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OutputColumn, StatementFacts } from '../../src/core/facts.ts';
import type { ResultColumn } from '../../src/core/question.ts';
import { checkResult } from '../../src/sql/check-result.ts';
import { patientsOid } from './clinic-catalogue.ts';
import { factsOf, open, protecting } from './seen.ts';

const patients = protecting.relationByOid(patientsOid);
const ssn = patients?.columns.find((column) => column.name === 'ssn')?.number ?? 0;
const zip = patients?.columns.find((column) => column.name === 'zip')?.number ?? 0;

function described(tableOid: number, number: number): ResultColumn {
  return { name: 'x', tableOid, number, typeOid: 25, format: 0 };
}

function withOutputs(...outputs: readonly OutputColumn[]): StatementFacts {
  return { ...factsOf('select 1'), outputs };
}

const named = (column: string) => ({ schema: 'public', name: 'patients', column, class: column });
const clear: OutputColumn = { kind: 'clear' };
const bare = (column: string): OutputColumn => ({ kind: 'bare', column: named(column), class: column });
const derived = (...columns: readonly string[]): OutputColumn => ({ kind: 'derived', columns: columns.map(named) });

test('a protected origin must be expected at its place', () => {
  const table: readonly (readonly [OutputColumn, ResultColumn, boolean])[] = [
    [clear, described(0, 0), true],
    [clear, described(patientsOid, zip), true],
    [bare('ssn'), described(patientsOid, ssn), true],
    [derived('mrn', 'ssn'), described(patientsOid, ssn), true],
    [bare('ssn'), described(0, 0), true],
    [bare('ssn'), described(patientsOid, zip), true],
    [clear, described(1259, 2), true],
    [clear, described(patientsOid, -1), true],
    [clear, described(patientsOid, ssn), false],
    [bare('mrn'), described(patientsOid, ssn), false],
    [derived('mrn'), described(patientsOid, ssn), false],
    [clear, described(patientsOid, 0), false],
    [bare('ssn'), described(patientsOid, 0), false],
    [clear, described(patientsOid, 900), false],
    [clear, described(99_999, 1), false],
    [bare('ssn'), described(99_999, 1), false],
  ];
  for (const [output, column, holds] of table) {
    const denial = checkResult(withOutputs(output), [column], protecting);
    assert.equal(denial === null, holds, JSON.stringify([output, column]));
    if (!holds) assert.equal(denial?.code, 'analysis_contradicted');
  }
});

test('the number of columns must be the expected one', () => {
  const facts = withOutputs(clear, bare('ssn'));
  assert.equal(checkResult(facts, [described(0, 0), described(patientsOid, ssn)], protecting), null);
  assert.match(checkResult(facts, [described(0, 0)], protecting)?.message ?? '', /has 1 columns .* expects 2/);
  assert.equal(checkResult({ ...facts, outputs: null }, [], protecting), null);
  assert.equal(checkResult({ ...facts, outputs: null }, [described(0, 0)], protecting)?.code, 'analysis_contradicted');
});

test('order matters: masks are placed by position', () => {
  const facts = withOutputs(bare('ssn'), clear);
  assert.notEqual(checkResult(facts, [described(patientsOid, zip), described(patientsOid, ssn)], protecting), null);
});

test('where columns are not counted none may be protected', () => {
  const facts = factsOf('select * from pg_class');
  assert.equal(facts.openOutputs, true);
  assert.equal(checkResult(facts, [described(1259, 1), described(1259, 2)], protecting), null);
  assert.notEqual(checkResult(facts, [described(1259, 1), described(patientsOid, ssn)], protecting), null);
  assert.notEqual(checkResult(facts, [described(patientsOid, 0)], protecting), null);
});

test('nothing protected: only the shape is compared', () => {
  const facts = factsOf('select ssn from patients', open);
  assert.equal(checkResult(facts, [described(patientsOid, ssn)], open), null);
});
