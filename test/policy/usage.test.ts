import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Usage, unused, usageAfter } from '../../src/policy/usage.ts';

test('statements to come are counted in every window; what they will return nobody knows yet', () => {
  const usage = {
    statementsHour: 3,
    statementsDay: 30,
    rowsHour: 5,
    rowsDay: 50,
    bytesHour: 7,
    bytesDay: 70,
    classesReadDay: ['ssn'],
  };
  assert.deepEqual(usageAfter(usage, 2), { ...usage, statementsHour: 5, statementsDay: 32 });
  assert.deepEqual(usageAfter(usage, 0), usage);
  assert.deepEqual(usageAfter(unused, 1), { ...unused, statementsHour: 1, statementsDay: 1 });
});

test('counters behind getters are read once, when it is asked, and not changed', () => {
  let rows = 10;
  class Counted implements Usage {
    readonly statementsHour = 1;
    readonly statementsDay = 1;
    get rowsHour(): number {
      return rows;
    }
    get rowsDay(): number {
      return rows;
    }
    readonly bytesHour = 0;
    readonly bytesDay = 0;
    get classesReadDay(): readonly string[] {
      return ['mrn'];
    }
  }
  const counted = new Counted();
  const after = usageAfter(counted, 4);
  rows = 99;
  assert.deepEqual([after.statementsHour, after.statementsDay, after.rowsHour, after.rowsDay], [5, 5, 10, 10]);
  assert.deepEqual(after.classesReadDay, ['mrn']);
  assert.equal(counted.statementsHour, 1);
});
