import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Clock, instant } from '../../src/base/clock.ts';
import { principalId } from '../../src/core/principal.ts';
import { RollingSum } from '../../src/engine/rolling-sum.ts';
import { type KeptUsage, UsageCounters, type UsageStore } from '../../src/engine/usage-counters.ts';

const job = principalId('ci', 'job');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const start = Date.parse('2026-11-21T12:00:30Z');

class HandClock implements Clock {
  ms = start;
  now() {
    return instant(this.ms * 1000);
  }
  monotonic() {
    return this.ms;
  }
}

class Shelf implements UsageStore {
  readonly saved: KeptUsage[][] = [];
  full = false;
  load() {
    return this.saved.at(-1) ?? [];
  }
  save(changed: readonly KeptUsage[]) {
    if (this.full) throw new Error('no space');
    this.saved.push(structuredClone(changed) as KeptUsage[]);
  }
}

test('what a principal did counts for an hour and for a day, and not for others', () => {
  const clock = new HandClock();
  const counters = new UsageCounters(new Shelf(), clock);
  counters.statement(job);
  counters.result(job, 10, 500, ['ssn']);
  assert.equal(counters.of(principalId('ci', 'other')).rowsDay, 0);
  clock.ms += HOUR - MINUTE;
  const usage = counters.of(job);
  assert.deepEqual([usage.statementsHour, usage.rowsHour, usage.bytesHour], [1, 10, 500]);
  clock.ms += 3 * MINUTE;
  assert.deepEqual([counters.of(job).rowsHour, counters.of(job).rowsDay], [0, 10]);
  assert.deepEqual(counters.of(job).classesReadDay, ['ssn']);
  clock.ms += DAY;
  const later = counters.of(job);
  assert.deepEqual([later.statementsDay, later.rowsDay, later.bytesDay, later.classesReadDay], [0, 0, 0, []]);
});

test('a class that is read again stays for another day', () => {
  const clock = new HandClock();
  const counters = new UsageCounters(new Shelf(), clock);
  counters.result(job, 1, 10, ['ssn', 'name']);
  clock.ms += DAY - MINUTE;
  counters.result(job, 1, 10, ['ssn']);
  clock.ms += HOUR;
  assert.deepEqual(counters.of(job).classesReadDay, ['ssn']);
});

test('counters are saved when something was counted, all at once, and read again', () => {
  const clock = new HandClock();
  const shelf = new Shelf();
  const before = new UsageCounters(shelf, clock);
  before.flush();
  assert.equal(shelf.saved.length, 0);
  for (let at = 0; at < 1000; at += 1) before.statement(job);
  before.result(job, 7, 70, ['mrn']);
  before.flush();
  before.flush();
  assert.equal(shelf.saved.length, 1);
  clock.ms += MINUTE;
  const after = new UsageCounters(shelf, clock);
  const { statementsHour, rowsDay, bytesDay, classesReadDay } = after.of(job);
  assert.deepEqual([statementsHour, rowsDay, bytesDay, classesReadDay], [1000, 7, 70, ['mrn']]);
});

test('what could not be saved still counts, and is saved later', () => {
  const shelf = new Shelf();
  const counters = new UsageCounters(shelf, new HandClock());
  shelf.full = true;
  counters.statement(job);
  counters.flush();
  assert.equal(counters.of(job).statementsHour, 1);
  shelf.full = false;
  counters.flush();
  assert.equal(shelf.saved.length, 1);
});

test('property: a window holds everything that is younger than it, and nothing much older', () => {
  const steps = fc.array(fc.record({ wait: fc.nat(20 * MINUTE), rows: fc.nat(100) }), { maxLength: 60 });
  fc.assert(
    fc.property(steps, (happened) => {
      const window = new RollingSum(MINUTE, 60);
      const all: { at: number; rows: number }[] = [];
      let now = start;
      for (const { wait, rows } of happened) {
        now += wait;
        window.add(now, 1, rows, 0);
        all.push({ at: now, rows });
      }
      const since = (age: number) => all.filter(({ at }) => at > now - age).reduce((sum, { rows }) => sum + rows, 0);
      assert.ok(window.rows >= since(HOUR));
      assert.ok(window.rows <= since(HOUR + MINUTE));
      const again = new RollingSum(MINUTE, 60, window.slots);
      assert.deepEqual([again.rows, again.statements], [window.rows, window.statements]);
    }),
  );
});

test('a clock that is set back forgets nothing', () => {
  const window = new RollingSum(MINUTE, 60);
  window.add(start, 1, 5, 0);
  window.add(start - DAY, 1, 5, 0);
  assert.equal(window.advance(start - DAY).rows, 10);
  assert.equal(window.advance(start + HOUR - MINUTE).rows, 10);
});
