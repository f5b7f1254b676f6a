import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PrometheusMeter } from '../../src/app/prometheus-meter.ts';

test('approvals are counted by what became of them, and what stands is shown', async () => {
  const meter = new PrometheusMeter();
  for (const what of ['requested', 'requested', 'approved', 'expired'] as const) meter.approval(what);
  meter.approvalsStanding({ pending: 3, unreviewedBreakGlass: 1 });
  meter.notificationFailed();
  const shown = (await meter.registry.metrics()).split('\n');
  for (const line of [
    'sluice_approvals_total{state="requested"} 2',
    'sluice_approvals_total{state="approved"} 1',
    'sluice_approvals_total{state="expired"} 1',
    'sluice_approvals_pending 3',
    'sluice_break_glass_unreviewed 1',
    'sluice_notifications_failed_total 1',
  ]) {
    assert.ok(shown.includes(line), line);
  }
  meter.approvalsStanding({ pending: 0, unreviewedBreakGlass: 0 });
  assert.match(await meter.registry.metrics(), /^sluice_break_glass_unreviewed 0$/m);
});
