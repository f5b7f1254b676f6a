import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, createServer, type IncomingMessage, request, type Server } from 'node:http';
import { after, before, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { ask, ticketFor } from '../support/gateway-http.ts';
import { type RecordsGateway, startRecordsGateway } from '../support/records-gateway.ts';

// What may change between a request that is held and its approval.

const changes: string[] = [];
let server: Server;
let records: RecordsGateway;
before(async () => {
  server = createServer((received, response) => {
    if (received.method === 'PATCH') changes.push(received.url ?? '');
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  records = await startRecordsGateway({
    service: {
      port: bound.port,
      async stop() {
        server.close();
        server.closeAllConnections();
      },
    },
  });
});
after(() => records.stop());

/** One request on a connection that stays open, and the status of its answer. */
async function send(agent: Agent, method: string, token: string): Promise<number> {
  const sent = request(`${records.url}/patients/7`, {
    agent,
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  });
  const answered = once(sent, 'response');
  sent.end(method === 'PATCH' ? '{"status":"active"}' : undefined);
  const [answer] = (await answered) as [IncomingMessage];
  answer.resume();
  await once(answer, 'end');
  return answer.statusCode ?? 0;
}

async function approveWhenHeld(meanwhile: () => Promise<unknown>): Promise<void> {
  const dana = await records.person('dana', 'compliance');
  let held: { readonly id: string } | undefined;
  while (held === undefined) {
    const answer = await fetch(`${records.api}/api/v1/approvals?state=pending`, {
      headers: { authorization: `Bearer ${dana}` },
    });
    held = ((await answer.json()) as readonly { readonly id: string }[])[0];
  }
  await meanwhile();
  await ask(records.api, `/approvals/${held.id}/approve`, dana, { reason: 'checked against the change' });
}

test('http: a request whose ticket was revoked while it was held does not run, whoever opened the connection', async (t) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const token = await records.token();
  const [opening, revoked] = [await ticketFor(records.api, token), await ticketFor(records.api, token)];
  assert.equal(await send(agent, 'GET', opening.text), 200);
  const held = send(agent, 'PATCH', revoked.text);
  await approveWhenHeld(async () => {
    const ada = await records.person('ada', 'platform');
    assert.equal((await ask(records.api, `/tickets/${revoked.id}/revoke`, ada, {})).status, 200);
  });
  assert.equal(await held, 401);
  assert.deepEqual(changes, []);
  assert.equal(await send(agent, 'GET', opening.text), 200);
});

test('http: a principal that is disabled while a request is held does not get it, approved or not', async (t) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const held = send(agent, 'PATCH', await records.token('leaver'));
  const told = held.catch((error: NodeJS.ErrnoException) => error.code);
  await approveWhenHeld(async () => {
    const ada = await records.person('ada', 'platform');
    assert.equal((await ask(records.api, '/principals/disable', ada, { id: 'ci/leaver' })).status, 200);
  });
  assert.notEqual(await told, 200);
  assert.deepEqual(changes, []);
});

test('http: an approved request runs once, and not for another one sent behind it', async (t) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const token = await records.token();
  const first = send(agent, 'PATCH', token);
  await approveWhenHeld(async () => undefined);
  assert.equal(await first, 200);
  assert.deepEqual(changes, ['/patients/7']);
  const again = send(agent, 'PATCH', token);
  const refusal = assert.rejects(again);
  const filed = () => records.entries().filter(({ type }) => type === 'approval.requested').length;
  while (filed() < 4) await setImmediate();
  agent.destroy();
  await refusal;
  assert.deepEqual(changes, ['/patients/7']);
});
