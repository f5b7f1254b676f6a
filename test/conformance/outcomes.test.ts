import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outcomesOf } from '../../conformance/drivers/go-suites/outcomes.ts';

test('what a test came to, with what Sluice said in it and in those within it', () => {
  const said = [
    '=== RUN   TestA',
    '=== RUN   TestA/one',
    '    a_test.go:7: have: "pq: sluice: relation "t" is not in the catalogue (SQLSTATE 42P01)"',
    '=== RUN   TestA/two',
    '--- FAIL: TestA (0.01s)',
    '    --- FAIL: TestA/one (0.00s)',
    '    --- PASS: TestA/two (0.00s)',
    'FAIL',
  ].join('\n');
  const sentence = 'sluice: relation NAME is not in the catalogue';
  assert.deepEqual(outcomesOf('.', 'TestA', said), [
    { scenario: 'suite .:TestA', outcome: { outcome: 'FAIL', text: [sentence] } },
    { scenario: 'suite .:TestA/one', outcome: { outcome: 'FAIL', text: [sentence] } },
    { scenario: 'suite .:TestA/two', outcome: { outcome: 'PASS' } },
  ]);
});

test('a test that ended its process failed, and names of folders made for it do not count', () => {
  assert.deepEqual(outcomesOf('.', 'TestB', '=== RUN   TestB\npanic: no\n'), [
    { scenario: 'suite .:TestB', outcome: { outcome: 'FAIL' } },
  ]);
  const [, within] = outcomesOf('.', 'TestC', "--- PASS: TestC\n    --- PASS: TestC/file='/tmp/TestC12/001/x'_a\n");
  assert.equal(within?.scenario, "suite .:TestC/file='x'_a");
});
