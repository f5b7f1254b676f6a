import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type RecordsGateway, recordsKey, startRecordsGateway } from '../support/records-gateway.ts';

let records: RecordsGateway;
before(async () => {
  records = await startRecordsGateway();
});
after(() => records.stop());

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${await records.token()}`, ...init.headers };
  return fetch(`${records.url}${path}`, { ...init, headers });
}

/** The last entry of a type that came before this call: whatever a request did is on record before the next one runs. */
async function last(type: string): Promise<Record<string, unknown>> {
  await (await ask('/patients?status=nobody')).text();
  const entries = records.entries();
  const own = new Set(entries.filter(({ text }) => text === 'GET /patients?status').map(({ statement }) => statement));
  const found = entries.findLast((entry) => entry['type'] === type && !own.has(entry['statement']));
  assert.ok(found !== undefined, type);
  return found;
}

interface Patient {
  readonly ssn: string;
  readonly name: string;
  readonly status: string;
  readonly contacts: readonly { readonly phone: string }[];
}

test('http: the service is closed to those who come around the gateway', async () => {
  const answer = await fetch(`${records.direct}/patients/7`, {
    headers: { authorization: `Bearer ${await records.token()}` },
  });
  assert.equal(answer.status, 401);
});

test('http: a permitted read leaves masked, and the ledger says what was done', async () => {
  const direct = await fetch(`${records.direct}/patients/7`, { headers: { authorization: `Bearer ${recordsKey}` } });
  const clear = (await direct.json()) as Patient;
  const answer = await ask('/patients/7');
  assert.equal(answer.status, 200);
  const masked = (await answer.json()) as Patient;
  assert.equal(masked.ssn, '***');
  assert.equal(masked.name, '***');
  assert.equal(masked.status, clear.status);
  assert.equal(masked.contacts[0]?.phone.slice(-4), clear.contacts[0]?.phone.slice(-4));
  assert.notEqual(masked.contacts[0]?.phone, clear.contacts[0]?.phone);

  const opened = await last('session.opened');
  assert.deepEqual(opened['target'], {
    host: '127.0.0.1',
    port: Number(records.direct.split(':').at(-1)),
    database: null,
    user: null,
    backendPid: null,
  });
  const decided = await last('statement.decided');
  assert.deepEqual(
    [decided['step'], decided['decision'], decided['verb'], decided['text'], decided['tables']],
    ['request', 'allow', 'read', 'GET /patients/{id}', ['GET /patients/{id}']],
  );
  const completed = await last('statement.completed');
  assert.deepEqual([completed['result'], completed['status'], completed['rows']], ['completed', 200, '0']);
  assert.deepEqual(completed['masks'], [
    { column: '$..ssn', class: 'ssn', transform: 'redact', cells: '1' },
    { column: '$..name', class: 'name', transform: 'redact', cells: '1' },
    { column: '$..contacts[*].phone', class: 'phone', transform: 'partial', cells: '2' },
  ]);
});

test('http: what is not listed, or not permitted, is refused and recorded without its values', async () => {
  const cases: readonly (readonly [string, RequestInit, number, string])[] = [
    ['/patients/7/secret-4711', {}, 404, 'undefined_route'],
    ['/patients?status=active&secret=4711', {}, 404, 'undefined_route'],
    ['/patients/4711', { method: 'DELETE' }, 403, 'policy_denied'],
    ['/patients/7', { headers: { 'sluice-purpose': 'not a code 4711' } }, 501, 'not_supported'],
    ['/patients/a%2F4711', {}, 400, 'invalid_request'],
  ];
  for (const [path, init, status, code] of cases) {
    const answer = await ask(path, init);
    assert.equal(answer.status, status, path);
    const problem = (await answer.json()) as { readonly code: string; readonly hint: string };
    assert.equal(problem.code, code, path);
    assert.ok(problem.hint.length > 10);
    const decided = await last('statement.decided');
    assert.deepEqual([decided['step'], decided['decision'], decided['code']], ['request', 'deny', code], path);
  }
  assert.ok(!JSON.stringify(records.entries()).includes('4711'));
});

interface Approval {
  readonly id: string;
  readonly statement: string;
  readonly tables: readonly string[];
  readonly classes: readonly string[];
}

/** The request that waits, once it is filed. */
async function pending(dana: string): Promise<Approval> {
  for (;;) {
    const answer = await fetch(`${records.api}/api/v1/approvals?state=pending`, {
      headers: { authorization: `Bearer ${dana}` },
    });
    const [found] = (await answer.json()) as readonly Approval[];
    if (found !== undefined) return found;
  }
}

function change(status: string): Promise<Response> {
  return ask('/patients/7', {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ status, ssn: '987-65-4321' }),
  });
}

test('http: a held request waits for a person, runs once, and its answer is masked', async () => {
  const dana = await records.person('dana', 'compliance');
  const waiting = change('waiting');
  const approval = await pending(dana);
  assert.equal(approval.statement, 'PATCH /patients/7\n\n{"status":"waiting","ssn":"‹ssn›"}');
  assert.deepEqual(approval.tables, ['PATCH /patients/{id}']);
  const decision = await fetch(`${records.api}/api/v1/approvals/${approval.id}/approve`, {
    method: 'POST',
    headers: { authorization: `Bearer ${dana}`, 'content-type': 'application/json' },
    body: JSON.stringify({ reason: 'checked against the change' }),
  });
  assert.equal(decision.status, 200);
  const answer = await waiting;
  assert.equal(answer.status, 200);
  const changed = (await answer.json()) as Patient;
  assert.deepEqual([changed.status, changed.ssn], ['waiting', '***']);
  const decided = await last('statement.decided');
  assert.deepEqual([decided['decision'], decided['text']], ['allow', 'PATCH /patients/{id}']);
  assert.match(String(decided['grant']), /^grt_/);

  const again = change('waiting');
  const next = await pending(dana);
  assert.notEqual(next.id, approval.id);
  await fetch(`${records.api}/api/v1/approvals/${next.id}/deny`, {
    method: 'POST',
    headers: { authorization: `Bearer ${dana}`, 'content-type': 'application/json' },
    body: JSON.stringify({ reason: 'once was enough' }),
  });
  const refused = await again;
  assert.equal(refused.status, 403);
  const problem = (await refused.json()) as { readonly code: string; readonly title: string };
  assert.equal(problem.code, 'approval_denied');
  assert.ok(!JSON.stringify(records.entries()).includes('987-65'));
});

test('http: a client that hangs up withdraws what it waits for', async () => {
  const dana = await records.person('dana', 'compliance');
  const control = new AbortController();
  const waiting = ask('/patients/8', {
    method: 'PATCH',
    headers: { 'content-type': 'application/json' },
    body: '{"status":"active"}',
    signal: control.signal,
  });
  const { id } = await pending(dana);
  control.abort();
  await assert.rejects(waiting);
  for (;;) {
    const answer = await fetch(`${records.api}/api/v1/approvals/${id}`, {
      headers: { authorization: `Bearer ${dana}` },
    });
    const { state } = (await answer.json()) as { readonly state: string };
    if (state === 'withdrawn') break;
    assert.equal(state, 'pending');
  }
});

test('http: an error of the service is a status and nothing else', async () => {
  const answer = await ask('/patients/999');
  assert.equal(answer.status, 404);
  assert.deepEqual(Object.keys((await answer.json()) as object), ['type', 'title', 'status', 'statement']);
});
