import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { instant } from '../../src/base/clock.ts';
import { type Principal, principalId, unknownOrigin } from '../../src/core/principal.ts';
import { openPrincipalStates, type StoredPrincipals, seenLimit } from '../../src/store/principal-states.ts';
import { temporaryDirectory } from './temporary-ledger.ts';

const etl = principalId('demo', 'nightly-etl');
const agent = principalId('demo', 'coding-agent');
const ada = principalId('demo', 'ada');

test('a disabled principal is disabled at once and after a restart, until it is enabled', (context) => {
  const directory = temporaryDirectory(context);
  const states = opened(directory);
  assert.equal(states.isDisabled(etl), false);
  states.disable(etl, ada, instant(1));
  states.disable(etl, ada, instant(2));
  assert.deepEqual([states.isDisabled(etl), states.isDisabled(agent)], [true, false]);
  // Durable without a close: another connection sees it.
  const other = opened(directory);
  assert.equal(other.isDisabled(etl), true);
  other.enable(etl, ada, instant(3));
  assert.equal(other.isDisabled(etl), false);
  other.close();
  states.close();
  const last = opened(directory);
  assert.equal(last.isDisabled(etl), false);
  last.close();
});

test('a principal that was never seen can be disabled and is listed', (context) => {
  const states = opened(temporaryDirectory(context));
  states.disable(etl, ada, instant(1));
  assert.deepEqual(states.list(), [
    {
      id: etl,
      kind: 'workload',
      display: etl,
      issuer: 'demo',
      groups: [],
      onBehalfOf: null,
      disabled: true,
      lastSeen: null,
    },
  ]);
  states.enable(etl, ada, instant(2));
  assert.deepEqual(states.list(), []);
  states.close();
});

test('who was seen is listed by id with the last sight, also after a restart', (context) => {
  const directory = temporaryDirectory(context);
  const states = opened(directory);
  states.seen(principal(etl), instant(1_763_765_247_000_123));
  states.seen(principal(agent), instant(5));
  states.seen({ ...principal(etl), groups: ['pipelines', 'late'] }, instant(1_763_765_248_000_456));
  states.disable(agent, ada, instant(6));
  const expected = [
    {
      id: agent,
      kind: 'workload',
      display: 'coding-agent',
      issuer: 'demo',
      groups: ['pipelines'],
      onBehalfOf: ada,
      disabled: true,
      lastSeen: 5,
    },
    {
      id: etl,
      kind: 'workload',
      display: 'nightly-etl',
      issuer: 'demo',
      groups: ['pipelines', 'late'],
      onBehalfOf: ada,
      disabled: false,
      lastSeen: 1_763_765_248_000_456,
    },
  ];
  assert.deepEqual(states.list(), expected);
  states.close();
  const later = opened(directory);
  assert.deepEqual(later.list(), expected);
  later.close();
});

test('the least recently seen are forgotten beyond the limit, the disabled never', (context) => {
  const directory = temporaryDirectory(context);
  const states = opened(directory);
  for (let at = 0; at < seenLimit + 5; at++) states.seen(principal(principalId('demo', `job-${at}`)), instant(at));
  states.disable(principalId('demo', 'job-0'), ada, instant(1));
  states.seen(principal(principalId('demo', 'job-1')), instant(seenLimit + 10));
  states.close();
  const later = opened(directory);
  const ids = new Set(later.list().map(({ id }) => id));
  assert.equal(later.isDisabled(principalId('demo', 'job-0')), true);
  assert.equal(ids.has(principalId('demo', 'job-1')), true);
  assert.equal(ids.has(principalId('demo', 'job-2')), false);
  assert.equal(ids.has(principalId('demo', `job-${seenLimit}`)), true);
  later.close();
});

test('state of a newer version is refused with a sentence', (context) => {
  const directory = temporaryDirectory(context);
  const database = new DatabaseSync(join(directory, 'state.sqlite'));
  database.exec('pragma user_version = 9');
  database.close();
  const states = openPrincipalStates(directory);
  assert.match(states.ok ? '' : states.error, /was written by a newer Sluice; use that one$/);
});

function opened(directory: string): StoredPrincipals {
  const states = openPrincipalStates(directory);
  if (!states.ok) throw new Error(states.error);
  return states.value;
}

function principal(id: Principal['id']): Principal {
  return {
    id,
    kind: 'workload',
    display: id.slice('demo/'.length),
    issuer: 'demo',
    groups: ['pipelines'],
    nature: 'ci-job',
    origin: unknownOrigin,
    onBehalfOf: ada,
  };
}
