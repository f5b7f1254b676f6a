import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { type Clock, instant } from '../../src/base/clock.ts';
import { principalId } from '../../src/core/principal.ts';
import { UsageCounters } from '../../src/engine/usage-counters.ts';
import { openUsage } from '../../src/store/usage-store.ts';

const job = principalId('ci', 'job');

function clockAt(ms: number): Clock {
  return { now: () => instant(ms * 1000), monotonic: () => ms };
}

function inFolder(run: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), 'usage-'));
  try {
    run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('counters outlive a restart, and are forgotten when nothing of them counts any more', () => {
  inFolder((folder) => {
    const start = Date.parse('2026-11-21T12:00:00Z');
    const session = (ms: number, run: (counters: UsageCounters) => void) => {
      const opened = openUsage(folder, clockAt(ms));
      assert.ok(opened.ok);
      const counters = new UsageCounters(opened.value, clockAt(ms));
      run(counters);
      counters.flush();
      opened.value.close();
    };
    session(start, (counters) => {
      counters.statement(job);
      counters.result(job, 12, 340, ['ssn']);
    });
    session(start + 60_000, (counters) => {
      const { statementsHour, rowsHour, bytesDay, classesReadDay } = counters.of(job);
      assert.deepEqual([statementsHour, rowsHour, bytesDay, classesReadDay], [1, 12, 340, ['ssn']]);
      counters.statement(job);
    });
    session(start + 120_000, (counters) => assert.equal(counters.of(job).statementsDay, 2));
    session(start + 3 * 24 * 3_600_000, (counters) => assert.equal(counters.of(job).statementsDay, 0));
    const database = new DatabaseSync(join(folder, 'usage.sqlite'));
    assert.deepEqual(database.prepare('select * from usage').all(), []);
    database.close();
  });
});

test('counters of a newer Sluice are left alone', () => {
  inFolder((folder) => {
    const database = new DatabaseSync(join(folder, 'usage.sqlite'));
    database.exec('pragma user_version = 99');
    database.close();
    const opened = openUsage(folder, clockAt(0));
    assert.match(opened.ok ? '' : opened.error, /written by a newer Sluice/);
  });
});
