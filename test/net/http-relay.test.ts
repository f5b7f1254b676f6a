import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forward, HttpJudge, maskOf, startHttpGateway, startService, statement } from './http-loopback.ts';

const patient = { id: 1, ssn: '900-11-2222', phone: '555-0100', status: 'active' };
const auth = { authorization: 'Bearer good' };

test('http: a permitted request is forwarded with the credential and without the token', async (t) => {
  const service = await startService(t, (_request, response) => response.end('{"ok":true}'));
  const judge = new HttpJudge(service.target);
  const { url, bugs } = await startHttpGateway(t, judge);
  const answer = await fetch(`${url}/patients/a%2Db?status=a+b`, {
    headers: {
      ...auth,
      'x-forwarded-for': '10.0.0.1',
      cookie: 'a=b',
      'x-http-method-override': 'DELETE',
      accept: 'application/json',
    },
  });
  assert.equal(answer.status, 200);
  assert.equal(await answer.text(), '{"ok":true}');
  assert.deepEqual(service.asked, ['GET /base/patients/a-b?status=a%20b']);
  const headers = service.requests[0]?.headers ?? {};
  assert.equal(headers['x-service-key'], 'Key upstream');
  assert.equal(headers['accept-encoding'], 'identity');
  for (const name of ['authorization', 'cookie', 'x-forwarded-for', 'x-http-method-override']) {
    assert.equal(headers[name], undefined, name);
  }
  assert.deepEqual(judge.asked, ['admission', 'GET /patients/a-b']);
  assert.deepEqual(bugs, []);
});

test('http: a refused request does not reach the target and says why', async (t) => {
  const service = await startService(t, (_request, response) => response.end());
  const judge = new HttpJudge(service.target, () => ({
    kind: 'deny',
    id: statement,
    denial: { code: 'policy_denied', message: 'no policy permits it', hint: 'ask' },
  }));
  const { url } = await startHttpGateway(t, judge);
  const answer = await fetch(`${url}/patients/1`, { headers: auth });
  assert.equal(answer.status, 403);
  assert.equal(answer.headers.get('content-type'), 'application/problem+json');
  assert.deepEqual(await answer.json(), {
    type: 'about:blank',
    title: 'sluice: no policy permits it',
    status: 403,
    code: 'policy_denied',
    hint: 'ask',
    statement,
  });
  assert.deepEqual(service.asked, []);
});

test('http: protected fields are masked, everything else is byte for byte the same', async (t) => {
  const text = `{ "id":12345678901234567890.10, "\\u0073sn":"900-11-2222","phone":"217 555-0100",\n"more":[{"phone":null}] }`;
  const service = await startService(t, (_request, response) =>
    response.writeHead(200, { 'content-type': 'application/json', etag: '"900-11-2222"' }).end(text),
  );
  const judge = new HttpJudge(service.target, () => forward(maskOf({ '$.ssn': 'ssn', '$..phone': 'phone' })), true);
  const { url } = await startHttpGateway(t, judge);
  const answer = await fetch(`${url}/patients/1`, { headers: auth });
  assert.equal(
    await answer.text(),
    `{ "id":12345678901234567890.10, "\\u0073sn":"***","phone":"*** ***-0100",\n"more":[{"phone":null}] }`,
  );
  assert.equal(answer.headers.get('etag'), null);
  assert.deepEqual(judge.facts, [
    {
      kind: 'answered',
      execution: { id: statement },
      outcome: { result: 'completed', status: 200, bytes: 98, masked: [1, 1] },
    },
  ]);
});

test('http: a request waits for a late verdict, and runs when it comes', async (t) => {
  const service = await startService(t, (_request, response) => response.end('done'));
  const judge = new HttpJudge(service.target, () => 'later');
  const { url } = await startHttpGateway(t, judge);
  const answered = fetch(`${url}/patients/1`, {
    method: 'PATCH',
    body: JSON.stringify(patient),
    headers: { ...auth, 'content-type': 'application/json' },
  });
  const give = await judge.pending.next();
  assert.deepEqual(service.asked, []);
  give(forward(null));
  assert.equal(await (await answered).text(), 'done');
  assert.deepEqual(service.asked, ['PATCH /base/patients/1']);
});

test('http: without a good token there is no session, and nothing else is told', async (t) => {
  const service = await startService(t, (_request, response) => response.end());
  const judge = new HttpJudge(service.target);
  const { url } = await startHttpGateway(t, judge);
  for (const headers of [{}, { authorization: 'Bearer bad' }, { authorization: 'Basic Z29vZDpnb29k' }]) {
    const answer = await fetch(`${url}/nothing/../../here`, { headers });
    assert.equal(answer.status, 401);
    assert.equal(answer.headers.get('www-authenticate'), 'Bearer');
    assert.equal(answer.headers.get('connection'), 'close');
  }
  assert.deepEqual(service.asked, []);
});
