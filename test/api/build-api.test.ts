import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { liveSession } from './in-memory-control.ts';
import { testApi } from './test-api.ts';

describe('what the API answers', () => {
  test('health, readiness, metrics and the authority need no login', async () => {
    const api = testApi();
    assert.deepEqual((await api.send(null, { url: '/healthz' })).json(), { status: 'ok' });
    assert.deepEqual((await api.send(null, { url: '/readyz' })).json(), {
      ready: true,
      checks: [{ name: 'ledger', ok: true, message: 'good' }],
    });
    const metrics = await api.send(null, { url: '/metrics' });
    assert.match(metrics.headers['content-type']?.toString() ?? '', /^text\/plain; version=0\.0\.4/);
    assert.equal(metrics.body, '# TYPE sluice_sessions gauge\nsluice_sessions 1\n');
    const authority = await api.send(null, { url: '/api/v1/authority.pem' });
    assert.equal(authority.headers['content-type'], 'application/x-pem-file');
    assert.equal(authority.body, api.control.authority);
  });

  test('not ready is 503 and says which check failed', async () => {
    const api = testApi();
    api.control.ready = false;
    const response = await api.send(null, { url: '/readyz' });
    assert.equal(response.statusCode, 503);
    assert.deepEqual(response.json(), { ready: false, checks: [{ name: 'ledger', ok: false, message: 'disk full' }] });
  });

  test('no own authority is not_found', async () => {
    const api = testApi();
    api.control.authority = null;
    const response = await api.send(null, { url: '/api/v1/authority.pem' });
    assert.equal(response.statusCode, 404);
    assert.equal(response.json().error.code, 'not_found');
  });

  test('views arrive whole', async () => {
    const api = testApi();
    const cases: readonly (readonly [string, unknown])[] = [
      ['/api/v1/connections', api.control.connections()],
      ['/api/v1/sessions', api.control.sessions()],
      [`/api/v1/sessions/${liveSession}`, api.control.session(liveSession)],
      ['/api/v1/principals', api.control.principals()],
      ['/api/v1/principals/demo/ada', api.control.principals().find(({ id }) => id === 'demo/ada')],
      ['/api/v1/policies', api.control.policies()],
      ['/api/v1/ledger/tail?count=2', await api.control.ledgerTail(2)],
      ['/api/v1/ledger/tail', await api.control.ledgerTail(50)],
      ['/api/v1/ledger/status', api.control.ledgerStatus()],
    ];
    for (const [url, expected] of cases) {
      const response = await api.send('ada', { url });
      assert.equal(response.statusCode, 200, url);
      assert.deepEqual(response.json(), expected, url);
    }
  });

  test('an id with more slashes is found by its percent-encoded key', async () => {
    const api = testApi();
    const response = await api.send('omar', { url: `/api/v1/principals/demo/${encodeURIComponent('spiffe/ns/etl')}` });
    assert.equal(response.json().id, 'demo/spiffe/ns/etl');
  });

  test('changes state who made them', async () => {
    const api = testApi();
    const payload = { id: 'demo/nightly-etl' };
    const disabled = await api.send('ada', { method: 'POST', url: '/api/v1/principals/disable', payload });
    assert.deepEqual(disabled.json(), { id: 'demo/nightly-etl', state: 'disabled', endedSessions: 1 });
    const enabled = await api.send('ada', { method: 'POST', url: '/api/v1/principals/enable', payload });
    assert.deepEqual(enabled.json(), { id: 'demo/nightly-etl', state: 'enabled', endedSessions: 0 });
    const ended = await api.send('dana', { method: 'POST', url: `/api/v1/sessions/${liveSession}/terminate` });
    assert.deepEqual(ended.json(), { id: liveSession, terminated: true });
    assert.deepEqual(api.control.calls, [
      'disable demo/nightly-etl by demo/ada',
      'enable demo/nightly-etl by demo/ada',
      `terminate ${liveSession} by demo/dana`,
    ]);
  });

  test('a session that has ended cannot be terminated', async () => {
    const api = testApi();
    const terminate = { method: 'POST', url: `/api/v1/sessions/${liveSession}/terminate` } as const;
    assert.equal((await api.send('ada', terminate)).statusCode, 200);
    assert.equal((await api.send('ada', terminate)).statusCode, 404);
  });

  test('explain asks with the groups it was given, or with none', async () => {
    const api = testApi();
    const question = { principal: 'demo/nightly-etl', connection: 'clinic', sql: 'select * from patients' };
    const url = '/api/v1/policies/explain';
    const answer = await api.send('omar', { method: 'POST', url, payload: question });
    assert.equal(answer.json().decision, 'deny');
    assert.equal(answer.json().hint, 'add a WHERE or a LIMIT');
    await api.send('omar', { method: 'POST', url, payload: { ...question, groups: ['agents'] } });
    assert.deepEqual(api.control.questions, [
      { ...question, groups: null },
      { ...question, groups: ['agents'] },
    ]);
  });

  test('reload says every fault of a configuration that was not taken', async () => {
    const api = testApi();
    assert.deepEqual((await api.send('ada', { method: 'POST', url: '/api/v1/reload' })).json(), { reloaded: true });
    api.control.reloadFaults = ['sluice.yaml:3: unknown key', 'sluice.yaml:9: a number is expected'];
    const response = await api.send('ada', { method: 'POST', url: '/api/v1/reload' });
    assert.equal(response.statusCode, 422);
    assert.equal(response.json().error.code, 'configuration_invalid');
    assert.equal(response.json().error.message, 'the configuration has 2 faults; nothing was changed');
    assert.deepEqual(response.json().error.faults, api.control.reloadFaults);
  });
});
