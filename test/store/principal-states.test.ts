import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instant } from '../../src/base/clock.ts';
import { type Principal, principalId, unknownOrigin } from '../../src/core/principal.ts';
import { seenLimit } from '../../src/store/principal-states.ts';
import { stateKinds } from './state-servers.ts';

const etl = principalId('demo', 'nightly-etl');
const agent = principalId('demo', 'coding-agent');
const ada = principalId('demo', 'ada');

for (const { name, fresh } of stateKinds) {
  test(`${name}: a disabled principal is disabled at once and when opened again, until it is enabled`, async (context) => {
    const server = await fresh(context);
    const first = await server.open();
    assert.equal(first.principals.isDisabled(etl), false);
    const storing = first.principals.disable(etl, ada, instant(1));
    assert.equal(first.principals.isDisabled(etl), true);
    await storing;
    await first.principals.disable(etl, ada, instant(2));
    assert.deepEqual([first.principals.isDisabled(etl), first.principals.isDisabled(agent)], [true, false]);
    await first.close();
    const second = await server.open();
    assert.equal(second.principals.isDisabled(etl), true);
    await second.principals.enable(etl, ada, instant(3));
    assert.equal(second.principals.isDisabled(etl), false);
    await second.close();
    assert.equal((await server.open()).principals.isDisabled(etl), false);
  });

  test(`${name}: a principal that was never seen can be disabled and is listed`, async (context) => {
    const { principals } = await (await fresh(context)).open();
    await principals.disable(etl, ada, instant(1));
    assert.deepEqual(principals.list(), [
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
    await principals.enable(etl, ada, instant(2));
    assert.deepEqual(principals.list(), []);
  });

  test(`${name}: who was seen is listed by id with the last sight, also when opened again`, async (context) => {
    const server = await fresh(context);
    const { principals, close } = await server.open();
    principals.seen(principal(etl), instant(1_763_765_247_000_123));
    principals.seen(principal(agent), instant(5));
    principals.seen({ ...principal(etl), groups: ['pipelines', 'late'] }, instant(1_763_765_248_000_456));
    await principals.disable(agent, ada, instant(6));
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
    assert.deepEqual(principals.list(), expected);
    await close();
    assert.deepEqual((await server.open()).principals.list(), expected);
  });

  test(`${name}: the least recently seen are forgotten beyond the limit, the disabled never`, async (context) => {
    const server = await fresh(context);
    const { principals, close } = await server.open();
    for (let at = 0; at < seenLimit + 5; at++)
      principals.seen(principal(principalId('demo', `job-${at}`)), instant(at));
    await principals.disable(principalId('demo', 'job-0'), ada, instant(1));
    principals.seen(principal(principalId('demo', 'job-1')), instant(seenLimit + 10));
    await close();
    const later = (await server.open()).principals;
    const ids = new Set(later.list().map(({ id }) => id));
    assert.equal(later.isDisabled(principalId('demo', 'job-0')), true);
    assert.equal(ids.has(principalId('demo', 'job-1')), true);
    assert.equal(ids.has(principalId('demo', 'job-2')), false);
    assert.equal(ids.has(principalId('demo', `job-${seenLimit}`)), true);
  });
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
