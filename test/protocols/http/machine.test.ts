import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Denial } from '../../../src/core/denial.ts';
import type { Header } from '../../../src/core/http-header.ts';
import type { RequestQuestion } from '../../../src/core/question.ts';
import { forwarded, good, maskOf, pass, Script, statement } from './script.ts';

const json: Header = ['content-type', 'application/json'];
const denial: Denial = { code: 'policy_denied', message: 'no policy permits it', hint: 'ask' };

test('machine: the first request opens the session, the next ones are asked about at once', () => {
  const script = new Script();
  assert.deepEqual(script.get('/a').done(), ['ask admission 1']);
  assert.deepEqual(script.admit(1).done(), ['ask request 2']);
  assert.deepEqual(script.decide(2, pass(null)).done(), ['send GET /v1/a']);
  script.answer(200, [json, ['set-cookie', 'a=b'], ['alt-svc', 'h3'], ['etag', '"1"']], '{"a"', ':1}');
  assert.deepEqual(script.done(), ['begin 200', 'note answered completed', 'end']);
  assert.equal(script.body, '{"a":1}');
  assert.deepEqual(script.head?.headers, [json, ['etag', '"1"']]);
  assert.deepEqual(script.get('/b?x=1').done(), ['ask request 3']);
});

test('machine: the client is not read before it is known, and then only as far as the limit', () => {
  const script = new Script({ bodyBytes: 1024 });
  const head = {
    method: 'POST',
    target: '/a',
    version: '1.1',
    headers: [...good, json, ['transfer-encoding', 'chunked']],
  } as const;
  script.machine.requested(head, script);
  assert.equal(script.machine.wants('client'), false);
  script.admit(1);
  assert.equal(script.machine.wants('client'), true);
  script.machine.sent(Buffer.alloc(1024, ' '), script);
  assert.equal(script.machine.wants('client'), true);
  script.done();
  script.machine.sent(Buffer.from('{'), script);
  assert.deepEqual(script.done(), ['note refused limit_exceeded', 'reply 413 last', 'close denied']);
  assert.match(script.body, /bodyBytes/);
});

for (const method of ['GET', 'POST']) {
  test(`machine: a body that no header announces is refused: ${method}`, () => {
    const script = new Script();
    script.machine.requested({ method, target: '/a', version: '1.1', headers: good }, script);
    script.admit(1);
    script.done();
    script.machine.sent(Buffer.from('{}'), script);
    assert.deepEqual(script.done(), ['note refused protocol_violation', 'reply 400 last', 'close denied']);
  });
}

test('machine: a body is the same, cut wherever it is cut', () => {
  const text = Buffer.from('{"name":"Zoë \\u00e9","list":[1,2.50,-3e+5],"deep":{"a":null}}');
  for (let at = 0; at <= text.length; at += 1) {
    const script = new Script();
    const headers = [...good, json, ['content-length', String(text.length)]] as const;
    script.machine.requested({ method: 'POST', target: '/a', version: '1.1', headers }, script);
    script.admit(1);
    script.machine.sent(text.subarray(0, at), script);
    script.machine.sent(text.subarray(at), script);
    script.machine.complete(script);
    script.decide(2, pass(null));
    assert.deepEqual(script.request?.body, text);
    const question = script.asked[1] as RequestQuestion;
    assert.deepEqual([question.method, question.path, question.body], ['POST', ['a'], text]);
  }
});

test('machine: a verdict that comes late changes nothing any more', () => {
  for (const leave of [
    (script: Script) => script.machine.left(script),
    (script: Script) => script.machine.terminate({ code: 'draining', message: 'the gateway is shutting down' }, script),
  ]) {
    const script = new Script();
    script.get('/a').admit(1);
    script.done();
    leave(script);
    assert.equal(script.log[0], 'withdraw 2');
    assert.equal(script.machine.phase, 'closed');
    script.done();
    script.decide(2, pass(null));
    assert.deepEqual(script.done(), []);
    assert.equal(script.request, null);
  }
});

test('machine: an answer to another question changes nothing', () => {
  const script = new Script();
  script.get('/a').admit(7);
  assert.equal(script.machine.phase, 'opening');
  script.admit(1).decide(9, pass(null));
  assert.equal(script.request, null);
});

test('machine: a denial is told in place, and the connection lives on', () => {
  const script = new Script();
  script.get('/a').admit(1).decide(2, { kind: 'deny', id: statement, denial });
  assert.deepEqual(script.done().slice(-1), ['reply 403']);
  assert.deepEqual(JSON.parse(script.body), {
    type: 'about:blank',
    title: 'sluice: no policy permits it',
    status: 403,
    code: 'policy_denied',
    hint: 'ask',
    statement,
  });
  assert.equal(script.machine.phase, 'idle');
});

test('machine: the end of a session is told once, and closes', () => {
  const script = new Script();
  script
    .get('/a')
    .admit(1)
    .decide(2, { kind: 'end', denial: { code: 'token_refused', message: 'another principal' } });
  assert.deepEqual(script.done().slice(-2), ['reply 401 last', 'close denied']);
  assert.deepEqual(script.head?.headers.at(-1), ['www-authenticate', 'Bearer']);
});

test('machine: who is not let in is told so before anything else is read', () => {
  const script = new Script();
  script.machine.requested({ method: 'BREW', target: '/../x', version: '1.0', headers: good }, script);
  assert.deepEqual(script.done(), ['ask admission 1']);
  script.admission(1, { kind: 'deny', denial: { code: 'token_refused', message: 'not acceptable' } });
  assert.deepEqual(script.done(), ['reply 401 last', 'close denied']);
});

const losses: readonly (readonly [string, boolean, string, number])[] = [
  ['connection refused', false, 'target_unreachable', 502],
  ['connection lost', true, 'target_lost', 502],
];
for (const [reason, sent, code, status] of losses) {
  test(`machine: ${reason} is told as ${code}`, () => {
    const script = forwarded(null);
    script.machine.failed(reason, sent, script);
    assert.deepEqual(script.done(), ['note answered failed', `reply ${status}`]);
    assert.equal((JSON.parse(script.body) as { code: string }).code, code);
    assert.match(script.body, new RegExp(reason));
  });
}

test('machine: an answer that breaks off is cut off', () => {
  const script = forwarded(null);
  script.machine.responded({ status: 200, headers: [] }, script);
  script.machine.received(Buffer.from('half'), script);
  script.machine.failed('connection lost', true, script);
  assert.deepEqual(script.done(), ['begin 200', 'note answered unfinished', 'close target-lost']);
});

test('machine: the end of a session cuts off an answer that was begun, and replaces one that was not', () => {
  const revoked: Denial = { code: 'session_ended', message: 'the principal was disabled' };
  const begun = forwarded(null);
  begun.machine.responded({ status: 200, headers: [] }, begun);
  begun.machine.terminate(revoked, begun);
  assert.deepEqual(begun.done(), ['begin 200', 'abandon', 'note answered unfinished', 'close denied']);
  const waiting = forwarded(null);
  waiting.machine.terminate(revoked, waiting);
  assert.deepEqual(waiting.done(), ['abandon', 'note answered unfinished', 'reply 403 last', 'close denied']);
  const idle = forwarded(null);
  idle.answer(204, []);
  idle.done();
  idle.machine.terminate(revoked, idle);
  assert.deepEqual(idle.done(), ['close denied']);
});

test('machine: a client that hangs up takes its request back', () => {
  const script = forwarded(null);
  script.machine.left(script);
  assert.deepEqual(script.done(), ['abandon', 'note answered unfinished', 'close client-lost']);
});

test('machine: the credential of Sluice is not the business of the client', () => {
  const script = forwarded(null);
  script.answer(401, [['www-authenticate', 'Bearer realm="internal"']], 'key expired');
  assert.deepEqual(script.done(), ['abandon', 'note answered failed', 'reply 502']);
  assert.doesNotMatch(JSON.stringify([script.head, script.body]), /internal|expired/);
});

test('machine: only headers that may pass, pass', () => {
  const script = new Script();
  const headers: readonly Header[] = [
    ['accept', 'application/json'],
    ['cookie', 'session=1'],
    ['x-forwarded-for', '10.0.0.1'],
    ['x-original-url', '/admin'],
    ['x-http-method-override', 'DELETE'],
    ['x-key', 'mine'],
    ['connection', 'x-key'],
    ['te', 'trailers'],
    ['range', 'bytes=0-1'],
    ['proxy-authorization', 'Basic eA=='],
    ['accept-encoding', 'gzip'],
    ['if-match', '"1"'],
    ['sluice-reason', 'nightly run'],
    ['sluice-purpose', 'TREAT'],
    ['sluice-ticket', 'CHG-1'],
  ];
  script.get('/a', headers).admit(1).decide(2, pass(null));
  assert.deepEqual(script.request?.headers, [
    ['accept', 'application/json'],
    ['if-match', '"1"'],
    ['accept-encoding', 'identity'],
    ['x-key', 'upstream'],
  ]);
  const question = script.asked[1] as RequestQuestion;
  assert.deepEqual(question.stated, { reason: 'nightly run', purpose: 'TREAT', ticket: 'CHG-1' });
  assert.deepEqual(question.headers, [
    ['accept', 'application/json'],
    ['if-match', '"1"'],
  ]);
});

test('machine: where an answer is masked, nobody asks whether it is still the same', () => {
  const script = new Script();
  const conditions: readonly Header[] = [
    ['if-match', '"1"'],
    ['if-none-match', '"1"'],
    ['if-modified-since', 'Sun, 22 Nov 2026 06:00:00 GMT'],
    ['if-unmodified-since', 'Sun, 22 Nov 2026 06:00:00 GMT'],
  ];
  script
    .get('/a', conditions)
    .admit(1)
    .decide(2, pass(maskOf({ '$.ssn': 'ssn' })));
  assert.deepEqual(script.request?.headers, [
    ['accept-encoding', 'identity'],
    ['x-key', 'upstream'],
  ]);
});
