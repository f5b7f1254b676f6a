import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createServer, type RequestOptions, request } from 'node:https';
import { type TestContext, test } from 'node:test';
import { connect } from 'node:tls';
import type { HttpTarget } from '../../src/core/http-connection.ts';
import type { ConnectionName } from '../../src/core/ids.ts';
import { defaultLimits } from '../../src/core/limits.ts';
import { listenHttp } from '../../src/net/http-listener.ts';
import { http } from '../../src/protocols/http/index.ts';
import { type MadeCertificate, selfSigned } from '../support/certificates.ts';
import { HttpJudge } from './http-loopback.ts';

const certificate = await selfSigned('ECDSA with SHA-256');
const renewed = await selfSigned('ECDSA with SHA-256');

async function startTlsService(context: TestContext, { key, cert }: MadeCertificate): Promise<HttpTarget> {
  const server = createServer({ key, cert }, (_request, response) => response.end('over TLS'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('no port');
  return { scheme: 'https', host: '127.0.0.1', port: bound.port, base: '', ca: cert };
}

async function startTlsGateway(context: TestContext, target: HttpTarget) {
  const bugs: unknown[] = [];
  const listener = await listenHttp({
    name: 'records',
    protocol: http,
    address: '127.0.0.1:0',
    tls: certificate,
    connection: 'records' as ConnectionName,
    limits: defaultLimits,
    openJudge: new HttpJudge(target).open,
    onBug: (error) => bugs.push(error),
  });
  context.after(() => listener.close());
  return { listener, bugs, port: Number(listener.address.split(':').at(-1)) };
}

async function get(port: number, options: RequestOptions): Promise<{ readonly status: number; readonly text: string }> {
  const headers = { authorization: 'Bearer good' };
  const sent = request({ host: '127.0.0.1', port, path: '/a', agent: false, headers, ...options }).end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk;
  return { status: answer.statusCode ?? 0, text };
}

test('http: TLS on both sides, and a renewed certificate is shown to the next client', async (t) => {
  const gateway = await startTlsGateway(t, await startTlsService(t, certificate));
  assert.deepEqual(await get(gateway.port, { ca: certificate.cert }), { status: 200, text: 'over TLS' });
  gateway.listener.present(renewed);
  assert.deepEqual(await get(gateway.port, { ca: renewed.cert }), { status: 200, text: 'over TLS' });
  await assert.rejects(get(gateway.port, { ca: certificate.cert }));
  assert.deepEqual(gateway.bugs, []);
});

test('http: a target that shows another certificate is not spoken to', async (t) => {
  const target = await startTlsService(t, renewed);
  const gateway = await startTlsGateway(t, { ...target, ca: certificate.cert });
  const answer = await get(gateway.port, { ca: certificate.cert });
  assert.equal(answer.status, 502);
  assert.match(answer.text, /certificate is not trusted/);
});

test('http: a client that insists on HTTP/2 is not served', async (t) => {
  const gateway = await startTlsGateway(t, await startTlsService(t, certificate));
  const socket = connect({ host: '127.0.0.1', port: gateway.port, ca: certificate.cert, ALPNProtocols: ['h2'] });
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
  assert.match(String(error.code), /NO_APPLICATION_PROTOCOL/);
});

test('http: plain bytes on a TLS listener open nothing', async (t) => {
  const gateway = await startTlsGateway(t, await startTlsService(t, certificate));
  const answer = await fetch(`http://127.0.0.1:${gateway.port}/a`).then(
    ({ status }) => status,
    () => 'closed',
  );
  assert.ok(answer === 'closed' || answer === 400);
  assert.equal(gateway.listener.sessions, 0);
});
