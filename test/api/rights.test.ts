import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { rights } from '../../src/api/rights.ts';
import { liveSession, ticket } from './in-memory-control.ts';
import { approval, grant } from './sample-approvals.ts';
import { noWay, testApi } from './test-api.ts';

type Method = 'GET' | 'POST';
const anyone = ['none', 'nobody', 'workload', 'approver', 'auditor', 'admin'] as const;
type Caller = (typeof anyone)[number];

const tokens: Readonly<Record<Caller, string | null>> = {
  none: null,
  nobody: 'nobody',
  workload: 'rogue',
  approver: 'dana',
  auditor: 'omar',
  admin: 'ada',
};
const readers: readonly Caller[] = ['approver', 'auditor', 'admin'];
/** What is sent here is who asks, whatever the header says. */
const form = {
  grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
  subject_token: 'token-of-nightly-etl',
  subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
};
const why = { reason: 'agreed' };
const emergency = { principal: 'demo/nightly-etl', connection: 'clinic', duration: '30m', reason: 'the ward is down' };
const explain = { principal: 'demo/nightly-etl', connection: 'clinic', sql: 'select 1' };

/** Written out rather than taken from the source: this table is the promise. */
const matrix: readonly (readonly [Method, string, object | null, readonly Caller[]])[] = [
  ['GET', '/healthz', null, anyone],
  ['GET', '/readyz', null, anyone],
  ['GET', '/metrics', null, anyone],
  ['GET', '/openapi.json', null, anyone],
  ['GET', '/api/v1/authority.pem', null, anyone],
  ['GET', '/api/v1/login', null, anyone],
  ['GET', '/api/v1/connections', null, readers],
  ['GET', '/api/v1/connections/clinic/endpoint', null, ['nobody', 'workload', ...readers]],
  ['GET', '/api/v1/sessions', null, readers],
  ['GET', `/api/v1/sessions/${liveSession}`, null, readers],
  ['POST', `/api/v1/sessions/${liveSession}/terminate`, null, ['approver', 'admin']],
  ['GET', '/api/v1/principals', null, readers],
  ['GET', '/api/v1/principals/demo/nightly-etl', null, readers],
  ['POST', '/api/v1/principals/disable', { id: 'demo/nightly-etl' }, ['admin']],
  ['POST', '/api/v1/principals/enable', { id: 'demo/nightly-etl' }, ['admin']],
  ['GET', '/api/v1/tickets', null, ['nobody', 'workload', ...readers]],
  ['POST', `/api/v1/tickets/${ticket.id}/revoke`, null, ['approver', 'admin']],
  ['GET', '/api/v1/denylist', null, readers],
  ['POST', '/api/v1/denylist', { id: 'jti-1' }, ['approver', 'admin']],
  ['POST', '/oauth/token', form, anyone],
  ['GET', '/api/v1/approvals', null, readers],
  ['GET', `/api/v1/approvals/${approval.id}`, null, readers],
  ['POST', `/api/v1/approvals/${approval.id}/approve`, why, ['approver']],
  ['POST', `/api/v1/approvals/${approval.id}/deny`, why, ['approver']],
  ['POST', `/api/v1/approvals/${approval.id}/reveal`, null, ['approver', 'auditor']],
  ['GET', '/api/v1/grants', null, readers],
  ['GET', `/api/v1/grants/${grant.id}`, null, readers],
  ['POST', `/api/v1/grants/${grant.id}/revoke`, null, ['approver']],
  ['POST', `/api/v1/grants/${grant.id}/review`, { findings: 'in order' }, ['auditor']],
  ['POST', '/api/v1/grants/break-glass', emergency, ['nobody', ...readers]],
  ['GET', '/api/v1/policies', null, readers],
  ['POST', '/api/v1/policies/explain', explain, readers],
  ['GET', '/api/v1/ledger/tail', null, ['auditor', 'admin']],
  ['GET', '/api/v1/ledger/status', null, readers],
  ['POST', '/api/v1/reload', null, ['admin']],
];

function sent(url: string, body: object | null) {
  if (body === null) return {};
  if (url !== '/oauth/token') return { payload: body };
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return { payload: new URLSearchParams(Object.entries(body)).toString(), headers };
}

describe('rights', () => {
  for (const [method, url, body, allowed] of matrix) {
    // What is refused changes nothing, and neither does a GET: building an API costs more than asking it.
    const shared: { api: ReturnType<typeof testApi> | null } = { api: null };
    const unchanged = () => {
      shared.api ??= testApi({ login: noWay });
      return shared.api;
    };
    for (const caller of anyone) {
      const expected = allowed.includes(caller) ? 200 : caller === 'none' ? 401 : 403;
      test(`${caller}: ${method} ${url} is ${expected}`, async () => {
        const api = expected !== 200 || method === 'GET' ? unchanged() : testApi({ login: noWay });
        const before = api.control.calls.length;
        const response = await api.send(tokens[caller], { method, url, ...sent(url, body) });
        assert.equal(response.statusCode, expected, response.body);
        if (expected === 401) assert.equal(response.json().error.code, 'token_required');
        if (expected === 403) assert.equal(response.json().error.code, 'forbidden');
        if (expected !== 200) assert.equal(api.control.calls.length, before, 'a refused request reached the gateway');
      });
    }
  }

  test('the table covers every route', async () => {
    const api = testApi();
    const { paths } = (await api.send(null, { url: '/openapi.json' })).json();
    const documented = Object.entries<object>(paths).flatMap(([path, verbs]) =>
      Object.keys(verbs).map((verb) => `${verb.toUpperCase()} ${path}`),
    );
    const tested = matrix.map(([method, url]) =>
      `${method} ${url}`
        .replace(liveSession, '{id}')
        .replace(ticket.id, '{id}')
        .replace(approval.id, '{id}')
        .replace(grant.id, '{id}')
        .replace('/demo/nightly-etl', '/{issuer}/{key}')
        .replace('/clinic/', '/{name}/'),
    );
    assert.deepEqual(new Set(tested), new Set(documented));
  });

  test('a workload learns where to log in and nothing else of a connection', async () => {
    const api = testApi();
    const { body } = await api.send('nightly-etl', { url: '/api/v1/connections/clinic/endpoint' });
    const { authority, listeners } = api.control;
    assert.deepEqual(JSON.parse(body), { name: 'clinic', protocol: 'postgres', listeners, authority });
    const unknown = await api.send('nightly-etl', { url: '/api/v1/connections/other/endpoint' });
    assert.deepEqual([unknown.statusCode, unknown.json().error.code], [404, 'connection_unknown']);
    await api.send('ada', { method: 'POST', url: '/api/v1/principals/disable', payload: { id: 'demo/nightly-etl' } });
    const disabled = await api.send('nightly-etl', { url: '/api/v1/connections/clinic/endpoint' });
    assert.deepEqual([disabled.statusCode, disabled.json().error.code], [403, 'principal_disabled']);
  });

  test('a workload is told that no role would help', async () => {
    const { hint } = (await testApi().send('rogue', { url: '/api/v1/sessions' })).json().error;
    assert.equal(hint, 'needed: auditor or approver or admin; workloads hold no role, so use the token of a person');
  });

  test('a disabled person is refused', async () => {
    const api = testApi();
    await api.send('ada', { method: 'POST', url: '/api/v1/principals/disable', payload: { id: 'demo/omar' } });
    const response = await api.send('omar', { url: '/api/v1/sessions' });
    assert.equal(response.statusCode, 403);
    assert.equal(response.json().error.code, 'principal_disabled');
  });

  test('the page shows the same rights', () => {
    const page = readFileSync(join(import.meta.dirname, '../../docs/api.md'), 'utf8');
    for (const [right, roles] of Object.entries(rights)) {
      const marks = ['auditor', 'approver', 'admin'].map((role) => (roles.some((held) => held === role) ? 'yes' : '–'));
      assert.match(page, new RegExp(`^\\| \`${right}\` +\\|.*\\| ${marks.join(' +\\| ')} +\\|$`, 'm'));
    }
  });
});
