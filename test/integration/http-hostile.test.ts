import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { after, before, test } from 'node:test';
import { type RecordsGateway, recordsKey, startRecordsGateway } from '../support/records-gateway.ts';

// A client with a good token, in front of a service that says more than it should.

interface Arrival {
  readonly line: string;
  readonly body: string;
}

const arrivals: Arrival[] = [];
let server: Server;
let records: RecordsGateway;
before(async () => {
  server = createServer((request, response) => {
    read(request).then((body) => {
      arrivals.push({ line: `${request.method} ${request.url}`, body });
      const said = answers.get(request.url ?? '')?.(request) ?? '{"id":1}';
      response.writeHead(200, { 'content-type': 'application/json', 'x-key': recordsKey }).end(said);
    }, assert.fail);
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

const answers: ReadonlyMap<string, (request: IncomingMessage) => string> = new Map([
  ['/patients/1', ({ headers }: IncomingMessage) => JSON.stringify({ seen: headers })],
  ['/patients/2', () => JSON.stringify({ seen: `Authorization: Bearer ${recordsKey}` })],
  ['/patients/3', () => `{"seen":{"${recordsKey}":[]}}`],
]);

async function read(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text;
}

async function ask(path: string, init: RequestInit = {}): Promise<Response> {
  const headers = { authorization: `Bearer ${await records.token()}`, ...init.headers };
  return fetch(`${records.url}${path}`, { ...init, headers });
}

interface Approval {
  readonly id: string;
  readonly statement: string;
}

/** What is put to people when this is sent; the client takes it back afterwards. */
async function shownOf(headers: Record<string, string>, body: string): Promise<string> {
  const control = new AbortController();
  const sent = ask('/patients/7', { method: 'PATCH', headers, body, signal: control.signal });
  const dana = await records.person('dana', 'compliance');
  const list = async (state: string) => {
    const answer = await fetch(`${records.api}/api/v1/approvals?state=${state}`, {
      headers: { authorization: `Bearer ${dana}` },
    });
    return (await answer.json()) as readonly Approval[];
  };
  let found: Approval | undefined;
  while (found === undefined) found = (await list('pending'))[0];
  control.abort();
  await assert.rejects(sent);
  while ((await list('pending')).length > 0);
  return found.statement;
}

test('http: who approves sees the headers that change what a body means', async () => {
  const body = '{"status":"active"}';
  assert.equal(
    await shownOf({ 'content-type': 'application/json', accept: '*/*' }, body),
    `PATCH /patients/7\n\n${body}`,
  );
  assert.equal(
    await shownOf(
      {
        'content-type': 'application/merge-patch+json',
        prefer: 'handling=lenient; \u00e9',
        'user-agent': 'any',
      },
      body,
    ),
    `PATCH /patients/7\ncontent-type: application/merge-patch+json\nprefer: handling=lenient; \\u00e9\n\n${body}`,
  );
});

test('http: a write that depends on a tag is refused rather than carried out whatever the tag', async () => {
  for (const name of ['if-match', 'if-none-match', 'if-unmodified-since', 'if-modified-since']) {
    const headers = { 'content-type': 'application/json', [name]: '"tag-4711"' };
    const answer = await ask('/patients/7', { method: 'PATCH', headers, body: '{}' });
    const { code } = (await answer.json()) as { readonly code: string };
    assert.deepEqual([answer.status, code], [501, 'not_supported'], name);
  }
  assert.deepEqual(arrivals, []);
  const decided = records.entries().filter((entry) => entry['type'] === 'statement.decided');
  assert.deepEqual(
    decided.slice(-4).map((entry) => [entry['decision'], entry['code']]),
    Array(4).fill(['deny', 'not_supported']),
  );
  assert.ok(!JSON.stringify(records.entries()).includes('4711'));
});

test('http: who approves sees characters that nobody sees, or that turn the text around', async () => {
  assert.equal(
    await shownOf({ 'content-type': 'application/json' }, '{"status":"\u202eevitca\u200b\u2028\u{e0041}é"}'),
    'PATCH /patients/7\n\n{"status":"\\u202eevitca\\u200b\\u2028\\udb40\\udc41é"}',
  );
  assert.deepEqual(arrivals, []);
});

for (const id of [1, 2, 3]) {
  test(`http: a service that repeats the credential of Sluice does not give it away (${id})`, async () => {
    const answer = await ask(`/patients/${id}`);
    const text = `${JSON.stringify([...answer.headers])}${JSON.stringify(await answer.text())}`;
    assert.equal(answer.status, 502);
    assert.ok(!text.includes(recordsKey));
    assert.ok(text.includes('credential'), text);
  });
}
