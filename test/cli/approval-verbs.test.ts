import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { approval, grant } from '../api/sample-approvals.ts';
import { type TestApi, testApi } from '../api/test-api.ts';
import { type Ran, RecordedVerbs, run } from './recorded-verbs.ts';

describe('approvals', () => {
  let api: TestApi;
  const verbs = new RecordedVerbs();
  const sluice = (given: readonly string[], env = {}): Promise<Ran> => run(verbs, ['approvals', ...given], env);
  const dana = { SLUICE_TOKEN: 'token-of-dana' };

  before(async () => {
    api = testApi();
    verbs.url = await api.app.listen({ port: 0, host: '127.0.0.1' });
  });
  beforeEach(() => {
    api.control.request = approval;
    api.control.objection = null;
  });
  after(() => api.app.close());

  test('list: a table, an array, and narrowed', async () => {
    const { similar: _, ...listed } = approval;
    assert.deepEqual(JSON.parse((await sluice(['list', '--json'])).out), [listed]);
    const { out } = await sluice(['list', '--state', 'pending', '--principal', 'demo/nightly-etl', '--limit', '3']);
    assert.match(out, /^id +\| state +\| principal +\| connection \| verb +\| tables +\| rows \| approvals \| asked/);
    assert.match(out, new RegExp(`^${approval.id} \\| pending \\| demo/nightly-etl \\| clinic +\\| update \\|`, 'm'));
    assert.deepEqual(api.control.approvalQuestions.at(-1), {
      state: 'pending',
      principal: 'demo/nightly-etl',
      connection: null,
      limit: 3,
    });
    assert.equal((await sluice(['list', '--state', 'open'])).code, 2);
  });

  test('show: everything a person needs, the statement line by line', async () => {
    const { code, out } = await sluice(['show', approval.id]);
    assert.equal(code, 0);
    assert.equal(
      out.slice(0, out.indexOf('who ')),
      `${approval.id}  pending, a client waits\n\n    update patients\n       set status = 'active'\n     where ssn = ‹ssn›\n    $1 = ‹ssn›\n\n`,
    );
    const shown: readonly (readonly [string, string])[] = [
      ['who', 'demo/nightly-etl (nightly-etl)'],
      ['owner', 'ada'],
      ['origin repository', 'demo-clinic/nightly-etl'],
      ['origin runId', '1842'],
      ['tables', 'public.patients'],
      ['columns', 'public.patients.status, public.patients.ssn'],
      ['protected classes', 'ssn'],
      ['estimated rows', '12'],
      ['reason stated', 'monthly reconciliation'],
      ['purpose stated', 'HOPERAT'],
      ['ticket stated', 'OPS-17'],
      ['policy', 'etl-writes: pipelines change clinical rows once compliance has approved'],
      ['needed', '1 of 2 of compliance, for update on public.patients'],
      ['approving covers', `once: ${approval.covers}`],
    ];
    for (const [name, value] of shown)
      assert.ok(new RegExp(`^${name} +`, 'm').test(out) && out.includes(`  ${value}\n`), name);
    assert.match(out, /^ {2}approved by demo\/sam at \S+: agreed in the change board$/m);
    assert.match(out, /^ {2}2026-10-21T22:47:27\.000123Z used, decided by demo\/dana \(apr_\S+\)$/m);
    assert.ok(!out.includes('unknown'));
    assert.deepEqual(JSON.parse((await sluice(['show', approval.id, '--json'])).out), approval);
  });

  test('what a client wrote cannot drive the terminal', async () => {
    const evil = '\u001b[2J\u202efake\u2066';
    api.control.request = { ...approval, statement: `select 1\n${evil}\tx`, reason: evil, ticket: `a\nb` };
    const { out } = await sluice(['show', approval.id]);
    for (const character of ['\u001b', '\u202e', '\u2066']) assert.ok(!out.includes(character));
    assert.match(out, /^ {4}\\u001b\[2J\\u202efake\\u2066 {2}x$/m);
    assert.match(out, /^ticket stated +a\\nb$/m);
  });

  test('connect has no statement', async () => {
    api.control.request = {
      ...approval,
      subject: 'connect',
      statement: '',
      parameters: [],
      decisions: [],
      similar: [],
    };
    const { out } = await sluice(['show', approval.id]);
    assert.match(out, /^ {4}\(to open a session\)$/m);
    assert.match(out, /^nobody has decided yet$/m);
    assert.match(out, /^no earlier request of this kind$/m);
  });

  test('approve and deny take a reason that says something', async () => {
    const approved = await sluice(['approve', approval.id, '--reason', 'agreed'], dana);
    assert.deepEqual([approved.code, approved.out], [0, `${approval.id} is approved\n`]);
    const denied = await sluice(['deny', approval.id, '--reason', 'not now', '--json'], dana);
    assert.equal(JSON.parse(denied.out).state, 'denied');
    assert.deepEqual(api.control.calls, [
      `approve ${approval.id} by demo/dana: agreed`,
      `deny ${approval.id} by demo/dana: not now`,
    ]);
    assert.equal((await sluice(['approve', approval.id], dana)).code, 2);
    assert.equal((await sluice(['approve', approval.id, '--reason', ' -'], dana)).code, 2);
    assert.equal(api.control.calls.length, 2);
  });

  test('the engine’s refusal is told with its hint; the demo’s reader may not decide', async () => {
    api.control.objection = { code: 'approval_not_yours', message: 'own requests are for others', hint: 'ask sam' };
    const own = await sluice(['approve', approval.id, '--reason', 'mine'], dana);
    assert.deepEqual([own.code, own.out, own.err], [1, '', 'sluice: own requests are for others\nHINT: ask sam\n']);
    const reader = await sluice(['approve', approval.id, '--reason', 'fine']);
    assert.match(reader.err, /^sluice: demo\/omar does not hold a role that may do this\nHINT: /);
  });

  test('reveal prints the statement and its parameters, NULL as such', async () => {
    const { out } = await sluice(['reveal', approval.id]);
    assert.equal(out, "update patients set status = 'active' where ssn = '987-65-4320'\n$1  987-65-4320\n$2  NULL\n");
  });
});

describe('grants', () => {
  let api: TestApi;
  const verbs = new RecordedVerbs();
  const sluice = (given: readonly string[], as = 'dana'): Promise<Ran> =>
    run(verbs, ['grants', ...given], { SLUICE_TOKEN: `token-of-${as}` });

  before(async () => {
    api = testApi();
    verbs.url = await api.app.listen({ port: 0, host: '127.0.0.1' });
  });
  after(() => api.app.close());

  test('list and show', async () => {
    assert.deepEqual(JSON.parse((await sluice(['list', '--json'])).out), [grant]);
    assert.match((await sluice(['list', '--state', 'active'])).out, /\| OUTSTANDING$/m);
    const { out } = await sluice(['show', grant.id]);
    assert.match(out, /^covers +window: everything that is held for demo\/nightly-etl on clinic$/m);
    assert.match(out, /^rationale +the ward is down$/m);
    assert.deepEqual(JSON.parse((await sluice(['show', grant.id, '--json'])).out), grant);
  });

  test('revoke, break-glass and review', async () => {
    assert.equal((await sluice(['revoke', grant.id])).out, `${grant.id} is revoked\n`);
    const opened = await sluice([
      'break-glass',
      'demo/nightly-etl',
      'clinic',
      '--for',
      '30m',
      '--reason',
      'the ward is down',
    ]);
    assert.match(
      opened.out,
      new RegExp(`^${grant.id} is open for demo/nightly-etl on clinic until ${grant.expiresAt}; `),
    );
    assert.equal(
      (await sluice(['review', grant.id, '--findings', 'in order'], 'omar')).out,
      `${grant.id} is reviewed\n`,
    );
    assert.deepEqual(api.control.calls, [
      `revoke ${grant.id} by demo/dana`,
      'open clinic to demo/nightly-etl for 1800000 by demo/dana: the ward is down',
      `review ${grant.id} by demo/omar: in order`,
    ]);
  });

  for (const wrong of [
    ['break-glass', 'nightly-etl', 'clinic', '--for', '30m', '--reason', 'x'],
    ['break-glass', 'demo/nightly-etl', 'clinic', '--for', '1w', '--reason', 'x'],
    ['break-glass', 'demo/nightly-etl', 'clinic', '--reason', 'x'],
    ['review', grant.id],
    ['review', grant.id, '--findings', '?'],
  ]) {
    test(`${wrong.join(' ')} is wrong usage`, async () => {
      const before = api.control.calls.length;
      assert.equal((await sluice(wrong, 'omar')).code, 2);
      assert.equal(api.control.calls.length, before);
    });
  }
});
