import assert from 'node:assert/strict';
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { type TestContext, test } from 'node:test';
import { Agent } from 'undici';
import type { ApprovalNews } from '../../src/approvals/notifier.ts';
import { instant } from '../../src/base/clock.ts';
import { err, ok } from '../../src/base/result.ts';
import { WebhookNotifier } from '../../src/notifiers/webhook.ts';

const key = Buffer.from('synthetic key of at least 24 bytes');
const now = 1_795_000_000;
const news: ApprovalNews = {
  kind: 'requested',
  id: 'apr_1',
  principal: 'demo/nightly-etl',
  connection: 'clinic',
  summary: 'update public.patients',
  groups: ['compliance'],
  link: 'https://sluice.example/approvals/apr_1',
  at: '2026-11-22T03:00:00.000000Z',
  expiresAt: '2026-11-22T03:15:00.000000Z',
};

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

async function receiver(context: TestContext, answer: (count: number) => number) {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks) });
      response.writeHead(answer(received.length), { location: 'http://127.0.0.1:1/' }).end('a text that nobody reads');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  context.after(() => server.close());
  const bound = server.address();
  assert.ok(bound !== null && typeof bound === 'object');
  return { received, url: `http://127.0.0.1:${bound.port}/hook` };
}

function notifier(context: TestContext, url: string, secret = `whsec_${key.toString('base64')}`) {
  const dispatcher = new Agent();
  context.after(() => dispatcher.close());
  return new WebhookNotifier(
    { name: 'on-call', url, secret: { env: 'HOOK' } },
    {
      secrets: { read: async () => (secret === '' ? err({ code: 'secret_unavailable', message: 'no' }) : ok(secret)) },
      clock: { now: () => instant(now * 1_000_000), monotonic: () => 0 },
      dispatcher,
      delaysMs: [1, 1],
    },
  );
}

/** What a receiver does, written from the specification of Standard Webhooks. */
class Receiver {
  readonly #seen = new Set<string>();

  accepts({ headers, body }: Received, at: number): boolean {
    const id = String(headers['webhook-id']);
    const timestamp = String(headers['webhook-timestamp']);
    const wanted = createHmac('sha256', key).update(`${id}.${timestamp}.${body.toString()}`).digest();
    const given = Buffer.from(String(headers['webhook-signature']).replace(/^v1,/, ''), 'base64');
    const fresh = Math.abs(at - Number(timestamp)) <= 300 && !this.#seen.has(id);
    this.#seen.add(id);
    return fresh && given.length === wanted.length && timingSafeEqual(given, wanted);
  }
}

test('a webhook is signed, and carries names and a link', async (context) => {
  const { received, url } = await receiver(context, () => 204);
  assert.deepEqual(await notifier(context, url).notify(news), ok(null));
  const [only] = received;
  assert.ok(only !== undefined && received.length === 1);
  assert.deepEqual(JSON.parse(only.body.toString()), { type: 'approval.requested', timestamp: news.at, data: news });
  assert.ok(new Receiver().accepts(only, now));
});

test('a webhook that is replayed, late, or changed is not accepted by a receiver that checks', async (context) => {
  const { received, url } = await receiver(context, () => 200);
  await notifier(context, url).notify(news);
  const [only] = received;
  assert.ok(only);
  const twice = new Receiver();
  assert.deepEqual([twice.accepts(only, now), twice.accepts(only, now + 1)], [true, false]);
  assert.equal(new Receiver().accepts(only, now + 301), false);
  const changed = Buffer.from(only.body.toString().replace('clinic', 'cl1nic'));
  assert.equal(new Receiver().accepts({ ...only, body: changed }, now), false);
  const renamed = { ...only.headers, 'webhook-id': 'msg_other' };
  assert.equal(new Receiver().accepts({ headers: renamed, body: only.body }, now), false);
});

test('a webhook is tried again with the same id, a few times', async (context) => {
  const { received, url } = await receiver(context, (count) => (count < 3 ? 503 : 200));
  assert.deepEqual(await notifier(context, url).notify(news), ok(null));
  assert.equal(received.length, 3);
  assert.equal(new Set(received.map(({ headers }) => headers['webhook-id'])).size, 1);
});

test('what a webhook fails with is a sentence without anything of the other side', async (context) => {
  const { url } = await receiver(context, () => 500);
  const redirecting = await receiver(context, () => 302);
  assert.deepEqual(await notifier(context, url).notify(news), err('it answered 500'));
  assert.deepEqual(await notifier(context, redirecting.url).notify(news), err('it answered 302'));
  assert.equal(redirecting.received.length, 3);
  const unreachable = err('it cannot be reached, or did not answer in time');
  assert.deepEqual(await notifier(context, 'http://127.0.0.1:1/').notify(news), unreachable);
  assert.deepEqual(await notifier(context, url, '').notify(news), err('its secret cannot be read'));
  for (const secret of ['plain', `whsec_${Buffer.alloc(23).toString('base64')}`, 'whsec_*']) {
    const refused = await notifier(context, url, secret).notify(news);
    assert.deepEqual(refused, err('its secret is not 24 to 64 bytes in base64 after `whsec_`'));
  }
});

test('a webhook that waits for its next attempt ends with the gateway', async (context) => {
  const { url } = await receiver(context, () => 500);
  const dispatcher = new Agent();
  context.after(() => dispatcher.close());
  const slow = new WebhookNotifier(
    { name: 'slow', url, secret: { env: 'HOOK' } },
    {
      secrets: { read: async () => ok(`whsec_${key.toString('base64')}`) },
      clock: { now: () => instant(now * 1_000_000), monotonic: () => 0 },
      dispatcher,
      delaysMs: [3_600_000],
    },
  );
  const told = slow.notify(news);
  await slow.close();
  assert.equal((await told).ok, false);
});
