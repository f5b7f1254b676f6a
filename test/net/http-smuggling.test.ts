import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HttpJudge, startHttpGateway, startService } from './http-loopback.ts';

const host = 'Host: sluice\r\nAuthorization: Bearer good\r\n';
const smuggled = 'GET /smuggled HTTP/1.1\r\nHost: sluice\r\nAuthorization: Bearer good\r\n\r\n';
const json = 'Content-Type: application/json\r\n';

interface Case {
  readonly name: string;
  readonly bytes: string;
  /** Of the first answer. */
  readonly status: number;
  /** What reaches the service. */
  readonly asked?: readonly string[];
}

/** Whatever could be read in two ways is read in none. */
const cases: readonly Case[] = [
  {
    name: 'two lengths',
    bytes: `POST /a HTTP/1.1\r\n${host}${json}Content-Length: 2\r\nContent-Length: ${smuggled.length + 2}\r\n\r\n{}${smuggled}`,
    status: 400,
  },
  {
    name: 'two lengths in one header',
    bytes: `POST /a HTTP/1.1\r\n${host}${json}Content-Length: 2, 2\r\n\r\n{}${smuggled}`,
    status: 400,
  },
  {
    name: 'a length and chunks',
    bytes: `POST /a HTTP/1.1\r\n${host}${json}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
    status: 400,
  },
  {
    name: 'chunks that are not the last coding',
    bytes: `POST /a HTTP/1.1\r\n${host}${json}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${smuggled}`,
    status: 400,
  },
  {
    name: 'a coding that nobody knows',
    bytes: `POST /a HTTP/1.1\r\n${host}${json}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${smuggled}`,
    status: 400,
  },
  {
    name: 'two codings',
    bytes: `POST /a HTTP/1.1\r\n${host}${json}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${smuggled}`,
    status: 400,
  },
  {
    name: 'a chunk size that is no number',
    bytes: `POST /a HTTP/1.1\r\n${host}${json}Transfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n`,
    status: 400,
  },
  {
    name: 'a negative length',
    bytes: `POST /a HTTP/1.1\r\n${host}${json}Content-Length: -2\r\n\r\n${smuggled}`,
    status: 400,
  },
  {
    name: 'a folded header',
    bytes: `GET /a HTTP/1.1\r\n${host}Accept: text/html,\r\n application/json\r\n\r\n`,
    status: 400,
  },
  { name: 'a blank before a colon', bytes: `GET /a HTTP/1.1\r\n${host}Accept : x\r\n\r\n`, status: 400 },
  { name: 'a bare line feed', bytes: `GET /a HTTP/1.1\n${host.replaceAll('\r', '')}\n`, status: 400 },
  { name: 'a NUL in a header', bytes: `GET /a HTTP/1.1\r\n${host}Accept: a\0b\r\n\r\n`, status: 400 },
  { name: 'no host', bytes: 'GET /a HTTP/1.1\r\nAuthorization: Bearer good\r\n\r\n', status: 400 },
  { name: 'two hosts', bytes: `GET /a HTTP/1.1\r\n${host}Host: other\r\n\r\n`, status: 400 },
  { name: 'two tokens', bytes: `GET /a HTTP/1.1\r\n${host}Authorization: Bearer other\r\n\r\n`, status: 400 },
  { name: 'HTTP/1.0', bytes: `GET /a HTTP/1.0\r\n${host}\r\n`, status: 501 },
  { name: 'the beginning of HTTP/2', bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', status: 400 },
  { name: 'a server in the request line', bytes: `GET http://other.example/a HTTP/1.1\r\n${host}\r\n`, status: 400 },
  { name: 'this server in the request line', bytes: `GET http://sluice/a HTTP/1.1\r\n${host}\r\n`, status: 400 },
  { name: 'an asterisk', bytes: `OPTIONS * HTTP/1.1\r\n${host}\r\n`, status: 501 },
  { name: 'TRACE', bytes: `TRACE /a HTTP/1.1\r\n${host}\r\n`, status: 501 },
  {
    name: 'an upgrade',
    bytes: `GET /a HTTP/1.1\r\n${host}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZQ==\r\n\r\n`,
    status: 501,
  },
  {
    name: 'an upgrade to HTTP/2',
    bytes: `GET /a HTTP/1.1\r\n${host}Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n`,
    status: 501,
  },
  { name: 'a body behind GET', bytes: `GET /a HTTP/1.1\r\n${host}${json}Content-Length: 2\r\n\r\n{}`, status: 400 },
  {
    name: 'a request as the body of GET',
    bytes: `GET /a HTTP/1.1\r\n${host}Content-Length: ${smuggled.length}\r\n\r\n${smuggled}`,
    status: 400,
  },
  { name: 'dots', bytes: `GET /a/../b HTTP/1.1\r\n${host}\r\n`, status: 400 },
  { name: 'encoded dots', bytes: `GET /a/%2e%2E/b HTTP/1.1\r\n${host}\r\n`, status: 400 },
  { name: 'dots encoded twice', bytes: `GET /a/%252e%252e/b HTTP/1.1\r\n${host}\r\n`, status: 400 },
  { name: 'an encoded slash', bytes: `GET /a%2fb HTTP/1.1\r\n${host}\r\n`, status: 400 },
  { name: 'a backslash', bytes: `GET /a\\b HTTP/1.1\r\n${host}\r\n`, status: 400 },
  { name: 'two slashes', bytes: `GET //other.example/a HTTP/1.1\r\n${host}\r\n`, status: 400 },
  { name: 'a slash at the end', bytes: `GET /a/ HTTP/1.1\r\n${host}\r\n`, status: 400 },
  { name: 'a path parameter', bytes: `GET /a;x=1/b HTTP/1.1\r\n${host}\r\n`, status: 400 },
  { name: 'an encoded line end', bytes: `GET /a%0d%0aX:%20y HTTP/1.1\r\n${host}\r\n`, status: 400 },
  { name: 'an encoded NUL', bytes: `GET /a%00 HTTP/1.1\r\n${host}\r\n`, status: 400 },
  { name: 'bytes that are not UTF-8', bytes: `GET /a%ff HTTP/1.1\r\n${host}\r\n`, status: 400 },
  { name: 'an overlong slash', bytes: `GET /a%c0%af HTTP/1.1\r\n${host}\r\n`, status: 400 },
  { name: 'a parameter twice', bytes: `GET /a?x=1&x=2 HTTP/1.1\r\n${host}\r\n`, status: 400 },
  { name: 'a parameter twice, once encoded', bytes: `GET /a?x=1&%78=2 HTTP/1.1\r\n${host}\r\n`, status: 400 },
  {
    name: 'another content',
    bytes: `POST /a HTTP/1.1\r\n${host}Content-Type: text/xml\r\nContent-Length: 4\r\n\r\n<a/>`,
    status: 415,
  },
  { name: 'content without a type', bytes: `POST /a HTTP/1.1\r\n${host}Content-Length: 2\r\n\r\n{}`, status: 415 },
  {
    name: 'a form that says JSON later',
    bytes: `POST /a HTTP/1.1\r\n${host}Content-Type: text/plain; application/json\r\nContent-Length: 2\r\n\r\n{}`,
    status: 415,
  },
  {
    name: 'JSON in UTF-16',
    bytes: `POST /a HTTP/1.1\r\n${host}Content-Type: application/json; charset=utf-16\r\nContent-Length: 2\r\n\r\n{}`,
    status: 415,
  },
  {
    name: 'a compressed body',
    bytes: `POST /a HTTP/1.1\r\n${host}${json}Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}`,
    status: 415,
  },
  {
    name: 'a name twice in the body',
    bytes: `POST /a HTTP/1.1\r\n${host}${json}Content-Length: 21\r\n\r\n{"a":1, "\\u0061": 2 }`,
    status: 400,
  },
  {
    name: 'something behind the body',
    bytes: `POST /a HTTP/1.1\r\n${host}${json}Content-Length: 4\r\n\r\n{}{}`,
    status: 400,
  },
  {
    name: 'a good body in chunks, with an extension and a trailer',
    bytes: `POST /a HTTP/1.1\r\n${host}${json}Transfer-Encoding: chunked\r\n\r\n1;x=y\r\n{\r\n1\r\n}\r\n0\r\nAuthorization: Bearer other\r\n\r\n`,
    status: 200,
    asked: ['POST /base/a'],
  },
  {
    name: 'a body that is announced',
    bytes: `POST /a HTTP/1.1\r\n${host}${json}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}`,
    status: 100,
    asked: ['POST /base/a'],
  },
  { name: 'an expectation that nobody has', bytes: `GET /a HTTP/1.1\r\n${host}Expect: much\r\n\r\n`, status: 417 },
];

for (const { name, bytes, status, asked = [] } of cases) {
  test(`http: ${name}`, async (t) => {
    const service = await startService(t, (_request, response) => response.end('{}'));
    const judge = new HttpJudge(service.target);
    const gateway = await startHttpGateway(t, judge);
    const client = await gateway.raw();
    client.send(bytes);
    assert.match(await client.line(), new RegExp(`^HTTP/1.1 ${status} `));
    if (status === 100) while (!(await client.line()).startsWith('HTTP/1.1 200 '));
    client.socket.end();
    await client.closed;
    assert.deepEqual(service.asked, asked);
    assert.deepEqual(gateway.bugs, []);
  });
}
