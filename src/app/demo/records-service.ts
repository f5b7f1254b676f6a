import { timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { makeRecords, type PatientRecord, recordStates } from './records.ts';

/** A small JSON service with patients, as a clinic might have one beside its database. */
export interface RecordsService {
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts it on a free port of 127.0.0.1. Who does not show the key is told nothing. */
export async function startRecords(key: string): Promise<RecordsService> {
  const records = makeRecords();
  const expected = Buffer.from(`Bearer ${key}`);
  const server = createServer((request, response) => {
    const shown = Buffer.from(request.headers.authorization ?? '');
    if (shown.length !== expected.length || !timingSafeEqual(shown, expected)) {
      answer(response, 401, { error: 'no key, or not the right one' });
      return;
    }
    serve(records, request, response).catch(() => answer(response, 400, { error: 'the request cannot be read' }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the service of records has no port');
  return {
    port: bound.port,
    async stop() {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function serve(
  records: Map<number, PatientRecord>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  const id = /^\/patients\/(\d{1,9})$/.exec(url.pathname)?.[1];
  const record = id === undefined ? undefined : records.get(Number(id));
  if (request.method === 'GET' && url.pathname === '/patients') {
    const status = url.searchParams.get('status');
    answer(response, 200, {
      patients: [...records.values()].filter((one) => status === null || one.status === status),
    });
  } else if (record === undefined) {
    answer(response, 404, { error: 'no such patient' });
  } else if (request.method === 'GET') {
    answer(response, 200, record);
  } else if (request.method === 'PATCH') {
    const asked = member(await bodyOf(request), 'status');
    const status = recordStates.find((state) => state === asked);
    if (status === undefined) {
      // As services do, this one repeats what it knows in its errors.
      answer(response, 422, {
        error: `the status of ${record.name} (${record.ssn}) is one of ${recordStates.join(', ')}`,
      });
      return;
    }
    const changed = { ...record, status };
    records.set(record.id, changed);
    answer(response, 200, changed);
  } else {
    answer(response, 405, { error: 'not done here' });
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}
