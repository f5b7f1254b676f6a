import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeRecords } from '../../../src/app/demo/records.ts';
import { type RecordsService, startRecords } from '../../../src/app/demo/records-service.ts';

let service: RecordsService;
before(async () => {
  service = await startRecords('the-key');
});
after(() => service.stop());

function ask(path: string, init: RequestInit = {}, key = 'the-key'): Promise<Response> {
  return fetch(`http://127.0.0.1:${service.port}${path}`, { ...init, headers: { authorization: `Bearer ${key}` } });
}

test('records are the same at every start, and nobody has their numbers', () => {
  const records = [...makeRecords().values()];
  assert.deepEqual(records, [...makeRecords().values()]);
  assert.equal(records.length, 50);
  for (const { ssn } of records) assert.match(ssn, /^9\d\d-\d\d-\d{4}$/);
});

test('the service answers who has its key', async () => {
  assert.equal((await ask('/patients/7', {}, 'the-kez')).status, 401);
  assert.equal((await ask('/patients/7', {}, '')).status, 401);
  assert.equal((await ask('/patients/7')).status, 200);
  assert.equal((await ask('/patients/99')).status, 404);
  assert.equal((await ask('/elsewhere')).status, 404);
  assert.equal((await ask('/patients/7', { method: 'DELETE' })).status, 405);
});

test('the service lists by status and changes it', async () => {
  const changed = await ask('/patients/7', { method: 'PATCH', body: '{"status":"discharged"}' });
  assert.equal(((await changed.json()) as { status: string }).status, 'discharged');
  const listed = (await (await ask('/patients?status=discharged')).json()) as {
    patients: { id: number; status: string }[];
  };
  assert.ok(listed.patients.some(({ id }) => id === 7));
  assert.ok(listed.patients.every(({ status }) => status === 'discharged'));
});

test('the service repeats what it knows in its errors, as services do', async () => {
  const refused = await ask('/patients/7', { method: 'PATCH', body: '{"status":"gone"}' });
  assert.equal(refused.status, 422);
  assert.match(await refused.text(), /9\d\d-\d\d-\d{4}/);
  assert.equal((await ask('/patients/7', { method: 'PATCH', body: '{' })).status, 400);
});
