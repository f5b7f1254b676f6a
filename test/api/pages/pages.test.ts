import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { approvalPage } from '../../../src/api/pages/approval-page.ts';
import type { ApprovalDetail } from '../../../src/engine/control.ts';
import { approval } from '../sample-approvals.ts';
import { testApi } from '../test-api.ts';

const viewer = { id: 'demo/dana', display: 'Dana', csrf: 'c'.repeat(43) };
const now = Date.parse('2026-11-21T22:50:27Z');
const shown = (changes: Partial<ApprovalDetail> = {}, may = true) =>
  approvalPage({
    approval: { ...approval, ...changes },
    viewer,
    mayDecide: may,
    mayReveal: may,
    loginNeeded: null,
    now,
  });
const text = (page: string) =>
  page
    .replace(/<\/?(time|span|strong|mark)\b[^>]*>/g, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

describe('the page of a request', () => {
  test('has all that a person needs', () => {
    const page = text(shown());
    for (const part of [
      'nightly-etl wants to update public.patients',
      'Expires in 12 minutes (2026-11-21 23:02 UTC), asked 3 minutes ago. A client waits.',
      'Principal demo/nightly-etl Owner ada',
      'github · demo-clinic/nightly-etl · run 1842, attempt 1',
      'Connection clinic Tables public.patients Columns public.patients.status public.patients.ssn',
      'Protected classes ssn Estimated rows 12',
      'Reason, as stated monthly reconciliation Purpose, as stated HOPERAT Ticket, as stated OPS-17',
      'pipelines change clinical rows once compliance has approved (etl-writes)',
      'this statement with these parameters, once, until 15 minutes after the decision',
      'update on public.patients 1 of 2 people of compliance',
      'Approved by demo/sam agreed in the change board (2026-11-21 22:48 UTC)',
      'used 2026-10-21 22:47 UTC decided by demo/dana',
      '$1 ‹ssn›',
    ])
      assert.ok(page.includes(part), part);
    assert.ok(shown().includes('set status = &#39;active&#39;\n where ssn = <mark>‹ssn›</mark></pre>'));
    assert.match(
      shown(),
      /<label for="rationale">[\s\S]*<textarea id="rationale" name="rationale" required maxlength="2000"/,
    );
  });

  test('offers what the reader may do, and nothing else', () => {
    const forms = (page: string) => [...page.matchAll(/(?:form)?action="([^"]+)"/g)].map(([, url]) => url);
    const url = `/approvals/${approval.id}`;
    assert.deepEqual(forms(shown()), ['/logout', `${url}/reveal`, `${url}/approve`, `${url}/deny`]);
    assert.deepEqual(forms(shown({}, false)), ['/logout']);
    assert.ok(text(shown({}, false)).includes('Approvers of compliance decide on this request.'));
    assert.deepEqual(forms(shown({ state: 'expired' })), ['/logout', `${url}/reveal`]);
    assert.deepEqual(forms(shown({ subject: 'connect' })), ['/logout', `${url}/approve`, `${url}/deny`]);
  });

  test('sends whoever logged in too long ago to do so again, before anything is written', () => {
    const options = { approval, viewer, mayDecide: true, mayReveal: true, now };
    const page = approvalPage({ ...options, loginNeeded: 15 });
    assert.ok(text(page).includes('A decision needs a login of the last 15 minutes, and yours is older. Log in again'));
    assert.ok(page.includes(`href="/login?fresh=1&amp;to=/approvals/${approval.id}"`) && !page.includes('<textarea'));
    assert.ok(!approvalPage({ ...options, mayDecide: false, loginNeeded: 15 }).includes('/login'));
  });

  const mine = { by: 'demo/dana', verdict: 'approve', rationale: 'agreed', at: approval.createdAt } as const;
  const outcomes: readonly (readonly [Partial<ApprovalDetail>, string])[] = [
    [{ state: 'pending' }, 'You approved this request. More people must approve before it runs.'],
    [{ state: 'approved' }, 'You approved this request. It runs now.'],
    [{ state: 'approved', waits: false }, 'You approved this request. It runs when the client comes back.'],
    [{ state: 'used' }, 'You approved this request. It was used.'],
    [{ state: 'withdrawn' }, 'You approved this request. It is withdrawn.'],
  ];
  for (const [changes, said] of outcomes) {
    test(`says: ${said}`, () => {
      const page = shown({ ...changes, decisions: [mine as ApprovalDetail['decisions'][number]] });
      assert.ok(text(page).includes(said));
      assert.ok(!page.includes('<textarea'));
    });
  }

  test('what a client wrote never becomes markup', () => {
    const hostile = fc.string({
      unit: fc.oneof(
        fc.constantFrom('<', '>', '"', "'", '&', '</pre>', '</script>', '<b>', '\u202e'),
        fc.string({ maxLength: 2 }),
      ),
    });
    const tags = (page: string) => page.match(/<[^>]*>/g)?.map((tag) => tag.replace(/="[^"]*"/g, '=""'));
    const written = (one: string): Partial<ApprovalDetail> => ({
      ...{ statement: one, reason: one, purpose: one, ticket: one, display: one, owner: one, covers: one, verb: one },
      ...{ parameters: [one], tables: [one], columns: [one], classes: [one], estimatedRows: one, groups: [one] },
      policies: [{ id: one, description: one }],
      quorum: [{ access: one, groups: [one], needed: 1, given: 0 }],
      origin: { ...approval.origin, repository: one },
    });
    const expected = tags(shown(written('x')));
    fc.assert(
      fc.property(hostile, (one) => {
        fc.pre(!/[‹›]/.test(one));
        assert.deepEqual(tags(shown(written(one))), expected);
      }),
    );
  });
});

describe('pages over HTTP', () => {
  test('carry a policy that lets nothing in, and no script', async () => {
    const api = testApi();
    for (const url of ['/approvals', `/approvals/${approval.id}`, '/approvals/apr_1', '/login']) {
      const page = await api.send('dana', { url });
      assert.equal(page.headers['content-type'], 'text/html; charset=utf-8', url);
      assert.equal(
        page.headers['content-security-policy'],
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      );
      assert.equal(page.headers['cache-control'], 'no-store');
      assert.equal(page.headers['referrer-policy'], 'same-origin');
      assert.doesNotMatch(page.body, /<script|<style|style="|\son\w+="|https?:/);
    }
    const css = await api.send(null, { url: '/assets/page.css' });
    assert.equal(css.headers['content-type'], 'text/css; charset=utf-8');
    assert.doesNotMatch(css.body, /url\(|@import/);
  });

  const readers: readonly (readonly [string | null, string, number])[] = [
    [null, '/', 303],
    [null, '/approvals', 303],
    ['rogue', '/approvals', 403],
    ['nobody', `/approvals/${approval.id}`, 403],
    ['omar', `/approvals/${approval.id}`, 200],
    ['ada', '/approvals', 200],
    ['dana', '/approvals/apr_1', 404],
    ['dana', `/approvals/${approval.id.replace('1', '2')}`, 404],
  ];
  for (const [who, url, status] of readers) {
    test(`${who} at ${url} is ${status}`, async () => {
      assert.equal((await testApi().send(who, { url })).statusCode, status);
    });
  }

  const form = { 'content-type': 'application/x-www-form-urlencoded' };
  const post = (who: string, act: string, payload: string, api = testApi()) =>
    api.send(who, { method: 'POST', url: `/approvals/${approval.id}/${act}`, headers: form, payload });

  test('an auditor who decides is refused and written down; who may reveal sees it', async () => {
    const api = testApi();
    assert.equal((await post('omar', 'approve', 'rationale=x', api)).statusCode, 403);
    assert.deepEqual(api.control.refusals, [
      { approval: approval.id, by: 'demo/omar', act: 'approve', code: 'forbidden' },
    ]);
    const revealed = await post('omar', 'reveal', '', api);
    assert.ok(revealed.body.includes('&#39;987-65-4320&#39;</pre>') && revealed.body.includes('<dd>NULL</dd>'));
    assert.deepEqual(api.control.calls, [`reveal ${approval.id} by demo/omar`]);
    assert.ok(!api.log().includes('987-65'));
  });

  for (const rationale of ['', '%20', '!', 'x'.repeat(2001)]) {
    test(`the rationale ${rationale.slice(0, 5)} decides nothing`, async () => {
      const api = testApi();
      const page = await post('dana', 'approve', `rationale=${rationale}`, api);
      assert.equal(page.statusCode, 400);
      assert.match(page.body, /role="alert"><p>Nothing was changed: the rationale /);
      assert.deepEqual(api.control.calls, []);
    });
  }

  test('a login that is too old leads to a fresh one; what was written stays', async () => {
    const api = testApi();
    api.control.objection = { code: 'login_too_old', message: 'the login is too old', hint: 'log in again' };
    const page = await post('dana', 'deny', 'rationale=not+%3Cnow%3E', api);
    assert.equal(page.statusCode, 401);
    assert.ok(page.body.includes(`href="/login?fresh=1&amp;to=/approvals/${approval.id}"`));
    assert.ok(text(page.body).includes('Nothing was changed: the login is too old.'));
  });

  test('what cannot be read as a form, a body that is too large, and a fault are pages too', async () => {
    const api = testApi();
    const url = `/approvals/${approval.id}/approve`;
    const json = await api.send('dana', { method: 'POST', url, payload: { rationale: 'x' } });
    assert.deepEqual([json.statusCode, json.headers['content-type']], [400, 'text/html; charset=utf-8']);
    assert.equal((await post('dana', 'approve', `rationale=${'x'.repeat(40_000)}`, api)).statusCode, 413);
    api.control.broken = new Error('value 123-45-6789');
    const fault = await api.send('dana', { url: '/approvals' });
    assert.deepEqual([fault.statusCode, fault.headers['content-type']], [500, 'text/html; charset=utf-8']);
    assert.ok(!fault.body.includes('123-45') && !api.log().includes('123-45'));
  });

  test('the list has the urgent first, and says when nothing waits', async () => {
    const api = testApi();
    const list = await api.send('dana', { url: '/approvals' });
    assert.match(
      text(list.body),
      /pending nightly-etl wants to update public\.patients clinic · about 12 rows · protected: ssn/,
    );
    api.control.request = { ...approval, state: 'denied' };
    const empty = text((await api.send('dana', { url: '/approvals' })).body);
    assert.match(empty, /Nothing waits\..*Lately denied nightly-etl wants/);
  });
});
