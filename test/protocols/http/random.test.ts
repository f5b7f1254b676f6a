import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Header } from '../../../src/core/http-header.ts';
import { good, maskOf, pass, Script, statement } from './script.ts';

const secret = '900-11-2222';
const json: Header = ['content-type', 'application/json'];
const mask = maskOf({ '$..ssn': 'ssn' });

/** What a driver may do next, whatever the machine is at: what does not fit is left out, as a driver would. */
type Step =
  | { readonly kind: 'request'; readonly method: string; readonly target: string; readonly headers: readonly Header[] }
  | { readonly kind: 'sent'; readonly text: string }
  | { readonly kind: 'complete' | 'finished' | 'left' | 'admit' | 'refuse-login' | 'allow' | 'deny' }
  | { readonly kind: 'responded'; readonly status: number; readonly headers: readonly Header[] }
  | { readonly kind: 'received'; readonly text: string }
  | { readonly kind: 'failed'; readonly sent: boolean };

const headers = fc.subarray<Header>([
  json,
  ['content-length', '2'],
  ['content-type', 'text/plain'],
  ['content-encoding', 'gzip'],
  ['upgrade', 'h2c'],
  ['location', secret],
  ['authorization', 'Bearer other'],
]);
const text = fc.constantFrom('{}', `{"ssn":"${secret}"}`, '{"a":', `"${secret}"}`, '{"ssn":', '\ud800', '}{');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('request' as const),
    method: fc.constantFrom('GET', 'POST', 'HEAD', 'BREW'),
    target: fc.constantFrom('/a', '/a/../b', '/a?x=1', 'http://other/'),
    headers,
  }),
  fc.record({ kind: fc.constant('sent' as const), text }),
  fc.record({ kind: fc.constantFrom('complete', 'finished', 'admit', 'allow', 'complete', 'admit', 'allow', 'deny') }),
  fc.record({
    kind: fc.constant('responded' as const),
    status: fc.constantFrom(200, 200, 204, 206, 302, 401, 404, 103),
    headers,
  }),
  fc.record({ kind: fc.constant('received' as const), text }),
  fc.record({ kind: fc.constant('failed' as const), sent: fc.boolean() }),
  fc.record({ kind: fc.constantFrom('left', 'refuse-login') }),
) as fc.Arbitrary<Step>;

/** Drives one machine, and keeps count of what it owes. */
class Drive {
  readonly script = new Script({ bodyBytes: 64 });
  asked = 0;
  replies = 0;
  allowed = 0;
  sent = 0;
  closed = false;
  #busy = false;
  #body = false;
  #question: { readonly kind: string; readonly id: number } | null = null;
  #target = false;

  take(step: Step): void {
    const { script } = this;
    if (this.closed) return;
    switch (step.kind) {
      case 'request':
        if (this.#busy) return;
        this.asked += 1;
        this.#busy = true;
        this.#body = true;
        script.machine.requested(
          { version: '1.1', method: step.method, target: step.target, headers: [...good, ...step.headers] },
          script,
        );
        break;
      case 'sent':
        if (this.#body && script.machine.wants('client')) script.machine.sent(Buffer.from(step.text), script);
        break;
      case 'complete':
        if (this.#body) script.machine.complete(script);
        this.#body = false;
        break;
      case 'admit':
      case 'refuse-login':
        this.#decide('admission', step.kind === 'admit');
        break;
      case 'allow':
      case 'deny':
        this.#decide('request', step.kind === 'allow');
        break;
      case 'responded':
        if (this.#target) script.machine.responded(step, script);
        break;
      case 'received':
        if (this.#target && script.machine.wants('server')) script.machine.received(Buffer.from(step.text), script);
        break;
      case 'finished':
        if (this.#target && script.machine.wants('server')) {
          this.#target = false;
          script.machine.finished(script);
        }
        break;
      case 'failed':
        if (this.#target) script.machine.failed('connection lost', step.sent, script);
        this.#target = false;
        break;
      case 'left':
        script.machine.left(script);
        break;
    }
    this.#follow();
  }

  #decide(kind: 'admission' | 'request', yes: boolean): void {
    if (this.#question?.kind !== kind) return;
    const { id } = this.#question;
    this.#question = null;
    if (kind === 'request') {
      this.allowed += yes ? 1 : 0;
      this.script.decide(
        id,
        yes ? pass(mask) : { kind: 'deny', id: statement, denial: { code: 'policy_denied', message: 'no' } },
      );
    } else if (yes) this.script.admit(id, true);
    else this.script.admission(id, { kind: 'deny', denial: { code: 'token_refused', message: 'no' } });
  }

  #follow(): void {
    for (const line of this.script.done()) {
      assert.ok(!this.closed, `${line} after the end`);
      const [what = '', kind = '', id = ''] = line.split(' ');
      if (what === 'ask') this.#question = { kind, id: Number(id) };
      if (what === 'send') {
        this.sent += 1;
        this.#target = true;
      }
      if (what === 'abandon') this.#target = false;
      if (what === 'reply') {
        this.replies += 1;
        this.#busy = false;
        this.#body = false;
      }
      if (what === 'close') this.closed = true;
      assert.notEqual(what, 'begin', 'an answer of a protecting route passed as it came');
    }
    const told = JSON.stringify([this.script.head, this.script.body]);
    assert.ok(!told.includes(secret), told);
  }
}

test('machine: whatever happens in whatever order, each request is answered once, and nothing protected leaves', () => {
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 40 }), (steps) => {
      const drive = new Drive();
      for (const each of steps) drive.take(each);
      assert.ok(drive.replies <= drive.asked);
      assert.ok(drive.closed || drive.replies >= drive.asked - 1);
      assert.equal(drive.sent, drive.allowed);
    }),
    { numRuns: 5000 },
  );
});
