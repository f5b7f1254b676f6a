import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { approval, grant } from './sample-approvals.ts';
import { testApi } from './test-api.ts';

const approve = {
  method: 'POST',
  url: `/api/v1/approvals/${approval.id}/approve`,
  payload: { reason: 'agreed' },
} as const;
const listed = ({ similar: _, ...view }: typeof approval) => view;

describe('requests for approvals', () => {
  test('are listed, narrowed, and shown whole', async () => {
    const api = testApi();
    const all = await api.send('omar', { url: '/api/v1/approvals' });
    assert.deepEqual([all.statusCode, all.json()], [200, [listed(approval)]]);
    const url = '/api/v1/approvals?state=used&principal=demo/nightly-etl&connection=clinic&limit=5';
    assert.deepEqual((await api.send('omar', { url })).json(), []);
    assert.deepEqual(api.control.approvalQuestions, [
      { state: null, principal: null, connection: null, limit: 100 },
      { state: 'used', principal: 'demo/nightly-etl', connection: 'clinic', limit: 5 },
    ]);
    const one = await api.send('dana', { url: `/api/v1/approvals/${approval.id}` });
    assert.deepEqual(one.json(), approval);
  });

  test('a name that no connection can have matches nothing', async () => {
    const api = testApi();
    for (const path of ['approvals', 'grants']) {
      assert.deepEqual((await api.send('omar', { url: `/api/v1/${path}?connection=1` })).json(), []);
    }
    assert.deepEqual(api.control.approvalQuestions, []);
  });

  for (const query of ['state=open', 'limit=0', 'limit=1001', 'principal=x', 'since=1', 'state=used&state=denied']) {
    test(`?${query} is malformed`, async () => {
      const response = await testApi().send('omar', { url: `/api/v1/approvals?${query}` });
      assert.deepEqual([response.statusCode, response.json().error.code], [400, 'invalid_request']);
    });
  }

  test('a decision states who, what and why', async () => {
    const api = testApi();
    const approved = await api.send('dana', approve);
    assert.deepEqual([approved.statusCode, approved.json().state], [200, 'approved']);
    const deny = { ...approve, url: `/api/v1/approvals/${approval.id}/deny`, payload: { reason: 'not now' } };
    assert.equal((await api.send('dana', deny)).json().state, 'denied');
    assert.deepEqual(api.control.calls, [
      `approve ${approval.id} by demo/dana: agreed`,
      `deny ${approval.id} by demo/dana: not now`,
    ]);
  });

  for (const reason of [undefined, '', ' \n', '!?', 'x'.repeat(2001), 5]) {
    test(`a decision with ${JSON.stringify(reason)?.slice(0, 12)} as its reason is malformed`, async () => {
      const api = testApi();
      const response = await api.send('dana', { ...approve, payload: { reason } });
      assert.equal(response.json().error.code, 'invalid_request');
      assert.deepEqual(api.control.calls, []);
    });
  }

  test('what speaks against a decision is the answer', async () => {
    const api = testApi();
    api.control.objection = { code: 'login_too_old', message: 'the login is too old', hint: 'log in again' };
    const response = await api.send('dana', approve);
    assert.deepEqual([response.statusCode, response.json().error.code], [401, 'login_too_old']);
  });

  test('whoever reveals sees it as it was sent', async () => {
    const api = testApi();
    const response = await api.send('omar', { method: 'POST', url: `/api/v1/approvals/${approval.id}/reveal` });
    assert.deepEqual(response.json().parameters, ['987-65-4320', null]);
    assert.deepEqual(api.control.calls, [`reveal ${approval.id} by demo/omar`]);
    assert.ok(!api.log().includes('987-65-4320'));
  });

  for (const id of ['apr_1', approval.id.replace('1', '2'), grant.id]) {
    test(`there is no request ${id}`, async () => {
      const response = await testApi().send('dana', { url: `/api/v1/approvals/${id}` });
      assert.deepEqual([response.statusCode, response.json().error.code], [404, 'not_found']);
    });
  }
});

describe('grants', () => {
  test('are listed, shown, revoked and reviewed', async () => {
    const api = testApi();
    assert.deepEqual((await api.send('omar', { url: '/api/v1/grants?state=active' })).json(), [grant]);
    assert.deepEqual((await api.send('omar', { url: `/api/v1/grants/${grant.id}` })).json(), grant);
    const url = `/api/v1/grants/${grant.id}`;
    const revoked = await api.send('dana', { method: 'POST', url: `${url}/revoke` });
    assert.deepEqual([revoked.json().state, revoked.json().revokedBy], ['revoked', 'demo/dana']);
    const findings = { findings: 'in order' };
    const reviewed = await api.send('omar', { method: 'POST', url: `${url}/review`, payload: findings });
    assert.deepEqual(reviewed.json().review, { by: 'demo/omar', at: grant.expiresAt, ...findings });
  });

  const emergency = {
    principal: 'demo/nightly-etl',
    connection: 'clinic',
    duration: '30m',
    reason: 'the ward is down',
  };
  const url = '/api/v1/grants/break-glass';

  for (const [duration, ms] of [
    ['90s', 90_000],
    ['30m', 1_800_000],
    ['2h', 7_200_000],
  ] as const) {
    test(`a break-glass for ${duration}`, async () => {
      const api = testApi();
      const response = await api.send('nobody', { method: 'POST', url, payload: { ...emergency, duration } });
      assert.equal(response.statusCode, 200, response.body);
      assert.deepEqual(api.control.calls, [
        `open clinic to demo/nightly-etl for ${ms} by demo/nobody: the ward is down`,
      ]);
    });
  }

  for (const wrong of [
    { duration: '1d' },
    { duration: '0m' },
    { duration: '-1m' },
    { reason: '-' },
    { principal: 'x' },
  ]) {
    test(`a break-glass with ${JSON.stringify(wrong)} is malformed`, async () => {
      const api = testApi();
      const response = await api.send('ada', { method: 'POST', url, payload: { ...emergency, ...wrong } });
      assert.equal(response.json().error.code, 'invalid_request');
      assert.deepEqual(api.control.calls, []);
    });
  }

  test('a break-glass of no connection', async () => {
    const payload = { ...emergency, connection: '1' };
    const response = await testApi().send('ada', { method: 'POST', url, payload });
    assert.equal(response.json().error.code, 'connection_unknown');
  });
});

describe('whoever tries an act without the right to it is written down', () => {
  const acts = [
    ['rogue', `/api/v1/approvals/${approval.id}/approve`, approval.id, 'approve', 'forbidden'],
    ['omar', `/api/v1/approvals/${approval.id}/deny`, approval.id, 'deny', 'forbidden'],
    ['ada', `/api/v1/approvals/${approval.id}/reveal`, approval.id, 'reveal', 'forbidden'],
    ['omar', `/api/v1/grants/${grant.id}/revoke`, grant.id, 'revoke', 'forbidden'],
    ['dana', `/api/v1/grants/${grant.id}/review`, grant.id, 'review', 'forbidden'],
    ['rogue', '/api/v1/grants/break-glass', null, 'break-glass', 'forbidden'],
    ['rogue', '/api/v1/approvals/123-45-6789/approve', null, 'approve', 'forbidden'],
  ] as const;
  for (const [who, url, id, act, code] of acts) {
    test(`${act} by ${who} at ${url}`, async () => {
      const api = testApi();
      assert.equal((await api.send(who, { method: 'POST', url })).statusCode, 403);
      assert.deepEqual(api.control.refusals, [{ approval: id, by: `demo/${who}`, act, code }]);
      assert.deepEqual(api.control.calls, []);
    });
  }

  test('a disabled approver too; nobody known, and who only reads, not', async () => {
    const api = testApi();
    await api.send('ada', { method: 'POST', url: '/api/v1/principals/disable', payload: { id: 'demo/dana' } });
    assert.equal((await api.send('dana', approve)).json().error.code, 'principal_disabled');
    await api.send('mallory', approve);
    await api.send(null, approve);
    await api.send('rogue', { url: '/api/v1/approvals' });
    assert.deepEqual(api.control.refusals, [
      { approval: approval.id, by: 'demo/dana', act: 'approve', code: 'principal_disabled' },
    ]);
  });
});
