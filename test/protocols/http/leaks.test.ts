import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Header } from '../../../src/core/http-header.ts';
import { forwarded, maskOf, pass, Script } from './script.ts';

const secret = '900-11-2222';
const json: Header = ['content-type', 'application/json'];
const mask = maskOf({ '$.ssn': 'ssn', '$.contacts[*].phone': 'phone' });

/** Everything the client is told. */
function told(script: ReturnType<typeof forwarded>): string {
  return JSON.stringify([script.head, script.body]);
}

interface Case {
  readonly name: string;
  readonly status?: number;
  readonly headers?: readonly Header[];
  readonly body: string | Buffer;
  /** What the client sees; a problem of 502 unless given. */
  readonly sees?: number;
}

const body = `{"ssn":"${secret}"}`;
const withheld: readonly Case[] = [
  { name: 'an error that repeats it', status: 422, body, sees: 422 },
  {
    name: 'an error in HTML',
    status: 500,
    headers: [['content-type', 'text/html']],
    body: `<p>${secret}</p>`,
    sees: 500,
  },
  {
    name: 'a redirect that carries it',
    status: 302,
    headers: [['location', `/by-ssn/${secret}`]],
    body: '',
    sees: 302,
  },
  { name: 'not modified, with a tag', status: 304, headers: [['etag', `"${secret}"`]], body: '', sees: 304 },
  { name: 'a part of a body', status: 206, body },
  { name: 'text', headers: [['content-type', 'text/plain']], body: secret },
  { name: 'no type', headers: [], body },
  { name: 'two types', headers: [json, ['content-type', 'text/plain']], body },
  { name: 'JSON lines', headers: [['content-type', 'application/x-ndjson']], body: `${body}\n${body}` },
  { name: 'a compressed body', headers: [json, ['content-encoding', 'gzip']], body },
  { name: 'another charset in the type', headers: [['content-type', 'application/json; charset=utf-16']], body },
  {
    name: 'another charset in the type, quoted',
    headers: [['content-type', 'application/json; charset="utf-7"']],
    body,
  },
  { name: 'UTF-16 that is said to be UTF-8', body: Buffer.from(body, 'utf16le') },
  {
    name: 'UTF-16 with a byte order mark',
    body: Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(body, 'utf16le')]),
  },
  { name: 'a byte order mark', body: `\ufeff${body}` },
  { name: 'a name twice, the first one hidden', body: `{"ssn":"x","ssn":"${secret}"}` },
  { name: 'a name twice, once escaped', body: `{"ssn":"x","\\u0073sn":"${secret}"}` },
  { name: 'something behind the text', body: `{}${body}` },
  { name: 'a text that is not closed', body: body.slice(0, -1) },
  { name: 'a comment', body: `{/*${secret}*/}` },
  { name: 'a comma too many', body: `{"a":"${secret}",}` },
  { name: 'single quotes', body: `{'ssn':'${secret}'}` },
  { name: 'a name without quotes', body: `{ssn:"${secret}"}` },
  { name: 'NaN', body: `{"ssn":NaN,"b":"${secret}"}` },
  { name: 'a half surrogate in a name', body: `{"\\ud800":"${secret}"}` },
  { name: 'a text that is too deep', body: `${'['.repeat(101)}"${secret}"${']'.repeat(101)}` },
  { name: 'nothing', body: '' },
];

for (const { name, status = 200, headers = [json], body: sent, sees = 502 } of withheld) {
  test(`leaks: ${name} is withheld`, () => {
    const script = forwarded(mask);
    script.answer(status, [...headers, ['x-patient', secret]], sent);
    assert.equal(script.head?.status, sees);
    assert.ok(!told(script).includes(secret), told(script));
    assert.deepEqual(
      script.head?.headers.map(([header]) => header),
      ['content-type', 'cache-control'],
    );
    assert.ok(!JSON.stringify(script.facts).includes(secret));
  });
}

const masked: readonly (readonly [string, string, string])[] = [
  ['a name with escapes', '{"\\u0073\\u0073n":"900-11-2222"}', '{"\\u0073\\u0073n":"***"}'],
  ['a number', '{"ssn":900112222}', '{"ssn":null}'],
  ['a boolean', '{"ssn":true}', '{"ssn":null}'],
  ['null', '{"ssn":null}', '{"ssn":null}'],
  ['an object, whose names may be values', '{"ssn":{"900-11-2222":{"a":1}},"b":1}', '{"ssn":null,"b":1}'],
  ['an array', '{"ssn":["900-11-2222",[900112222],{"900":1}]}', '{"ssn":["***",[null],null]}'],
  ['a place that is not protected', '{"a":{"ssn":"x"}}', '{"a":{"ssn":"x"}}'],
  [
    'an object where an array was expected',
    '{"contacts":{"900":{"phone":"217 555-0100"}}}',
    '{"contacts":{"900":{"phone":"*** ***-0100"}}}',
  ],
  ['a value with escapes', '{"ssn":"\\u0039\\u0030\\u0030"}', '{"ssn":"***"}'],
  [
    'numbers that no double holds',
    '{"id":90071992547409931.000,"ssn":"x"}',
    '{"id":90071992547409931.000,"ssn":"***"}',
  ],
  ['blanks and line ends', ' {\n\t"ssn" :\r\n "x" } ', ' {\n\t"ssn" :\r\n "***" } '],
  ['an array at the top', '[{"ssn":"x"}]', '[{"ssn":"x"}]'],
];

for (const [name, sent, seen] of masked) {
  test(`leaks: ${name}`, () => {
    const script = forwarded(mask);
    script.answer(200, [json], sent);
    assert.equal(script.body, seen);
    assert.deepEqual(script.head?.headers, [json, ['cache-control', 'no-store']]);
  });
}

test('leaks: parameters of a type may hold anything, and do not leave', () => {
  const script = forwarded(mask);
  script.answer(200, [['content-type', `Application/FHIR+json; charset=UTF-8; profile=${secret}`]], body);
  assert.deepEqual(script.head?.headers[0], ['content-type', 'application/fhir+json']);
  assert.ok(!told(script).includes(secret));
});

test('leaks: a masked body is the same, cut wherever it is cut', () => {
  const text = Buffer.from(`{"a":"Zoë","ssn":"${secret}","contacts":[{"phone":"217 555-0100"}]}`);
  for (let at = 0; at <= text.length; at += 1) {
    const script = forwarded(mask);
    script.answer(200, [json], text.subarray(0, at), text.subarray(at));
    assert.equal(script.body, '{"a":"Zoë","ssn":"***","contacts":[{"phone":"*** ***-0100"}]}');
  }
});

test('leaks: a body over the limit is withheld before it is whole', () => {
  const script = forwarded(mask, { limits: { bodyBytes: 16 } });
  script.answer(200, [json], '{"a":"', secret, secret);
  assert.deepEqual(script.done(), ['abandon', 'note answered failed', 'reply 502']);
  assert.match(script.body, /bodyBytes/);
  assert.ok(!told(script).includes(secret));
});

test('leaks: a body that breaks off is withheld', () => {
  const script = forwarded(mask);
  script.machine.responded({ status: 200, headers: [json] }, script);
  script.machine.received(Buffer.from(body), script);
  script.machine.failed('connection lost', true, script);
  assert.equal(script.head?.status, 502);
  assert.ok(!told(script).includes(secret));
});

test('leaks: where a connection protects anything, errors of its other routes are withheld too', () => {
  for (const [scrub, leaves] of [
    [true, false],
    [false, true],
  ] as const) {
    const script = new Script();
    script.get('/open').admit(1, scrub).decide(2, pass(null));
    script.answer(
      422,
      [
        ['content-type', 'text/plain'],
        ['x-patient', secret],
      ],
      secret,
    );
    assert.equal(script.head?.status, 422);
    assert.equal(told(script).includes(secret), leaves);
  }
});

test('leaks: HEAD tells nothing of the length', () => {
  const script = forwarded(mask, { method: 'HEAD' });
  script.answer(200, [json, ['content-length', '4711'], ['etag', secret]]);
  assert.deepEqual(script.head, { status: 200, headers: [json, ['cache-control', 'no-store']] });
  assert.equal(script.body, '');
});
