import assert from 'node:assert/strict';
import { Agent, type IncomingMessage, request } from 'node:http';
import { after, before, test } from 'node:test';
import { ask, ticketFor } from '../support/gateway-http.ts';
import { type RecordsGateway, recordsPolicies, startRecordsGateway } from '../support/records-gateway.ts';

const policies = `${recordsPolicies.replace('@id("writes")', '@id("writes") @wait("0")')}
@id("names") permit (principal, action == Action::"unmask", resource == Field::"records/GET /patients/{id} $..name")
when { context has purpose && context.purpose == "TREAT" };
@id("agents-in") @reason("required") permit (principal in Group::"pipelines", action == Action::"write", resource == Route::"records/DELETE /patients/{id}");
@id("no-lists") @description("lists are for the reporting job")
forbid (principal, action == Action::"read", resource == Route::"records/GET /patients") unless { principal == Workload::"ci/report" };
`;
let records: RecordsGateway;
before(async () => {
  records = await startRecordsGateway({ policies });
});
after(() => records.stop());

/** One connection, kept open. */
function connection(): {
  get(path: string, token: string, headers?: Record<string, string>, method?: string): Promise<Seen>;
  close(): void;
} {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    async get(path, token, headers = {}, method = 'GET') {
      const sent = request(`${records.url}${path}`, {
        agent,
        method,
        headers: { authorization: `Bearer ${token}`, ...headers },
      });
      const answered = new Promise<IncomingMessage>((resolve, reject) =>
        sent.once('response', resolve).once('error', reject),
      );
      sent.end();
      const answer = await answered;
      let text = '';
      for await (const chunk of answer.setEncoding('utf8')) text += chunk;
      return {
        status: answer.statusCode ?? 0,
        closes: answer.headers.connection === 'close',
        body: JSON.parse(text) as Seen['body'],
      };
    },
    close: () => agent.destroy(),
  };
}

interface Seen {
  readonly status: number;
  readonly closes: boolean;
  readonly body: Readonly<Record<string, unknown>>;
}

test('http: one connection is one principal', async () => {
  const one = connection();
  const job = await records.token('job');
  assert.equal((await one.get('/patients/1', job)).status, 200);
  const other = await one.get('/patients/1', await records.token('other'));
  assert.deepEqual([other.status, other.closes, other.body['code']], [401, true, 'token_refused']);
  // A fresh token of the same job is the same principal, on a new connection or an old one.
  assert.equal((await one.get('/patients/1', job)).status, 200);
  assert.equal((await one.get('/patients/1', await records.token('job'))).status, 200);
  one.close();
  const sessions = records.entries().filter(({ type }) => type === 'session.opened');
  assert.equal(sessions.length, 2);
});

test('http: a ticket serves as well as a token, until it is revoked', async () => {
  const one = connection();
  const { text, id } = await ticketFor(records.api, await records.token('ticketed'));
  assert.equal((await one.get('/patients/1', text)).status, 200);
  const ada = await records.person('ada', 'platform');
  assert.equal((await ask(records.api, `/tickets/${id}/revoke`, ada, {})).status, 200);
  // Its session ended with it.
  await assert.rejects(one.get('/patients/1', text), { code: 'ECONNRESET' });
  one.close();
  const again = connection();
  assert.equal((await again.get('/patients/1', text)).status, 401);
  again.close();
});

test('http: a principal that is disabled gets nothing more on its open connection', async () => {
  const one = connection();
  const token = await records.token('disabled');
  assert.equal((await one.get('/patients/1', token)).status, 200);
  const ada = await records.person('ada', 'platform');
  assert.equal((await ask(records.api, '/principals/disable', ada, { id: 'ci/disabled' })).status, 200);
  await assert.rejects(one.get('/patients/1', token), { code: 'ECONNRESET' });
  one.close();
  const again = connection();
  const refused = await again.get('/patients/1', token);
  assert.deepEqual([refused.status, refused.body['code']], [403, 'principal_disabled']);
  again.close();
});

test('http: unmask is granted by field, and for what the request states', async () => {
  const one = connection();
  const token = await records.token();
  assert.equal((await one.get('/patients/1', token)).body['name'], '***');
  const treating = await one.get('/patients/1', token, { 'sluice-purpose': 'TREAT' });
  assert.notEqual(treating.body['name'], '***');
  assert.equal(treating.body['ssn'], '***');
  one.close();
});

test('http: a forbid, and a reason that is missing, are told as such', async () => {
  const one = connection();
  const token = await records.token();
  const lists = await one.get('/patients?status=active', token);
  assert.deepEqual(
    [lists.status, lists.body['title']],
    [403, 'sluice: denied by policy "no-lists": lists are for the reporting job'],
  );
  const mute = await one.get('/patients/1', token, {}, 'DELETE');
  assert.equal(mute.status, 403);
  assert.match(String(mute.body['hint']), /in its header sluice-reason/);
  // The service does not delete: what it says of that is an error of a connection that protects something.
  const stated = await one.get('/patients/1', token, { 'sluice-reason': 'asked by the patient' }, 'DELETE');
  assert.equal(stated.status, 405);
  assert.ok(!JSON.stringify(records.entries()).includes('asked by'));
  one.close();
});

test('http: a session is listed while it lasts, without a process of the target', async () => {
  const one = connection();
  const token = await records.token('listed');
  await one.get('/patients/1', token);
  const reader = await records.person('omar', 'audit');
  const listed = (await ask(records.api, '/sessions', reader)).body as unknown as readonly Record<string, unknown>[];
  const session = listed.find(({ principal }) => principal === 'ci/listed');
  assert.deepEqual([session?.['connection'], session?.['backendPid'], session?.['statements']], ['records', null, 1]);
  one.close();
});

test('http: where nobody is to wait, the same request runs once it is approved, and no other one', async () => {
  const token = await records.token('later');
  const dana = await records.person('dana', 'compliance');
  const change = async (body: string) => {
    const answer = await fetch(`${records.url}/patients/3`, {
      method: 'PATCH',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', connection: 'close' },
      body,
    });
    return { status: answer.status, body: (await answer.json()) as Readonly<Record<string, unknown>> };
  };
  const asked = await change('{"status":"waiting"}');
  assert.deepEqual([asked.status, asked.body['code']], [403, 'approval_required']);
  const id = /apr_[0-9a-f-]{36}/.exec(String(asked.body['title']))?.[0] ?? '';
  assert.ok(String(asked.body['hint']).includes(id));
  const approved = await ask(records.api, `/approvals/${id}/approve`, dana, { reason: 'checked' });
  assert.equal(approved.status, 200);
  const altered = await change('{"status": "waiting"}');
  assert.equal(altered.status, 403);
  assert.ok(!String(altered.body['title']).includes(id));
  const ran = await change('{"status":"waiting"}');
  assert.deepEqual([ran.status, ran.body['status']], [200, 'waiting']);
  assert.equal((await change('{"status":"waiting"}')).status, 403);
});
