import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { loadConfiguration } from '../../../src/app/config/load-configuration.ts';
import { assertFaults, changed, type FaultCase } from './faults-of.ts';

/** The sound file with a second issuer, of people. */
const withPeople = {
  16: '      profile: generic\n    - { id: sso, issuer: "https://sso.example", audience: sluice, profile: people }',
};
const rule = '{ people: [sso/dana], workloads: [ci/etl], connections: [clinic], window: 1h }';

function read(text: string) {
  const loaded = loadConfiguration(changed({ ...withPeople, 28: text }), '/etc/sluice/sluice.yaml');
  assert.ok(loaded.ok, JSON.stringify(loaded));
  // Notifiers have tests of their own.
  const { notify, ...approvals } = loaded.value.approvals;
  assert.deepEqual(notify, []);
  return approvals;
}

test('what is not said has a default', () => {
  const minute = 60_000;
  assert.deepEqual(read('approvals: {}'), {
    waitMs: 15 * minute,
    ttlMs: 60 * minute,
    recentLoginMs: 15 * minute,
    runEndsAfterMs: 5 * minute,
    pendingPerPrincipal: 500,
    breakGlass: [],
  });
  assert.deepEqual(read('retention: {}'), read('approvals: {}'));
});

test('everything that can be said is read', () => {
  const text = `approvals: { wait: 90s, ttl: 4h, recentLogin: 5m, runEndsAfter: 1m, pendingPerPrincipal: 7, breakGlass: [${rule}] }`;
  assert.deepEqual(read(text), {
    waitMs: 90_000,
    ttlMs: 14_400_000,
    recentLoginMs: 300_000,
    runEndsAfterMs: 60_000,
    pendingPerPrincipal: 7,
    breakGlass: [{ people: ['sso/dana'], workloads: ['ci/etl'], connections: ['clinic'], windowMs: 3_600_000 }],
  });
});

const breaking = (change: (text: string) => string) => ({
  ...withPeople,
  28: `approvals: { breakGlass: [${change(rule)}] }`,
});

const cases: readonly FaultCase[] = [
  {
    name: 'a key that does not exist',
    change: { 28: 'approvals: { waits: 15m }' },
    faults: [[28, 14, 'approvals.waits', /did you mean `wait`\?/]],
  },
  {
    name: 'durations that protect nobody',
    change: { 28: 'approvals: { ttl: 1y, recentLogin: 2d, runEndsAfter: 1s }' },
    faults: [
      [28, 19, 'approvals.ttl', /from 1s to 30d/],
      [28, 36, 'approvals.recentLogin', /from 1m to 1d/],
      [28, 54, 'approvals.runEndsAfter', /from 1m to 1d/],
    ],
  },
  {
    name: 'no request at all',
    change: { 28: 'approvals: { pendingPerPrincipal: 0 }' },
    faults: [[28, 35, 'approvals.pendingPerPrincipal', /from 1 to 100000/]],
  },
  {
    name: 'a break-glass of a machine',
    change: breaking((text) => text.replace('sso/dana', 'ci/etl')),
    faults: [[29, 38, 'approvals.breakGlass[0].people[0]', /only people open a break-glass/]],
  },
  {
    name: 'a break-glass of nobody',
    change: breaking((text) => text.replace('[sso/dana]', '[]')),
    faults: [[29, 37, 'approvals.breakGlass[0].people', /allows nothing: name at least one/]],
  },
  {
    name: 'a break-glass for an unknown issuer on an unknown connection',
    change: breaking((text) => text.replace('ci/etl', 'cj/etl').replace('clinic', 'clinik')),
    faults: [
      [29, 61, 'approvals.breakGlass[0].workloads[0]', /issuer is not in/],
      [29, 84, 'approvals.breakGlass[0].connections[0]', /no connection of this name/],
    ],
  },
  {
    name: 'a break-glass without an end',
    change: breaking((text) => text.replace(', window: 1h', '')),
    faults: [[29, 27, 'approvals.breakGlass[0]', /`window` is missing/]],
  },
  {
    name: 'a break-glass for a week',
    change: breaking((text) => text.replace('1h', '7d')),
    faults: [[29, 101, 'approvals.breakGlass[0].window', /from 1m to 1d/]],
  },
];

describe('a fault of approvals', () => {
  for (const { name, ...fault } of cases) test(name, () => assertFaults(fault));
});
