import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { after, before, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { type RecordsGateway, startRecordsGateway } from '../support/records-gateway.ts';

// What the service saw when a request arrived, and what the ledger held at that moment.

interface Arrival {
  readonly headers: NodeJS.Dict<string | string[]>;
  /** Requests that the ledger allowed by then. */
  readonly allowed: number;
}

const arrivals: Arrival[] = [];
let server: Server;
let records: RecordsGateway;
before(async () => {
  server = createServer((request, response) => {
    arrivals.push({ headers: request.headers, allowed: allowed() });
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":1}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  records = await startRecordsGateway({
    routes: '\n      GET /patients/{id}:\n      PUT /patients/{id}:\n',
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

function allowed(): number {
  return records.entries().filter((entry) => entry['type'] === 'statement.decided' && entry['decision'] === 'allow')
    .length;
}

test('http: nothing reaches the service that the ledger does not hold', async () => {
  const token = await records.token();
  const headers = { authorization: `Bearer ${token}` };
  const sent = Array.from({ length: 40 }, (_, id) =>
    fetch(`${records.url}/patients/${id}`, id % 4 === 0 ? { method: 'PUT', headers } : { headers }),
  );
  const statuses = (await Promise.all(sent)).map(({ status }) => status);
  assert.equal(statuses.filter((status) => status === 403).length, 10);
  assert.equal(arrivals.length, 30);
  // The entry of the n-th request that arrives is on record by then, whatever others are.
  for (const [at, arrival] of arrivals.entries()) assert.ok(arrival.allowed > at, `${arrival.allowed} at ${at}`);
  assert.equal(allowed(), 30);
});

test('http: the token of the client does not reach the service', async () => {
  const token = await records.token();
  const answer = await fetch(`${records.url}/patients/1`, {
    headers: {
      authorization: `Bearer ${token}`,
      cookie: `token=${token}`,
      'x-token': token,
      'sluice-reason': 'a reason',
    },
  });
  assert.equal(answer.status, 200);
  const seen = arrivals.at(-1)?.headers ?? {};
  assert.equal(seen['authorization'], 'Bearer upstream-key-0815');
  assert.ok(!JSON.stringify(seen).includes(token));
  assert.ok(!JSON.stringify(seen).includes('a reason'));
});

test('http: a reload that takes a route away ends the sessions that had it', async () => {
  const token = await records.token();
  const headers = { authorization: `Bearer ${token}` };
  assert.equal((await fetch(`${records.url}/patients/1`, { headers })).status, 200);
  records.rewrite((yaml) =>
    yaml.replace('\n      PUT /patients/{id}:', '').replace('GET /patients/{id}:', 'GET /people/{id}:'),
  );
  const reloaded = await records.gateway.reload();
  assert.ok(reloaded.ok, JSON.stringify(reloaded));
  const closed = (entry: Record<string, unknown>) =>
    entry['type'] === 'session.closed' && entry['code'] === 'session_ended';
  while (!records.entries().some(closed)) await setImmediate();
  const gone = await fetch(`${records.url}/patients/1`, { headers });
  assert.deepEqual([gone.status, ((await gone.json()) as { code: string }).code], [404, 'undefined_route']);
  assert.equal((await fetch(`${records.url}/people/1`, { headers })).status, 200);
});
